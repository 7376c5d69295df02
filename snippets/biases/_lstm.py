"""The recall task, and one LSTM per run, all stepped together.

The first of 20 steps, or more, shows one of four symbols; after the last the network must name it. All
steps carry noise. To solve it, a network has to carry the symbol, and training has to carry the gradient
back.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from snippets.biases.forget_bias_ import forget_bias_
from snippets.laboratory.seeding import generators

STEPS = 20
SYMBOLS = 4
UNITS = 16
NOISE = 0.1


def sequences(
    streams: list[torch.Generator], examples: int, steps: int = STEPS
) -> tuple[Tensor, Tensor]:
    """Draw sequences, shape (runs, steps, examples, SYMBOLS), and symbols to recall, (runs, examples)."""
    x = NOISE * torch.stack(
        [torch.randn(steps, examples, SYMBOLS, generator=g) for g in streams]
    )
    y = torch.stack([torch.randint(SYMBOLS, (examples,), generator=g) for g in streams])
    x[:, 0] += F.one_hot(y, SYMBOLS)
    return x, y


class Recall:
    """An `nn.LSTM` and an `nn.Linear` per run, with PyTorch's own start but for the biases of two gates.

    Args:
        seeds: One seed per run; the start depends on nothing else, so that arms are paired.
        forget_bias: What `forget_bias_` sets; None leaves PyTorch's default.
        input_bias: What it sets in the input gates; None leaves them alone.
    """

    def __init__(
        self, seeds: range, forget_bias: float | None, input_bias: float | None = None
    ) -> None:
        by_run: list[list[Tensor]] = []
        for g in generators(seeds, "LSTM"):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(g.initial_seed())
                lstm, head = nn.LSTM(SYMBOLS, UNITS), nn.Linear(UNITS, SYMBOLS)
            if forget_bias is not None:
                forget_bias_(lstm, forget_bias, input_value=input_bias)
            by_run.append(
                [p.detach() for p in (*lstm.parameters(), *head.parameters())]
            )
        self.parameters: list[Tensor] = []
        for of_runs in zip(*by_run, strict=True):
            stacked = torch.stack(of_runs)
            # Weights as (runs, fan_in, fan_out), biases as (runs, 1, fan_out).
            is_weight = stacked.ndim == 3
            self.parameters.append(
                stacked.mT.contiguous() if is_weight else stacked[:, None]
            )

    def logits(self, x: Tensor) -> Tensor:
        """What the networks answer after the last step, shape (runs, examples, SYMBOLS)."""
        w_ih, w_hh, b_ih, b_hh, w_out, b_out = self.parameters
        runs, steps, examples, _ = x.shape
        inputs = torch.baddbmm(b_ih + b_hh, x.flatten(1, 2), w_ih)
        h = c = x.new_zeros(runs, examples, w_hh.shape[1])
        # Unbound once: the gradient of an indexed step would be as large as all steps.
        for now in inputs.view(runs, steps, examples, -1).unbind(1):
            i, f, g, o = torch.baddbmm(now, h, w_hh).chunk(4, -1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
        return torch.baddbmm(b_out, h, w_out)
