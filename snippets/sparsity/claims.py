"""What is claimed about sparse models, and when it holds."""

from snippets.evidence.claims import Claim

CLAIMS = (
    # A penalty makes zeros only through a threshold
    # One of the 8,832 weights would be too many.
    Claim("autograd-makes-no-zeros", "l1.autograd_most_zeros", below=1e-4),
    Claim("autograd-makes-tiny-weights", "l1.sgd_tiny", above=0.4),
    Claim("proximal-makes-zeros", "l1.proximal_zeros", above=0.25),
    Claim("proximal-costs-nothing", "l1.proximal_minus_sgd", above=-0.5, below=0.5),
    Claim("momentum-makes-more-zeros", "l1.momentum_minus_plain_zeros", above=10),
    Claim("ftrl-makes-zeros", "ftrl.strong_zeros", above=0.45, below=0.65),
    Claim("ftrl-keeps-accuracy", "ftrl.strong_test_accuracy", above=0.94),
    Claim("ftrl-l1-sets-the-share", "ftrl.mild_zeros", above=0.2, below=0.4),
    Claim("ftrl-prunes-at-once", "ftrl.strong_zeros_from_the_first_step", above=0.8),
    Claim("ftrl-zeros-from-zero", "linear.zeros_25", above=0.5),
    Claim("ftrl-from-zero-learns", "linear.test_accuracy_25", above=0.94),
    Claim("ftrl-zeros-fade", "linear.zeros_5_minus_100", above=10),
    # FTRL without penalties, and what it does to an initialization
    Claim("ftrl-is-adagrad-from-zero", "adagrad.zero", below=1e-12),
    Claim("kept-ftrl-is-adagrad", "adagrad.kept", below=1e-12),
    Claim("keras-erases-the-start", "ftrl.first_step", below=0.02),
    Claim("keras-default-is-chance", "ftrl.default_test_accuracy", below=0.2),
    Claim("kept-default-learns", "ftrl.kept_default_test_accuracy", above=0.3),
    Claim("erased-start-recovers", "ftrl.erased_test_accuracy", above=0.7),
    Claim("keras-l1-is-chance", "ftrl.erased_l1_test_accuracy", below=0.2),
    Claim("kept-start-learns", "ftrl.kept_l1_test_accuracy", above=0.93),
    Claim("small-accumulator-keeps", "ftrl.small_first_step", above=0.5),
    Claim("small-accumulator-learns", "ftrl.small_l1_test_accuracy", above=0.95),
    Claim("small-accumulator-makes-zeros", "ftrl.small_l1_zeros", above=0.25),
    # Pruning
    Claim("one-shot-at-half", "digits.one_shot_50_loss", above=0.5, below=10),
    Claim("one-shot-at-90", "digits.one_shot_90_loss", above=50),
    Claim("random-is-worse", "digits.one_shot_minus_random_50", above=20),
    Claim("fine-tuning-mends-80", "digits.fine_tuned_80", above=0.95),
    Claim(
        "gradual-gains-little-at-80",
        "digits.gradual_minus_fine_tuned_80",
        above=-0.5,
        below=1,
    ),
    Claim("gradual-wins-at-95", "digits.gradual_minus_fine_tuned_95", above=5),
    Claim("gradual-wins-at-98", "digits.gradual_minus_fine_tuned_98", above=20),
    Claim("gradual-wins-on-mnist1d", "mnist1d.gradual_minus_fine_tuned_80", above=1),
    Claim("gradual-costs-on-mnist1d", "mnist1d.gradual_80_loss", above=1),
    Claim(
        "gradual-wins-by-one-threshold",
        "digits.gradual_minus_fine_tuned_95_jointly",
        above=5,
    ),
    Claim("one-threshold-wins-at-98", "digits.gradual_98_jointly_gain", above=10),
    Claim(
        "one-threshold-alike-at-80",
        "digits.gradual_80_jointly_gain",
        above=-1,
        below=1,
    ),
    Claim("one-threshold-wins-on-mnist1d", "mnist1d.gradual_80_jointly_gain", above=0),
    Claim("rewinding-helps-on-mnist1d", "rewound.mnist1d_initial_minus_anew", above=0),
    Claim(
        "rewinding-alike-on-digits",
        "rewound.digits_initial_minus_anew",
        above=-1.5,
        below=1.5,
    ),
    Claim("two-of-four-on-digits", "digits.half_minus_two_of_four", above=1),
    Claim("two-of-four-on-mnist1d", "mnist1d.half_minus_two_of_four", above=5),
    # What zeros buy
    Claim("dense-stays-dense", "storage.dense_99", above=0.999, below=1.001),
    Claim("zip-sees-zeros", "storage.zipped_90", above=0.15, below=0.25),
    Claim("csr64-too-early", "storage.csr64_75", above=1.0),
    Claim("csr64-late-enough", "storage.csr64_85", below=1.0),
    Claim("csr32-too-early", "storage.csr_45", above=1.0),
    Claim("csr32-late-enough", "storage.csr_55", below=1.0),
    # torch.nn.utils.prune
    Claim(
        "half-twice-is-three-quarters", "torch_prune.twice_half", above=0.74, below=0.76
    ),
    Claim("optimizer-keeps-the-weight", "torch_prune.same_object", above=0.999),
    Claim("masks-double-the-state", "torch_prune.state_dict", above=1.9, below=2.0),
    Claim("removed-masks-let-grow", "torch_prune.after_steps", below=0.001),
    Claim("global-is-uneven", "torch_prune.global_spread", above=20),
)
