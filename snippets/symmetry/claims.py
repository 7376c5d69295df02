"""What is claimed about weight symmetry, and when it holds."""

from snippets.evidence.claims import Claim

CLAIMS = (
    # Equal weights
    Claim("he-learns", "he.test_accuracy", above=0.90),
    Claim("constant-fails", "constant.test_accuracy", above=0.15, below=0.45),
    Claim("constant-has-one-feature", "constant.largest_rank", above=0.99, below=1.01),
    Claim("constant-is-one-unit", "one_unit.largest_difference", below=1e-6),
    Claim(
        "one-unit-plateaus", "one_unit.twin_test_accuracy_after_100_epochs", below=0.45
    ),
    Claim(
        "one-unit-at-the-same-lr",
        "one_unit.same_lr_minus_twin",
        above=-4,
        below=4,
    ),
    Claim("zeros-stay-zero", "all_zero.largest_other_parameter", below=1e-30),
    Claim("zeros-train-the-output-bias", "all_zero.output_bias", above=1e-3),
    # One He draw per matrix: also wrongly scaled, and mostly dead before it trains
    Claim("one-draw-is-chance", "one_draw.test_accuracy", below=0.12),
    Claim("one-draw-dead-at-layer-2", "dead_on_arrival.layer2", above=0.45, below=0.55),
    Claim("one-draw-dead-at-layer-5", "dead_on_arrival.layer5", above=0.91, below=0.96),
    Claim(
        "one-draw-dead-on-pixels",
        "dead_on_arrival.pixels_layer5",
        above=0.95,
        below=0.985,
    ),
    Claim(
        "one-draw-explodes",
        "second_moment.one_draw_width100_over_2n",
        above=0.8,
        below=1.2,
    ),
    Claim(
        "he-keeps-the-second-moment",
        "second_moment.he_width100",
        above=0.95,
        below=1.05,
    ),
    # A matrix frees the layers on both its sides, and no other
    Claim("one-matrix-frees-its-sides", "freed_by_one.least_of_freed", above=0.1),
    Claim("one-matrix-frees-no-other", "freed_by_one.largest_of_tied", below=1e-6),
    Claim("matrices-free-their-sides", "freed_by_several.least_of_freed", above=0.1),
    Claim("matrices-free-no-other", "freed_by_several.largest_of_tied", below=1e-6),
    Claim("differing-rows-need-not-free", "freed_by_none.largest_of_tied", below=1e-6),
    Claim("rotation-rows-differ", "freed_by_none.rotation_spread_of_rows", above=0.5),
    Claim("three-random-matrices-learn", "random_w2_w4_w6.test_accuracy", above=0.85),
    Claim("two-random-matrices-fail", "random_w2_w4.test_accuracy", below=0.50),
    # Freed is not yet many features, and one tied layer holds the others back
    Claim("freed-may-be-one-feature", "random_w2_w4.rank_layer4", below=1.2),
    Claim("dropout-leaves-one-feature", "dropout.rank_layer4", below=1.1),
    Claim("one-tied-layer-costs", "tied_one.best_test_accuracy", below=0.7),
    Claim("last-tied-layer-costs-most", "tied_one.layer5_minus_others", below=-5),
    Claim("tied-layer-still-learns", "tied_one.layer5_gain_by_60_epochs", above=10),
    Claim("copied-layers-cost", "copied_layers.copied_minus_own", above=0),
    Claim("random-biases-part-units", "random_biases.least_spread", above=0.1),
    Claim("dropout-parts-units", "dropout.least_spread", above=0.05),
    # Not every weight must be random, nor any
    Claim("signs-suffice", "signed.test_accuracy", above=0.90),
    Claim("nothing-random-suffices", "identity.test_accuracy", above=0.90),
)
