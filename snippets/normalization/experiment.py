"""TODO: what is asked, of which networks, on which data; what units and types, and what was chosen how.

Every public function is a measurement; the first word of a key is the function that measured it.
"""

from __future__ import annotations

import torch

from snippets.evidence.estimates import Results
from snippets.laboratory.intervals import curve, mean
from snippets.laboratory.seeding import generators

COUNTS = (4, 16, 64)
MEANS = 200  # of each run


def averages(seeds: range) -> Results:
    """TODO: what one run does, and what each word of a key means.

    As an example, the mean of n standard normal numbers: how far it is from zero, as a root mean square.
    """
    results: Results = {}
    distances = []
    for n in COUNTS:
        streams = generators(seeds, f"{n} numbers")
        numbers = torch.stack([torch.randn(MEANS, n, generator=g) for g in streams])
        distance = (
            numbers.mean(2).square().mean(1).sqrt()
        )  # (runs, MEANS, n) -> (runs,)
        results[f"of_{n}"] = mean(distance, "1")
        distances.append(distance)
    results["ratio"] = mean(distances[1] / distances[2], "1")
    results["by_count"] = curve(torch.stack(distances, 1), COUNTS, "1", "1")
    return results
