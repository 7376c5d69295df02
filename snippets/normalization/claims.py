"""What is claimed about normalization, and when it holds."""

from snippets.evidence.claims import Claim

CLAIMS = (
    # One example and its batch
    Claim(
        "spread-halves",
        "followed.halved",
        above=0.45,
        below=0.55,
        false_if="four times the examples do not halve, to a tenth, what the batch adds",
    ),
    # What it helps with
    Claim(
        "larger-rates",
        "contest.depth20_fast_gain",
        above=15,
        false_if="at learning rate 0.3 twenty layers gain fifteen points or less",
    ),
    Claim(
        "tuned-at-20",
        "contest.depth20_tuned_gain",
        above=6,
        false_if="at the best rate of each, twenty layers gain six points or less",
    ),
    Claim(
        "behind-at-a-small-rate",
        "contest.depth20_slow_gain",
        below=-1.5,
        false_if="at learning rate 0.01 twenty layers with it are not behind by more than 1.5 points",
    ),
    Claim(
        "less-at-2",
        "contest.deeper_gains",
        above=2,
        false_if="at the best rate of each, two layers gain as much as twenty, to two points",
    ),
    Claim(
        "sgd-gains",
        "optimizers.sgd_gain",
        above=5,
        false_if="at the better rate of each, six layers with plain SGD gain five points or less",
    ),
    Claim(
        "adam-gains-less",
        "optimizers.sgd_minus_adam_gain",
        above=0.5,
        false_if="with Adam six layers gain as much as with plain SGD, to half a point",
    ),
    Claim(
        "layer-norm-is-behind",
        "optimizers.adam_layer_gain",
        below=-2,
        false_if="with Adam layer normalization costs six layers two points or less",
    ),
    Claim(
        "small-weights-train",
        "initialization.small_costs",
        above=-2,
        below=6,
        false_if="weights a tenth as large change what batch normalization reaches by six points",
    ),
    Claim(
        "large-weights-slow",
        "initialization.large_costs",
        above=10,
        false_if="weights ten times as large cost batch normalization ten points or less",
    ),
    Claim(
        "growth-saves-small-weights",
        "initialization.small_held_costs",
        above=5,
        false_if="small weights whose norms are held lose five points or less",
    ),
    # Why
    Claim(
        "gain-without-growth",
        "contest.held_costs",
        above=-5,  # as instructions round, the interval moves by a point
        below=5,
        false_if="holding the norms of twenty layers' weights changes accuracy by five points",
    ),
    Claim(
        "noise-still-wins",
        "noise.noisy_minus_plain",
        above=1,
        false_if="with inputs that move more, batch normalization is not a point ahead of a net without it",
    ),
    Claim(
        "noise-moves-more",
        "noise.drift_ratio",
        above=2,
        false_if="with the noise, means move from step to step at most twice as far as without normalization",
    ),
    Claim(
        "no-gradient-for-the-bias",
        "invariance.bias_gradient",
        below=1e-12,
        false_if="a bias before the normalization has a gradient",
    ),
    Claim(
        "norms-only-grow",
        "invariance.norm_error",
        below=1e-10,
        false_if="squared norms do not grow by the squared steps",
    ),
    Claim(
        "ten-times-is-a-hundredth",
        "invariance.rescaled_error",
        below=1e-08,
        false_if="ten times the weights at a hundred times the rate learn something else",
    ),
    Claim(
        "adam-a-tenth",
        "invariance.adam_error",
        below=1e-08,
        false_if="with Adam, ten times the weights at ten times the rate learn something else",
    ),
    # What breaks it
    Claim(
        "nothing-in-twos",
        "batch_size.of_2_gain",
        below=-8,
        false_if="in batches of two batch normalization is not behind by eight points",
    ),
    Claim(
        "settling-mends-no-weights",
        "batch_size.of_2_settling",
        above=-3,
        below=3,
        false_if="after training in batches of two, statistics taken anew change accuracy by three points",
    ),
    Claim(
        "behind-in-eights",
        "batch_size.of_8_gain",
        below=-2,
        false_if="in eights, at the better rate of each, batch normalization is not behind by two points",
    ),
    Claim(
        "ahead-in-eights-at-a-large-rate",
        "batch_size.of_8_fast_gain",
        above=2,
        false_if="in eights at rate 0.3 batch normalization is not ahead by two points",
    ),
    Claim(
        "accumulation-is-no-batch",
        "accumulation.batch_costs",
        above=8,
        false_if="eight batches of four cost eight points or less against one of 32",
    ),
    Claim(
        "accumulation-is-exact-without",
        "accumulation.plain_costs",
        above=-1.5,
        below=1.5,
        false_if="without normalization eight batches of four differ by 1.5 points from one of 32",
    ),
    Claim(
        "training-mode-in-twos",
        "modes.training_of_2",
        below=0.2,
        false_if="in training mode, in pairs, more than a fifth of the test set is right",
    ),
    Claim(
        "moved-inputs",
        "modes.moved",
        below=0.2,
        false_if="running statistics of other inputs leave a fifth or more right",
    ),
    Claim(
        "settled-as-before",
        "modes.settled_gap",
        above=-1.5,
        below=1.5,
        false_if="statistics taken anew leave a difference of 1.5 points",
    ),
    Claim(
        "slow-averages-lag",
        "running.slow_costs",
        above=8,
        false_if="at momentum 0.01, running averages cost eight points or less after 180 steps",
    ),
    Claim(
        "hasty-averages-shake",
        "running.hasty_costs",
        above=1.5,
        false_if="at momentum 0.99 and batches of 16, running averages cost 1.5 points or less",
    ),
    Claim(
        "one-class-a-batch",
        "one_class.batch",
        below=0.13,
        false_if="in batches of one class, batch normalization learns to tell classes apart",
    ),
    Claim(
        "settling-mends-no-class",
        "one_class.settled",
        below=0.13,
        false_if="statistics taken anew mend what batches of one class have taught",
    ),
    Claim(
        "dropout-adds-variance",
        "dropout.random_ratio",
        above=2.35,
        below=2.6,
        false_if="behind dropout of a half the variance is not 2.467 times as large, to five percent",
    ),
    Claim(
        "dropout-before-it",
        "dropout.six_costs",
        above=8,
        false_if="with dropout of a half, running averages cost six layers eight points or less",
    ),
    # The page's own arithmetic
    Claim(
        "page-computes-as-pytorch",
        "agreement.largest_error",
        below=1e-09,
        false_if="a change of the page's mathematics or of ours was not made in the other",
    ),
)
