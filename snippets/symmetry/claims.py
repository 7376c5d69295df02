"""What is claimed about weight symmetry, and when it holds."""

from snippets.evidence.claims import Claim

CLAIMS = (
    Claim("he-learns", "he.test_accuracy", above=0.90),
    Claim("constant-fails", "constant.test_accuracy", below=0.45),
    Claim("one-draw-is-chance", "one_draw.test_accuracy", below=0.20),
    Claim("constant-has-one-feature", "constant.rank_layer5", above=0.99, below=1.01),
)
