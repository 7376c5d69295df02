"""What is claimed about weight symmetry, and when it holds."""

from snippets.evidence.claims import Claim

CLAIMS = (
    # Equal weights
    Claim(
        "he-learns",
        "he.test_accuracy",
        above=0.90,
        false_if="networks whose weights are each drawn by itself get one digit in ten wrong",
    ),
    Claim(
        "constant-fails",
        "constant.test_accuracy",
        above=0.15,
        below=0.3,
        false_if="the networks get three digits in ten right, or do no better than naming one class",
    ),
    Claim(
        "constant-has-one-feature",
        "constant.largest_rank",
        above=0.99,
        below=1.01,
        false_if="training parts the units of a layer, so that it has a second feature",
    ),
    Claim(
        "constant-is-one-unit",
        "one_unit.largest_difference",
        below=1e-6,
        false_if="the two nets differ by more than rounding, so one is not the other in small",
    ),
    Claim(
        "one-unit-plateaus",
        "one_unit.twin_test_accuracy_after_100_epochs",
        below=0.3,
        false_if="a hundred epochs bring the net of one unit per layer to three digits in ten",
    ),
    Claim(
        "one-unit-at-the-same-lr",
        "one_unit.same_lr_minus_twin",
        above=-4,
        below=4,
        false_if="at its own learning rate the small net ends four points away or more",
    ),
    Claim(
        "zeros-stay-zero",
        "all_zero.largest_other_parameter",
        below=1e-30,
        false_if="any weight or hidden bias leaves zero, however little",
    ),
    Claim(
        "zeros-train-the-output-bias",
        "all_zero.output_bias",
        above=1e-3,
        false_if="the output bias stays where it started as well",
    ),
    # One He draw per matrix: also wrongly scaled, and mostly dead before it trains
    Claim(
        "one-draw-is-chance",
        "one_draw.test_accuracy",
        below=0.1,
        false_if="the networks get one digit in ten right, as a class of average size would",
    ),
    Claim(
        "one-draw-dead-at-layer-2",
        "dead_on_arrival.layer2",
        above=0.45,
        below=0.55,
        false_if="the share of dead nets is not that of negative draws, one half",
    ),
    Claim(
        "one-draw-dead-at-layer-5",
        "dead_on_arrival.layer5",
        above=0.91,
        below=0.96,
        false_if="the share of dead nets is not the 15/16 of four draws, one of them negative",
    ),
    Claim(
        "one-draw-dead-on-pixels",
        "dead_on_arrival.pixels_layer5",
        above=0.95,
        below=0.985,
        false_if="the sign of W1 does not count on pixels, and the share is not 31/32",
    ),
    Claim(
        "one-draw-explodes",
        "second_moment.one_draw_width100_over_2n",
        above=0.8,
        below=1.2,
        false_if="the second moment grows by a factor that is not 2n, to a fifth",
    ),
    Claim(
        "he-keeps-the-second-moment",
        "second_moment.he_width100",
        above=0.95,
        below=1.05,
        false_if="independent draws change the second moment by a twentieth or more",
    ),
    # A matrix frees the layers on both its sides, and no other
    Claim(
        "one-matrix-frees-its-sides",
        "freed_by_one.least_of_freed",
        above=0.1,
        false_if="units of a layer beside the random matrix stay tied, or part by less than a tenth",
    ),
    Claim(
        "one-matrix-frees-no-other",
        "freed_by_one.largest_of_tied",
        below=1e-6,
        false_if="units of a layer that the random matrix does not touch part by more than rounding",
    ),
    Claim(
        "matrices-free-their-sides",
        "freed_by_several.least_of_freed",
        above=0.1,
        false_if="a layer beside a random matrix stays tied, or parts by less than a tenth",
    ),
    Claim(
        "matrices-free-no-other",
        "freed_by_several.largest_of_tied",
        below=1e-6,
        false_if="a layer without a random neighbor parts by more than rounding",
    ),
    Claim(
        "differing-rows-need-not-free",
        "freed_by_none.largest_of_tied",
        below=1e-6,
        false_if="a matrix whose rows differ, but which maps ones to ones, parts the units",
    ),
    Claim(
        "rotation-rows-differ",
        "freed_by_none.rotation_spread_of_rows",
        above=0.5,
        false_if="the rotation's rows are nearly equal, so that it shows nothing about differing rows",
    ),
    Claim(
        "three-random-matrices-learn",
        "random_w2_w4_w6.test_accuracy",
        above=0.85,
        false_if="three constant matrices cost more than one digit in ten",
    ),
    Claim(
        "two-random-matrices-fail",
        "random_w2_w4.test_accuracy",
        below=0.50,
        false_if="the networks get half of the digits right through the one feature of layer 5",
    ),
    # Freed is not yet many features, and one tied layer holds the others back
    Claim(
        "freed-may-be-one-feature",
        "random_w2_w4.rank_layer4",
        below=1.5,
        false_if="the units that differ point in two directions, so that there is a second feature",
    ),
    Claim(
        "dropout-leaves-one-feature",
        "dropout.rank_layer4",
        below=1.1,
        false_if="dropout parts the directions of the units and not only their sizes",
    ),
    Claim(
        "one-tied-layer-costs",
        "tied_one.best_test_accuracy",
        below=0.7,
        false_if="with the tied layer in its best place, the networks get seven digits in ten right",
    ),
    Claim(
        "last-tied-layer-costs-most",
        "tied_one.layer5_minus_others",
        below=-5,
        false_if="tying the last layer costs as much as tying the others, to five points",
    ),
    Claim(
        "tied-layer-still-learns",
        "tied_one.layer3_gain_by_60_epochs",
        above=0,
        false_if="four times the epochs bring no more accuracy, so that it does not learn",
    ),
    Claim(
        "copied-layers-cost",
        "copied_layers.copied_minus_own",
        above=0,
        false_if="copies end at the loss of layers that are each drawn by itself, or below it",
    ),
    Claim(
        "random-biases-part-units",
        "random_biases.least_spread",
        above=0.1,
        false_if="units of some layer stay tied, or part by less than a tenth",
    ),
    Claim(
        "dropout-parts-units",
        "dropout.least_spread",
        above=0.05,
        false_if="units of some layer stay tied, or part by less than a twentieth",
    ),
    # Not every weight must be random, nor any
    Claim(
        "signs-suffice",
        "signed.test_accuracy",
        above=0.90,
        false_if="random signs alone leave one digit in ten wrong",
    ),
    Claim(
        "nothing-random-suffices",
        "identity.test_accuracy",
        above=0.90,
        false_if="identity matrices leave one digit in ten wrong",
    ),
    # The page's own arithmetic
    Claim(
        "page-trains-as-pytorch",
        "agreement.largest_error",
        below=1e-6,
        false_if="a change of the page's mathematics or of ours was not made in the other",
    ),
    Claim(
        "page-finds-as-pytorch",
        "agreement.findings_apart",
        below=0.5,
        false_if="the page has another layer tied, or another one silent, in a single run",
    ),
)
