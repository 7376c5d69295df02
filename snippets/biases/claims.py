"""What is claimed about biases, and when it holds."""

from snippets.evidence.claims import Claim

POINT = 1.0  # of accuracy, in percent: two starts that differ by less are equivalent

CLAIMS = (
    # Hidden biases: equivalent at the end, within one point, not without any difference
    Claim(
        "zero-learns",
        "hidden.zero_test_accuracy",
        above=0.95,
        false_if="zero biases leave one digit in twenty wrong",
    ),
    Claim(
        "default-is-equivalent",
        "hidden.default_minus_zero",
        above=-POINT,
        below=POINT,
        false_if="the default is a point better or worse than zero",
    ),
    Claim(
        "he-is-equivalent",
        "hidden.he_minus_zero",
        above=-POINT,
        below=POINT,
        false_if="biases drawn like weights are a point better or worse than zero",
    ),
    Claim(
        "tenth-is-equivalent",
        "hidden.tenth_minus_zero",
        above=-POINT,
        below=POINT,
        false_if="a constant 0.1 is a point better or worse than zero",
    ),
    Claim(
        "one-is-equivalent",
        "hidden.one_minus_zero",
        above=-POINT,
        below=POINT,
        false_if="a constant 1 is a point better or worse than zero in the end",
    ),
    Claim(
        "frozen-is-equivalent",
        "hidden.frozen_minus_zero",
        above=-POINT,
        below=POINT,
        false_if="biases that are never trained cost or gain a point, so that they matter here",
    ),
    Claim(
        "one-starts-slower",
        "hidden.one_minus_zero_after_1_epoch",
        below=-POINT,
        false_if="after one epoch a constant 1 is not behind zero by a point",
    ),
    Claim(
        "minus-one-is-ruinous",
        "hidden.minus_one_minus_zero",
        below=-50,
        false_if="a constant -1 costs less than fifty points",
    ),
    Claim(
        "minus-one-is-dead",
        "hidden.minus_one_silent_layer5",
        above=0.9,
        false_if="a tenth of the last hidden units answer some image before training",
    ),
    Claim(
        "zero-biases-scale",
        "scaling.zero_relative_error",
        below=1e-12,
        false_if="logits fail to scale with the inputs by more than rounding",
    ),
    Claim(
        "other-biases-do-not",
        "scaling.default_relative_error",
        above=0.03,
        false_if="logits scale with the inputs to three percent despite the default biases",
    ),
    # One input: all units of a layer bend at one place
    Claim(
        "one-input-is-stuck",
        "one_input.zero_minus_default",
        above=20,
        false_if="zero leaves less than twenty points of the variance more than the default",
    ),
    Claim(
        "one-bend-is-too-few",
        "one_input.frozen_unexplained",
        above=0.9,
        false_if="two half lines explain a tenth of the variance",
    ),
    Claim(
        "near-inputs-are-not-stuck",
        "one_input.near_zero_unexplained",
        below=0.01,
        false_if="with inputs between -1 and 1, zero leaves a hundredth of the variance or more",
    ),
    Claim(
        "deep-nets-are-not-stuck",
        "one_input.deep_zero_unexplained",
        below=0.01,
        false_if="with three hidden layers, zero leaves a hundredth of the variance or more",
    ),
    # The output bias: a cliff, and a head start that does not last
    Claim(
        "prior-starts-low",
        "rare.prior_first_loss",
        below=0.15,
        false_if="the first loss is far above that of the best constant answer, at 0.15 nats or more",
    ),
    Claim(
        "zero-starts-high",
        "rare.zero_first_loss",
        above=0.3,
        false_if="from zero the first loss is not several times that of the best constant answer",
    ),
    Claim(
        "prior-gives-a-head-start",
        "rare.head_start",
        above=3,
        false_if="the prior saves three steps or less",
    ),
    Claim(
        "head-start-shrinks",
        "rare.gap_after_200_minus_half_of_20",
        below=0,
        false_if="after 200 steps half of the lead at 20 is still there",
    ),
    Claim(
        "sgd-turns-it-around",
        "rare_sgd.gap_after_200_steps",
        below=-0.005,
        false_if="from zero output weights and with SGD, the prior is not behind by 0.005 nats",
    ),
    Claim(
        "sgd-needs-zero-weights",
        "rare_sgd.gap_minus_he_gap",
        below=0,
        false_if="the prior falls behind as far from He's output weights",
    ),
    Claim(
        "zero-weights-need-sgd",
        "rare_sgd.gap_minus_adam_gap",
        below=0,
        false_if="the prior falls behind as far with Adam",
    ),
    # The forget gate: how far gradients reach, and what that is worth
    Claim(
        "one-reaches-further",
        "reach.b1_over_b0",
        above=100,
        false_if="a forget bias of 1 passes back less than a hundred times what 0 does",
    ),
    Claim(
        "three-reaches-the-start",
        "reach.b3",
        above=0.1,
        false_if="at forget bias 3 less than a tenth of the gradient arrives at the first step",
    ),
    Claim(
        "the-default-forgets",
        "reach.default",
        below=1e-3,
        false_if="at the default a thousandth of the gradient or more arrives at the first step",
    ),
    Claim(
        "the-cell-keeps-sigmoid",
        "reach.cell_b0_over_theory",
        above=0.8,
        below=1.2,
        false_if="the cell alone passes back something else than sigma(0)^19, to a fifth",
    ),
    Claim(
        "zero-does-not-recall",
        "recall.b0_solved",
        below=0.3,
        false_if="of the LSTMs with forget bias 0, three in ten may learn it",
    ),
    Claim(
        "one-is-not-enough",
        "recall.b1_solved",
        below=0.5,
        false_if="of the LSTMs with forget bias 1, half may learn it",
    ),
    Claim(
        "three-recalls",
        "recall.b3_solved",
        above=0.5,
        false_if="of the LSTMs with forget bias 3, half may fail to learn it",
    ),
    # The input gate: over 60 steps it is half of the start, over 20 it costs time
    Claim(
        "long-memory-needs-both",
        "input_gate.long_closed_minus_open",
        above=0,
        false_if="over 60 steps, closing the input gates does not raise the accuracy",
    ),
    Claim(
        "three-is-too-short",
        "input_gate.long_closed_minus_three",
        above=0,
        false_if="over 60 steps, forget bias 3 is as good as both gates set",
    ),
    Claim(
        "short-memory-waits",
        "input_gate.short_closed_minus_open_halfway",
        below=-20,
        false_if="over 20 steps, closed input gates cost less than twenty points halfway",
    ),
    # The page's own arithmetic
    Claim(
        "page-computes-as-pytorch",
        "agreement.largest_error",
        below=1e-9,
        false_if="a change of the page's mathematics or of ours was not made in the other",
    ),
    Claim(
        "page-counts-as-pytorch",
        "agreement.counts_apart",
        below=0.5,
        false_if="the page counts other steps of Adam for a single output bias",
    ),
)
