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
    # One input: all units of a layer bend at one place
    Claim("one-input-is-stuck", "one_input.zero_minus_default", above=20),
    Claim("one-bend-is-too-few", "one_input.frozen_unexplained", above=0.9),
    Claim("near-inputs-are-not-stuck", "one_input.near_zero_unexplained", below=0.01),
    Claim("deep-nets-are-not-stuck", "one_input.deep_zero_unexplained", below=0.01),
    # The output bias: a cliff, and a head start that does not last
    Claim("prior-starts-low", "rare.prior_first_loss", below=0.15),
    Claim("zero-starts-high", "rare.zero_first_loss", above=0.3),
    Claim("prior-gives-a-head-start", "rare.head_start", above=3),
    Claim("head-start-shrinks", "rare.gap_after_200_minus_half_of_20", below=0),
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
    # The input gate: over 60 steps it is half of the start, over 20 it costs time
    Claim("long-memory-needs-both", "input_gate.long_closed_minus_open", above=0),
    Claim("three-is-too-short", "input_gate.long_closed_minus_three", above=0),
    Claim(
        "short-memory-waits", "input_gate.short_closed_minus_open_halfway", below=-20
    ),
)
