"""Does the page compute what PyTorch computes? TODO: slug-math.js, beside what of PyTorch.

As in experiment.py, every public function measures: what helps it begins with an underscore.
"""

from __future__ import annotations

import torch

from snippets.evidence.estimates import Results
from snippets.laboratory.intervals import largest
from snippets.laboratory.javascript import apart, loaded

FILES = ("docs/explorables/slug-math.js",)


def agreement(_seeds: range) -> Results:
    """TODO: what is compared, over which settings of the controls, their ends included.

    As an example, the root mean square of a mean of n standard normal numbers: the norm of its n weights.
    """
    errors = []
    with loaded(FILES) as call:
        for n in range(1, 101):
            weights = torch.full((n,), 1 / n, dtype=torch.float64)
            errors.append(apart(call("slug.spread", n), float(weights.norm())))
    return {
        "settings": largest([len(errors)], "1"),
        "largest_error": largest(errors, "1"),
    }
