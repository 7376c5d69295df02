"""What is claimed about dropout, and when it holds."""

from snippets.evidence.claims import Claim

CLAIMS = (
    # Training: steps to the same loss, and what "the same loss" means
    Claim("steps-eval", "steps.adam_50_eval", above=1.4, below=2.3),
    Claim("steps-logged", "steps.adam_50_logged", above=3.4),
    Claim("steps-eval-sgd", "steps.sgd_50_eval", above=1.1, below=1.9),
    Claim("steps-logged-sgd", "steps.sgd_50_logged", above=3.4),
    Claim("steps-small-p", "steps.adam_20_eval", above=1.0, below=1.4),
    Claim("steps-small-p-sgd", "steps.sgd_20_eval", above=0.8, below=1.3),
    Claim("steps-he", "steps.adam_50_eval_he", above=2.8, below=4.8),
    # What it buys, and steps to a held-out loss
    Claim("gains-with-few", "held_out.little_30_accuracy_gain", above=5),
    Claim("stopped-gains-with-few", "held_out.little_30_stopped_change", below=-0.1),
    Claim("steps-held-out-few", "held_out.little_30_steps", above=1, below=1.5),
    Claim("small-p-gains-with-many", "held_out.plenty_10_accuracy_gain", above=1),
    Claim("large-p-gains-nothing", "held_out.plenty_30_accuracy_gain", below=1),
    Claim("steps-held-out-many", "held_out.plenty_30_steps", above=1.5),
    Claim("no-accuracy", "unfamiliar.accuracy_minus_without", above=-2, below=1),
    # Inference
    Claim("functional-stays-on", "inference.still_dropped", above=0.48, below=0.52),
    # The error of T samples
    Claim("brier-falls", "plenty.slope_over_variance", above=0.97, below=1.03),
    Claim("brier-falls-little", "little.slope_over_variance", above=0.97, below=1.03),
    Claim("saturates", "plenty.gain_by_32", above=0.96),
    Claim("saturates-little", "little.gain_by_32", above=0.95),
    # The limit of many samples against eval()
    Claim("mc-loses", "plenty.mc_minus_eval_nll", above=0.03),
    Claim("mc-wins", "little.mc_minus_eval_nll", below=-0.3),
    Claim("underconfident", "plenty.eval_overconfidence", below=0),
    Claim("overconfident", "little.eval_overconfidence", above=0),
    Claim("longer-ties", "longer.mc_minus_eval_nll", above=-0.03, below=0.03),
    Claim("longer-overconfident", "longer.eval_overconfidence", above=0),
    Claim("mc-softens", "plenty.mc_minus_eval_overconfidence", below=-2),
    Claim("mc-softens-little", "little.mc_minus_eval_overconfidence", below=-8),
    Claim("same-accuracy", "plenty.mc_minus_eval_accuracy", above=-2, below=2),
    Claim("same-accuracy-little", "little.mc_minus_eval_accuracy", above=-2, below=2),
    Claim("temperature-beats-mc", "plenty.mc_minus_tempered_nll", above=0.03),
    Claim("temperature-beats-mc-little", "little.mc_minus_tempered_nll", above=0.03),
    Claim(
        "temperature-ties",
        "plenty.tempered_mc_minus_tempered_nll",
        above=-0.02,
        below=0.02,
    ),
    Claim(
        "temperature-ties-little",
        "little.tempered_mc_minus_tempered_nll",
        above=-0.02,
        below=0.02,
    ),
    # Several nets
    Claim("five-beat-samples", "ensemble.plenty_nll_minus_mc", below=-0.05),
    Claim("five-beat-samples-little", "ensemble.little_nll_minus_mc", below=-0.04),
    Claim("five-beat-one", "ensemble.plenty_30_nll_minus_one", below=-0.05),
    Claim("five-beat-one-little", "ensemble.little_30_nll_minus_one", below=-0.04),
    Claim("five-gain-accuracy", "ensemble.plenty_30_accuracy_minus_one", above=3),
    Claim(
        "five-gain-accuracy-little", "ensemble.little_30_accuracy_minus_one", above=2
    ),
    Claim("five-without-dropout", "ensemble.plenty_0_nll_minus_one", below=-0.1),
    # Calibration
    Claim("samples-hurt", "plenty.all_minus_one_ece", above=2),
    Claim("worse-than-eval", "plenty.mc_minus_eval_ece", above=2),
    Claim("samples-help", "little.all_minus_one_ece", below=-10),
    # Inputs of another kind
    Claim("noise-gain", "unfamiliar.noise_mc_minus_eval", above=0, below=0.04),
    Claim("noise-information", "unfamiliar.noise_information_minus_eval", below=0.01),
    Claim("negated-gain", "unfamiliar.negated_mc_minus_eval", above=0, below=0.06),
    Claim("negated-information", "unfamiliar.negated_information_minus_eval", above=0),
    Claim("large-fools-eval", "unfamiliar.large_eval", below=0.3),
    Claim("large-fools-mc", "unfamiliar.large_mc", below=0.5),
    Claim("large-fools-information", "unfamiliar.large_information", below=0.5),
)
