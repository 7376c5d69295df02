"""How long should the cell of an LSTM remember before anything is learned?"""

import math
from typing import TypeVar

import torch
from torch import nn

Lstm = TypeVar("Lstm", bound=nn.LSTM | nn.LSTMCell)


@torch.no_grad()
def forget_bias_(lstm: Lstm, value: float) -> Lstm:
    """Start the forget gates of an LSTM at sigmoid(value), in place.

    A cell whose forget gate is f keeps f^t of its content over t steps, and of the
    gradient: 1/(1 - f) = 1 + e^value steps on average. So value = ln(t - 1) is made for
    t steps, and 1 for no more than four.

    PyTorch adds two biases in every gate, `bias_ih` and `bias_hh`. This sets the forget
    part of the first to `value` and that of the second to 0; no other entry changes.

    Args:
        lstm: Any number of layers, one or both directions, with or without projections.
        value: Bias of all its forget gates, finite.

    Returns:
        `lstm`, changed.

    Raises:
        ValueError: If `lstm` is no LSTM, was made with bias=False or has parametrized
            biases, or `value` is not finite.

    Examples:
        >>> lstm = forget_bias_(nn.LSTM(3, 1), 3.0)
        >>> (lstm.bias_ih_l0 + lstm.bias_hh_l0)[1]  # gates: input, forget, cell, output
        tensor(3., grad_fn=<SelectBackward0>)

    Source:
        Tallec and Ollivier (2018), Can recurrent neural networks warp time?,
        arXiv:1804.11188, draw a value for each unit, for many times t at once. Here one
        value serves all.
    """
    if not isinstance(lstm, nn.LSTM | nn.LSTMCell):
        raise ValueError(
            f"lstm must be an nn.LSTM or nn.LSTMCell, got {type(lstm).__name__}"
        )
    if not lstm.bias:
        raise ValueError("lstm must have biases, but it was made with bias=False")
    if not math.isfinite(value):
        raise ValueError(f"value must be finite, got {value}")
    parts = (
        lstm.num_layers * (1 + lstm.bidirectional) if isinstance(lstm, nn.LSTM) else 1
    )
    biases = {n: p for n, p in lstm.named_parameters() if n.startswith("bias_")}
    if len(biases) != 2 * parts:
        raise ValueError(
            f"lstm must have {2 * parts} biases as plain parameters, got "
            f"{sorted(biases)}: call this before they are parametrized"
        )
    forget = slice(lstm.hidden_size, 2 * lstm.hidden_size)
    for name, bias in biases.items():
        bias[forget] = value if name.startswith("bias_ih") else 0
    return lstm
