"""Techniques on models as people have them, of timm, torchvision and transformers, with random weights.

`make audit` installs these packages and runs this file; a small twin of each kind stands in the other tests.
"""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires

import pytest
import torch
from torch import nn

from snippets.activations.dead_units import dead_units
from snippets.dropout.mc_dropout import mc_dropout
from snippets.normalization.settle_batch_norm_ import settle_batch_norm_
from snippets.sparsity.csr_speed import csr_speed
from snippets.sparsity.magnitude_masks import magnitude_masks, two_of_four_mask
from snippets.sparsity.sparse_report import sparse_report
from snippets.symmetry.tied_units import tied_units

# A torchvision that was built for another torch has no operators of its own; these models need none.
_own = f"torch=={torch.__version__.partition('+')[0]}"
with suppress(PackageNotFoundError):
    for _name in () if _own in (requires("torchvision") or ()) else ("nms", "qnms"):
        _schema = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
        torch.library.define(f"torchvision::{_name}", _schema)

timm = pytest.importorskip("timm", reason="make audit installs it")
transformers = pytest.importorskip("transformers")
vision = pytest.importorskip("torchvision").models

NORMS = (nn.modules.batchnorm._NormBase, nn.LayerNorm)
SMALL = {
    "vocab_size": 99,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
}
TOKENS = torch.arange(14).view(2, 7)
IMAGES = torch.linspace(-1, 1, 2 * 3 * 32 * 32).view(2, 3, 32, 32)


class Logits(nn.Module):
    """What takes and returns tensors, around a model of transformers."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        found = self.model(input_ids=tokens)
        return found.logits if "logits" in found else found.last_hidden_state


def of_transformers(name: str, attention: str, **options: object) -> nn.Module:
    config = getattr(transformers, f"{name}Config")
    kind = {"GPT2": "LMHeadModel", "Llama": "ForCausalLM", "T5": "EncoderModel"}
    made = getattr(transformers, name + kind.get(name, "ForSequenceClassification"))
    torch.manual_seed(0)
    chosen = {} if name == "T5" else {"attn_implementation": attention}
    return Logits(made(config(**{**options, **chosen})))


def vit(**options: float) -> nn.Module:
    torch.manual_seed(0)
    name = "vit_tiny_patch16_224"
    return timm.create_model(name, num_classes=5, img_size=32, depth=2, **options)


def vision_transformer(**options: float) -> nn.Module:
    torch.manual_seed(0)
    made = vision.VisionTransformer(32, 16, 2, 2, 32, 64, **options)
    nn.init.normal_(made.heads.head.weight)  # torchvision starts it at 0
    return made


OF_TRANSFORMERS = {
    "Bert": SMALL | {"attention_probs_dropout_prob": 0.3, "hidden_dropout_prob": 0.0},
    "Roberta": SMALL,
    "Albert": SMALL | {"hidden_dropout_prob": 0.1},  # has a dropout that nothing uses
    "ModernBert": SMALL | {"attention_dropout": 0.2, "pad_token_id": 0},
    "GPT2": {"vocab_size": 99, "n_embd": 32, "n_layer": 2, "n_head": 4},
    "Llama": SMALL | {"attention_dropout": 0.2},
    "T5": {"vocab_size": 99, "d_model": 32, "d_kv": 8, "num_layers": 2, "d_ff": 64},
}
WITH_DROPOUT = {
    "timm attention": lambda: (vit(attn_drop_rate=0.2), IMAGES),
    "timm projections": lambda: (vit(proj_drop_rate=0.2), IMAGES),
    "timm convolutions": lambda: (
        timm.create_model("resnet18", num_classes=5, drop_rate=0.2),
        IMAGES,
    ),
    "torchvision attention": lambda: (
        vision_transformer(attention_dropout=0.2),
        IMAGES,
    ),
    "torchvision alexnet": lambda: (
        vision.alexnet(num_classes=5),
        IMAGES.repeat(1, 1, 3, 3),
    ),
} | {
    f"{name} {attention}": lambda n=name, a=attention: (
        of_transformers(n, a, **OF_TRANSFORMERS[n]),
        TOKENS,
    )
    for name in OF_TRANSFORMERS
    for attention in ("sdpa", "eager")
}


@pytest.mark.parametrize("name", WITH_DROPOUT)
def test_samples_are_as_far_apart_as_in_training(name: str) -> None:
    made, x = WITH_DROPOUT[name]()
    model, n = made.eval(), 200
    found = mc_dropout(model, x, n, seed=0, rows=len(x))
    for module in model.modules():
        module.training = not isinstance(module, NORMS)
    torch.manual_seed(1)
    with torch.no_grad():
        loop = torch.stack([model(x) for _ in range(n)])
    ratio = found.var(0).mean() / loop.var(0).mean()
    assert float(ratio) == pytest.approx(1, abs=0.25)


def test_all_kinds_of_layers_are_counted() -> None:
    model = vision.resnet18()
    kernels = [m.weight for m in model.modules() if isinstance(m, nn.Conv2d)]
    with torch.no_grad():
        for weight, mask in zip(kernels, magnitude_masks(kernels, 0.8), strict=True):
            weight.mul_(mask)
    assert sparse_report(model).zeros_by_kind["Conv2d"] == pytest.approx(0.8, abs=1e-4)
    gpt2 = of_transformers("GPT2", "sdpa", **OF_TRANSFORMERS["GPT2"])
    weight = gpt2.model.transformer.h[0].attn.c_attn.weight  # (inputs, outputs)
    kept = two_of_four_mask(weight, dim=0).T.reshape(-1, 4).sum(1)
    assert kept.unique().tolist() == [2]
    assert sparse_report(gpt2).zeros_by_kind["Conv1D"] == 0


def test_a_batch_by_name_and_attention_of_any_make_are_timed() -> None:
    bert = of_transformers("Bert", "sdpa", **SMALL).model
    layers = csr_speed(bert, {"input_ids": TOKENS}, rounds=1).layers
    assert "bert.encoder.layer.0.attention.self.query" in layers
    assert "blocks.0.attn.qkv" in csr_speed(vit(), IMAGES, rounds=1).layers
    layers = csr_speed(vision_transformer(), IMAGES, rounds=1).layers
    assert "encoder.layers.encoder_layer_0.mlp.0" in layers


def test_units_of_tokens_and_of_a_wide_block_are_looked_at() -> None:
    model, seen = vit(act_layer=nn.ReLU), []
    model.blocks[0].mlp.act.register_forward_hook(lambda *args: seen.append(args[2]))
    with torch.no_grad():
        model(IMAGES)
    assert dead_units(seen[0]).shape == (768,)
    assert all(
        not units.tied
        for units in tied_units(model.blocks[0], torch.randn(4, 197, 192)).values()
    )


@pytest.mark.parametrize("library", ["timm", "torchvision"])
def test_statistics_of_a_residual_network_are_taken_anew(library: str) -> None:
    torch.manual_seed(0)
    model = {"timm": timm.create_model, "torchvision": vision.get_model}[library](
        "resnet18"
    )
    x = 5 + torch.randn(40, 3, 64, 64)
    assert len(settle_batch_norm_(model, x)) == 20
    # As they are, a second time moves none of them.
    assert max(settle_batch_norm_(model, x).values()) < 1e-4
