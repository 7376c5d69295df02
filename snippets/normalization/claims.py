"""TODO: what is claimed, and when it holds."""

from snippets.evidence.claims import Claim

CLAIMS = (
    Claim(
        "near",
        "averages.of_16",
        above=0.2,
        below=0.3,
        false_if="TODO: what result would make the sentence false, as a distance other than 1/4 by a fifth",
    ),
    Claim(
        "falls-slowly",
        "averages.ratio",
        above=1.8,
        below=2.2,
        false_if="TODO: what result would make the sentence false, as a ratio other than 2 by a tenth",
    ),
    # The page's own arithmetic
    Claim(
        "page-computes-as-pytorch",
        "agreement.largest_error",
        below=1e-9,
        false_if="a change of the page's mathematics or of ours was not made in the other",
    ),
)
