"""A few of the handwritten digits, small enough for a page: `python -m snippets.laboratory.few_digits`.

The command writes docs/explorables/digits.js. Pixels keep five shades, from 0 to 2, and are not centered:
none is negative, so no unit stands exactly at the kink of ReLU, where rounding would decide.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from sklearn.datasets import load_digits
from torch import Tensor

from snippets.evidence.questions import ROOT
from snippets.laboratory.random_numbers import uniform

FILE = "docs/explorables/digits.js"
TRAIN, TEST = 300, 100
SHADE = 4  # of the sixteen steps from white to black that scikit-learn has


class FewDigits(NamedTuple):
    """Images, shape (examples, 64), float64 in steps of 0.5, and classes 0 to 9, shape (examples,)."""

    train_x: Tensor
    train_y: Tensor
    test_x: Tensor
    test_y: Tensor


def few_digits() -> FewDigits:
    """The 300 training and 100 test images that docs/explorables/digits.js holds."""
    shades, classes = _chosen()
    x = shades.flatten(1).double() / 2
    return FewDigits(x[:TRAIN], classes[:TRAIN], x[TRAIN:], classes[TRAIN:])


def script() -> str:
    """The text of docs/explorables/digits.js."""
    shades, classes = _chosen()
    pairs = 5 * shades[:, 0::2] + shades[:, 1::2]  # a pixel and the one below it
    pixels = "".join(chr(ord("a") + int(pair)) for pair in pairs.flatten())
    return _SCRIPT % (pixels, "".join(map(str, classes.tolist())), TRAIN)


def _chosen() -> tuple[Tensor, Tensor]:
    """Images, shape (400, 8, 8), shades 0 to 4; classes; drawn by our own generator, the same for good."""
    images, classes = load_digits(return_X_y=True)
    order = uniform(1, len(classes)).argsort(stable=True)[: TRAIN + TEST]
    shades = (torch.from_numpy(images)[order] / SHADE).round().long()
    return shades.view(-1, 8, 8), torch.from_numpy(classes)[order].long()


_SCRIPT = """\
/* 400 of scikit-learn's handwritten digits, 8 x 8 pixels of 0, 0.5, 1, 1.5 or 2, the first 300 for training.
   Written by `python -m snippets.laboratory.few_digits`. A letter is two pixels, one below the other. */
"use strict";

(globalThis.explorables ??= {}).digits = (() => {
  const pixels =
    "%s";
  const classes =
    "%s";
  const x = new Float64Array(2 * pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const pair = pixels.charCodeAt(i) - 97;
    const at = 16 * (i >> 3) + (i & 7);
    x[at] = Math.floor(pair / 5) / 2;
    x[at + 8] = (pair %% 5) / 2;
  }
  const y = Uint8Array.from(classes);
  const train = %d;
  return {
    trainX: x.subarray(0, 64 * train),
    trainY: y.subarray(0, train),
    testX: x.subarray(64 * train),
    testY: y.subarray(train),
  };
})();
"""


if __name__ == "__main__":
    (ROOT / FILE).write_text(script(), encoding="utf-8")
