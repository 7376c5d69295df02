"""What is claimed about activation functions, and when it holds."""

from snippets.evidence.claims import Claim

CLAIMS = (
    # A sigmoid before binary cross-entropy; thresholds belong to the kernel, so bounds are wide
    Claim("sigmoid-blind-fp32", "binary.blind_fp32", above=16, below=18),
    Claim("sigmoid-blind-fp64", "binary.blind_fp64", above=36, below=38),
    Claim("sigmoid-blind-bf16", "binary.blind_bf16", above=5, below=7),
    Claim("sigmoid-blind-fp16", "binary.blind_fp16", above=7, below=10),
    Claim("sigmoid-nan-fp16", "binary.nan_fp16", above=0.99),
    Claim("sigmoid-half-below-zero", "binary.half_fp32", above=27, below=30),
    Claim("logits-never-blind", "binary.least_gradient_of_logits", above=0.49),
    # Softmax before cross-entropy
    Claim("softmax-twice-start", "softmax_twice.gradient_at_start", below=0.1),
    Claim(
        "softmax-twice-when-wrong",
        "softmax_twice.twice_gradient_when_wrong",
        below=1e-3,
    ),
    Claim("softmax-twice-on-digits", "softmax_twice.twice_digits", above=0.80),
    Claim("softmax-twice-on-mnist1d", "softmax_twice.points_lost_mnist1d", above=0),
    # Exact zeros, and units that stay there
    Claim("relu-zeros", "zeros_at_start.relu", above=0.45, below=0.55),
    Claim("gelu-zeros", "two_rates.gelu_zeros", below=0.02),
    Claim("relu-dies", "too_high.relu_dead", above=0.2),
    Claim("selu-no-better-for-it", "too_high.selu_minus_relu", below=0),
    # Depth
    Claim("sigmoid-gradient", "depth.sigmoid_gradient", above=0.22, below=0.25),
    Claim("sigmoid-theory", "depth.sigmoid_over_theory", above=0.97, below=1.01),
    Claim("relu-gradient", "depth.relu_gradient", above=0.95, below=1.05),
    Claim("silu-fades", "depth.silu_signal", below=0.1),
    Claim("silu-point-repels", "gaussian.silu_from_110", above=2),
    Claim("silu-point-repels-below", "gaussian.silu_from_90", below=0.5),
    Claim("gelu-point-repels", "gaussian.gelu_from_110", above=2),
    Claim("gelu-point-repels-below", "gaussian.gelu_from_90", below=0.5),
    Claim("selu-point-attracts", "gaussian.selu_from_110", above=0.99, below=1.01),
    Claim(
        "selu-point-attracts-from-below",
        "gaussian.selu_from_90",
        above=0.99,
        below=1.01,
    ),
    Claim("selu-holds", "depth.selu_signal", above=0.8, below=1.25),
    # No ranking: what holds at one learning rate need not at another
    Claim("sigmoid-behind", "two_rates.sigmoid_minus_relu_tuned", below=-10),
    Claim("tanh-ahead", "two_rates.tanh_minus_relu_low", above=0),
    Claim("tanh-behind", "two_rates.tanh_minus_relu_high", below=0),
    Claim("leaky-like-relu", "two_rates.leaky_minus_relu_tuned", above=-2, below=2),
    Claim("silu-ahead-here", "two_rates.silu_minus_relu_tuned", above=0),
    Claim("elu-ahead-here", "two_rates.elu_minus_relu_low", above=0),
    Claim("elu-not-behind", "two_rates.elu_minus_relu_tuned", above=-1),
)
