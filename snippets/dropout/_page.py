"""The two networks of the page's explorable: trained, rounded, and written for a browser.

MNIST-1D as in the experiment, p = 0.3, 1,200 steps of 50 examples; but 20 units a layer, and 200 examples for
the starved one, so that both fit in a few kilobytes. Weights, biases and inputs are rounded to at most 25
levels, and whatever computes with them, here and in the browser, takes the rounded ones.

    python -m snippets.dropout._page

writes them to docs/explorables/dropout-nets.js: of the runs that `agreement.page` measures, the first.
"""

from __future__ import annotations

import json
from typing import Any

import torch
from torch import Tensor

from snippets.dropout._networks import adam, initial_networks
from snippets.dropout._outcomes import best_temperature
from snippets.dropout._training import BATCH, STEPS
from snippets.evidence.questions import ROOT
from snippets.laboratory import mnist1d
from snippets.laboratory.ensembles import Ensemble, train

FILE = "docs/explorables/dropout-nets.js"
EXAMPLES = {"many": 3000, "few": 200}
WIDTH, P = 20, 0.3
SHOWN = 60  # test examples that the page has
LEVELS = 12  # on either side of zero
STEP = 0.5  # of inputs, whose standard deviation is 1


def rounded_networks(data: mnist1d.Split, seeds: range, examples: int) -> Ensemble:
    """Networks trained on the first examples of the training set, rounded, in float64."""
    nets = initial_networks(40, WIDTH, P, seeds)
    x, y = data.train_x[:, :examples], data.train_y[:, :examples]
    epochs = STEPS * BATCH // examples
    train(
        nets,
        x,
        y,
        seeds=seeds,
        epochs=epochs,
        batch_size=BATCH,
        optimizer=adam,
    )
    steps = [_step(*layer) for layer in zip(nets.weights, nets.biases, strict=True)]
    weights, biases = (
        [(x / step).round().double() * step for x, step in zip(xs, steps, strict=True)]
        for xs in (nets.weights, nets.biases)
    )
    return Ensemble(weights, biases, dropout=P)


def _step(weights: Tensor, biases: Tensor) -> Tensor:
    """Distance of two levels of a layer, which reach as far as its largest number; of three digits."""
    largest = torch.cat([weights, biases], 1).abs().amax((1, 2))
    steps = [float(f"{x / LEVELS:.3g}") for x in largest.tolist()]
    return torch.tensor(steps, dtype=torch.float64)[:, None, None]


def rounded_inputs(x: Tensor) -> Tensor:
    """Inputs in halves, in float64."""
    return (x / STEP).round().double() * STEP


def temperature(nets: Ensemble, data: mnist1d.Split) -> Tensor:
    """Of least loss on the validation part, to two decimals, shape (runs, 1, 1)."""
    logits = nets.logits(rounded_inputs(data.validation_x))
    return best_temperature(logits, data.validation_y).double().mul(100).round() / 100


_SCRIPT = """\
/* Two networks of MNIST-1D, and test examples; written by `python -m snippets.dropout._page`.
   A letter is a level, B is zero; first the distance of two levels. A layer ends in its biases. */
"use strict";

(globalThis.explorables ??= {}).dropoutNets = """


def trained(seeds: range) -> dict[str, Any]:
    """The first of these runs, as the page has it: a letter for each number, B for zero."""
    data = mnist1d.splits(seeds)
    page: dict[str, Any] = {"p": P}
    for name, examples in EXAMPLES.items():
        nets = rounded_networks(data, seeds, examples)
        layers = []
        for weights, biases in zip(nets.weights, nets.biases, strict=True):
            layer = torch.cat([weights[0], biases[0]])
            step = float(f"{float(layer.abs().max()) / LEVELS:.3g}")
            layers.append([step, _letters(layer / step)])
        warmth = float(temperature(nets, data)[0])
        page[name] = {"temperature": warmth, "layers": layers}
    page["inputs"] = [STEP, _letters(rounded_inputs(data.test_x[0, :SHOWN]) / STEP)]
    page["answers"] = "".join(str(int(y)) for y in data.test_y[0, :SHOWN])
    return page


def kept() -> dict[str, Any]:
    """What `trained` has written."""
    _, data = (ROOT / FILE).read_text(encoding="utf-8").split("dropoutNets = ")
    return dict(json.loads(data.removesuffix(";\n")))


def numbers(layer: tuple[float, str]) -> Tensor:
    """The numbers that letters stand for, float64."""
    step, letters = layer
    levels = torch.tensor([ord(letter) - ord("B") for letter in letters])
    return levels.double() * step


def _letters(levels: Tensor) -> str:
    return "".join(chr(ord("B") + round(x)) for x in levels.flatten().tolist())


if __name__ == "__main__":
    data = json.dumps(trained(range(6)), indent=2)
    (ROOT / FILE).write_text(f"{_SCRIPT}{data};\n", encoding="utf-8")
