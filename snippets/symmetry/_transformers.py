"""A Transformer that learns to sort twelve tokens, its layers copies of one another or drawn one by one."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from snippets.laboratory.seeding import generators

TOKENS, LENGTH, WIDTH, LAYERS = 24, 12, 32, 6
STEPS, BATCH = 200, 32


class Sorter(nn.Module):
    """Embeddings of tokens and places, an `nn.TransformerEncoder`, and a layer of logits per place.

    Args:
        copied: Keep the copies that `nn.TransformerEncoder` makes of its first layer; else each later layer
            draws its own weights.
    """

    def __init__(self, copied: bool) -> None:
        super().__init__()
        self.tokens = nn.Embedding(TOKENS, WIDTH)
        self.places = nn.Parameter(0.02 * torch.randn(LENGTH, WIDTH))
        self.logits = nn.Linear(WIDTH, TOKENS)
        layers = [_layer() for _ in range(1 if copied else LAYERS)]
        self.encoder = nn.TransformerEncoder(
            layers[0], LAYERS, enable_nested_tensor=False
        )
        for i, layer in enumerate(layers):
            self.encoder.layers[i] = layer

    def forward(self, x: Tensor) -> Tensor:
        """Tokens, shape (examples, LENGTH) -> logits, shape (examples, LENGTH, TOKENS)."""
        logits: Tensor = self.logits(self.encoder(self.tokens(x) + self.places))
        return logits


def sorting_loss(seeds: range, *, copied: bool) -> Tensor:
    """Train on fresh sequences, Adam with lr 1e-3; nats a token on 500 new ones, shape (runs,)."""
    found = []
    for start, data in zip(
        generators(seeds, "Transformer"), generators(seeds, "tokens"), strict=True
    ):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(start.initial_seed())
            model = Sorter(copied)
        adam = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
        for _ in range(STEPS):
            adam.zero_grad()
            _loss(model, data, BATCH).backward()
            adam.step()
        with torch.no_grad():
            found.append(_loss(model, data, 500))
    return torch.stack(found)


def _layer() -> nn.TransformerEncoderLayer:
    return nn.TransformerEncoderLayer(WIDTH, 4, 4 * WIDTH, dropout=0, batch_first=True)


def _loss(model: Sorter, data: torch.Generator, examples: int) -> Tensor:
    x = torch.randint(TOKENS, (examples, LENGTH), generator=data)
    return F.cross_entropy(model(x).flatten(0, 1), x.sort(1).values.flatten())
