"""What is claimed about activation functions, and when it holds."""

from snippets.evidence.claims import Claim

CLAIMS = (
    # A sigmoid before binary cross-entropy; thresholds belong to the kernel, so bounds are wide
    Claim(
        "sigmoid-blind-fp32",
        "binary.blind_fp32",
        above=16,
        below=18,
        false_if="float32 rounds sigmoid(z) to 1 elsewhere than at z of 16 to 18",
    ),
    Claim(
        "sigmoid-blind-fp64",
        "binary.blind_fp64",
        above=36,
        below=38,
        false_if="float64 rounds sigmoid(z) to 1 elsewhere than at z of 36 to 38",
    ),
    Claim(
        "sigmoid-blind-bf16",
        "binary.blind_bf16",
        above=5,
        below=7,
        false_if="bfloat16 rounds sigmoid(z) to 1 elsewhere than at z of 5 to 7",
    ),
    Claim(
        "sigmoid-blind-fp16",
        "binary.blind_fp16",
        above=7,
        below=10,
        false_if="float16 rounds sigmoid(z) to 1 elsewhere than at z of 7 to 10",
    ),
    Claim(
        "sigmoid-nan-fp16",
        "binary.nan_fp16",
        above=0.99,
        false_if="at one of the blind float16 logits the gradient is a number",
    ),
    Claim(
        "sigmoid-half-below-zero",
        "binary.half_fp32",
        above=27,
        below=30,
        false_if="the constant takes half of the gradient elsewhere than at 27 to 30 below zero",
    ),
    Claim(
        "logits-never-blind",
        "binary.least_gradient_of_logits",
        above=0.49,
        false_if="the loss on logits gives a wrong logit less gradient than logit 0 has",
    ),
    # Softmax before cross-entropy
    Claim(
        "softmax-twice-start",
        "softmax_twice.gradient_at_start",
        below=0.1,
        false_if="the extra softmax leaves a tenth of the first gradient or more",
    ),
    Claim(
        "softmax-twice-when-wrong",
        "softmax_twice.twice_gradient_when_wrong",
        below=1e-3,
        false_if="where the net is sure and wrong, the extra softmax leaves a gradient of a thousandth",
    ),
    Claim(
        "softmax-twice-on-digits",
        "softmax_twice.twice_digits",
        above=0.80,
        false_if="the extra softmax keeps the net from eight digits in ten",
    ),
    Claim(
        "softmax-once-passes-the-floor",
        "softmax_twice.once_digits_training_loss",
        below=0.1,
        false_if="the right code, too, ends at a training loss of 0.1 or more",
    ),
    Claim(
        "softmax-twice-on-mnist1d",
        "softmax_twice.points_lost_mnist1d",
        above=0,
        false_if="the extra softmax costs no accuracy",
    ),
    # Exact zeros, and units that stay there
    Claim(
        "relu-zeros",
        "zeros_at_start.relu",
        above=0.45,
        below=0.55,
        false_if="the share of zeros before training is not one half",
    ),
    Claim(
        "gelu-zeros",
        "two_rates.gelu_zeros",
        below=0.02,
        false_if="rounding makes two percent of GELU's outputs exact zeros",
    ),
    Claim(
        "relu-dies",
        "too_high.relu_dead",
        above=0.2,
        false_if="fewer than a fifth of the ReLU units die at the rate that is too high",
    ),
    Claim(
        "selu-no-better-for-it",
        "too_high.selu_minus_relu",
        below=0,
        false_if="SELU, without dead units, is level with ReLU or ahead at that rate",
    ),
    # Depth
    Claim(
        "sigmoid-gradient",
        "depth.sigmoid_gradient",
        above=0.22,
        below=0.25,
        false_if="a sigmoid layer passes back another share of the gradient than 0.22 to 0.25",
    ),
    Claim(
        "sigmoid-theory",
        "depth.sigmoid_over_theory",
        above=0.97,
        below=1.01,
        false_if="measured is off theory by more than three percent",
    ),
    Claim(
        "relu-gradient",
        "depth.relu_gradient",
        above=0.95,
        below=1.05,
        false_if="a ReLU layer with He's weights changes the gradient by a twentieth",
    ),
    Claim(
        "silu-fades",
        "depth.silu_signal",
        below=0.1,
        false_if="He's weights keep a tenth of SiLU's signal through twenty layers",
    ),
    Claim(
        "silu-point-repels",
        "gaussian.silu_from_110",
        above=2,
        false_if="a mean square ten percent too large comes back, or grows to less than twice the point",
    ),
    Claim(
        "silu-point-repels-below",
        "gaussian.silu_from_90",
        below=0.5,
        false_if="a mean square ten percent too small comes back, or falls to no less than half",
    ),
    Claim(
        "gelu-point-repels",
        "gaussian.gelu_from_110",
        above=2,
        false_if="a mean square ten percent too large comes back, or grows to less than twice the point",
    ),
    Claim(
        "gelu-point-repels-below",
        "gaussian.gelu_from_90",
        below=0.5,
        false_if="a mean square ten percent too small comes back, or falls to no less than half",
    ),
    Claim(
        "selu-point-attracts",
        "gaussian.selu_from_110",
        above=0.99,
        below=1.01,
        false_if="a mean square ten percent too large is still off by a hundredth",
    ),
    Claim(
        "selu-point-attracts-from-below",
        "gaussian.selu_from_90",
        above=0.99,
        below=1.01,
        false_if="a mean square ten percent too small is still off by a hundredth",
    ),
    Claim(
        "selu-holds",
        "depth.selu_signal",
        above=0.8,
        below=1.25,
        false_if="twenty SELU layers change the mean square by a fifth or a quarter",
    ),
    # No ranking: what holds at one learning rate need not at another
    Claim(
        "sigmoid-behind",
        "two_rates.sigmoid_minus_relu_tuned",
        below=-10,
        false_if="the sigmoid comes within ten points of ReLU at the better of two rates",
    ),
    Claim(
        "tanh-ahead",
        "two_rates.tanh_minus_relu_low",
        above=0,
        false_if="at the low rate tanh is level with ReLU or behind",
    ),
    Claim(
        "tanh-behind",
        "two_rates.tanh_minus_relu_high",
        below=0,
        false_if="at the high rate tanh is level with ReLU or ahead",
    ),
    Claim(
        "leaky-like-relu",
        "two_rates.leaky_minus_relu_tuned",
        above=-2,
        below=2,
        false_if="leaky ReLU is two points better or worse than ReLU",
    ),
    Claim(
        "silu-ahead-here",
        "two_rates.silu_minus_relu_tuned",
        above=0,
        false_if="SiLU is level with ReLU or behind",
    ),
    Claim(
        "elu-ahead-here",
        "two_rates.elu_minus_relu_low",
        above=0,
        false_if="at the low rate ELU is level with ReLU or behind",
    ),
    Claim(
        "elu-not-behind",
        "two_rates.elu_minus_relu_tuned",
        above=-1,
        false_if="ReLU beats ELU by a point at the better rate for each",
    ),
    # The page's own arithmetic
    Claim(
        "page-computes-as-pytorch",
        "agreement.largest_error",
        below=2e-6,
        false_if="the page rounds elsewhere than PyTorch does, or one of the losses has changed",
    ),
    Claim(
        "page-blind-as-pytorch",
        "agreement.blind_apart",
        below=0.5,
        false_if="in one of the types the page loses the gradient at another logit",
    ),
)
