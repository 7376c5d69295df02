"""What is claimed about biases, and when it holds."""

from snippets.evidence.claims import Claim

POINT = 1.0  # of accuracy, in percent: two starts that differ by less are equivalent

CLAIMS = (
    # Hidden biases: equivalent at the end, within one point, not without any difference
    Claim("zero-learns", "hidden.zero_test_accuracy", above=0.95),
    Claim(
        "default-is-equivalent",
        "hidden.default_minus_zero",
        above=-POINT,
        below=POINT,
    ),
    Claim("he-is-equivalent", "hidden.he_minus_zero", above=-POINT, below=POINT),
    Claim("tenth-is-equivalent", "hidden.tenth_minus_zero", above=-POINT, below=POINT),
    Claim("one-is-equivalent", "hidden.one_minus_zero", above=-POINT, below=POINT),
    Claim(
        "frozen-is-equivalent", "hidden.frozen_minus_zero", above=-POINT, below=POINT
    ),
    Claim("one-starts-slower", "hidden.one_minus_zero_after_1_epoch", below=-POINT),
    Claim("minus-one-is-ruinous", "hidden.minus_one_minus_zero", below=-50),
    Claim("minus-one-is-dead", "hidden.minus_one_silent_layer5", above=0.9),
    Claim("zero-biases-scale", "scaling.zero_relative_error", below=1e-12),
    Claim("other-biases-do-not", "scaling.default_relative_error", above=0.03),
    # The output bias: a cliff, and a head start that is used up
    Claim("prior-starts-low", "rare.prior_first_loss", below=0.15),
    Claim("zero-starts-high", "rare.zero_first_loss", above=0.3),
    Claim("prior-gives-a-head-start", "rare.head_start", above=3),
    # A hundredth is less than half of the gap after 20 steps; the mean of 20 runs has an interval of +-0.004.
    Claim("head-start-is-used-up", "rare.gap_after_200_steps", above=-0.01, below=0.01),
    Claim("sgd-turns-it-around", "rare_sgd.gap_after_200_steps", below=-0.005),
    Claim("sgd-needs-zero-weights", "rare_sgd.gap_minus_he_gap", below=0),
    Claim("zero-weights-need-sgd", "rare_sgd.gap_minus_adam_gap", below=0),
    # The forget gate: how far gradients reach, and what that is worth
    Claim("one-reaches-further", "reach.b1_over_b0", above=100),
    Claim("three-reaches-the-start", "reach.b3", above=0.1),
    Claim("the-default-forgets", "reach.default", below=1e-3),
    Claim(
        "the-cell-keeps-sigmoid",
        "reach.cell_b0_over_theory",
        above=0.8,
        below=1.2,
    ),
    Claim("zero-does-not-recall", "recall.b0_solved", below=0.3),
    Claim("one-is-not-enough", "recall.b1_solved", below=0.5),
    Claim("three-recalls", "recall.b3_solved", above=0.5),
)
