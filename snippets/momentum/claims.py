"""What is claimed about momentum, and when it holds."""

from snippets.evidence.claims import Claim

CLAIMS = (
    # On a parabola: friction is gone
    Claim("best-is-nearly-critical", "parabola.best_momentum", above=0.80, below=0.84),
    Claim("b9-settles", "parabola.b9_steps", above=123, below=125),
    Claim("huge-hardly-settles", "parabola.huge_steps", above=1.38e6, below=1.384e6),
    Claim("whole-overshoot", "parabola.huge_overshoot", above=0.99, below=1.01),
    Claim("many-crossings", "parabola.huge_crossings", above=43_900, below=44_100),
    # Stability, conditioning
    Claim("stable-range-doubles", "stability.huge", above=3.99, below=4.0),
    Claim("nesterov-range", "stability.huge_nesterov", above=1.325, below=1.334),
    Claim("tuned-beats-plain", "conditioning.plain_over_tuned", above=5),
    Claim("best-momentum-grows", "conditioning.least_growth", above=0.1),
    Claim("nesterov-softens", "conditioning.huge_over_nesterov", above=500),
    Claim("softened-is-not-good", "conditioning.nesterov_over_plain", above=3),
    # Noise
    Claim("noise-formula-09", "noise.b9_over_theory", above=0.93, below=1.07),
    Claim("noise-formula-099", "noise.b99_over_theory", above=0.93, below=1.07),
    Claim("noise-formula-0999", "noise.b999_over_theory", above=0.93, below=1.07),
    Claim("noise-nesterov", "noise.nesterov_over_theory", above=0.93, below=1.07),
    Claim("noise-floor", "noise.huge_over_b9", above=9_990, below=10_010),
    # Noise in proportion to the distance
    Claim("batches-throw-out", "fitted.huge", above=100),
    Claim("batches-throw-out-0999", "fitted.b999", above=10),
    Claim("batches-fit-099", "fitted.b99", below=1e-4),
    Claim("full-batch-stays", "fitted.huge_full", below=1),
    Claim("nesterov-fits", "fitted.huge_nesterov", below=1e-3),
    Claim("smaller-rate-fits", "fitted.b999_slow", below=0.5),
    # In a curved valley
    Claim("momentum-helps", "valley.b9_over_b0", below=0.3),
    Claim("too-much-hurts", "valley.b999_over_b9", above=10),
    Claim("touching-is-not-settling", "valley.b999_over_first_touch", above=1.2),
    Claim("valley-unsettled", "valley.huge_unsettled", above=0.7),
    Claim("diverges-earlier", "valley.huge_over_b9_diverges_at", below=0.16),
    Claim("b9-does-not-diverge", "divergence.b9", below=0.05),
    Claim("b999-diverges", "divergence.b999", above=0.6),
    Claim("huge-diverges", "divergence.huge", above=0.8),
    # In nets
    Claim("regression-b9", "regression.b9_steps", below=100),
    Claim("regression-unsettled", "regression.huge_unsettled", above=0.7),
    Claim("regression-peaks", "regression.huge_peaks", above=250),
    Claim("coasts", "coasting.speed_ratio", above=80),
    Claim("coasting-weights", "coasting.huge_norm", above=10),
    Claim("coasting-loss", "coasting.huge_largest_loss", below=0.005),
    Claim("sooner-without-minimum", "coasting.b9_over_huge_steps", above=1.8),
    Claim("later-at-best-rates", "coasting.tuned_huge_over_b9_steps", above=1.5),
    Claim("tuned-is-slower", "digits.huge_over_b9_steps", above=4),
    Claim("tuned-loses-little", "digits.tuned_points_lost", above=0.3, below=4),
    Claim("weights-explode", "digits.norm_ratio", above=15),
    Claim("loss-tells", "digits.late_loss_ratio", above=3),
    Claim("accuracy-does-not", "digits.points_lost", above=0, below=4),
    Claim("floor-costs", "same_floor.huge_points_lost", above=10),
    Claim("floor-costs-0999", "same_floor.b999_points_lost", above=0.5),
    Claim("units-die", "digits.fast_huge_dead", above=0.6),
    Claim("centered-loss", "centered.huge_loss", above=1e5),
    Claim("centered-accuracy", "centered.huge_accuracy", above=0.85),
    Claim("centered-lives", "centered.huge_dead", below=0.05),
    Claim("fast-fails", "digits.fast_huge_accuracy", below=0.4),
    # In few bits
    Claim("float32-decays", "buffers.float32_huge", above=0.98, below=0.981),
    Claim("bfloat16-never-decays", "buffers.bfloat16_huge", above=0.999),
    Claim("bfloat16-stuck-at-0999", "buffers.bfloat16_b999", above=0.999),
    Claim("float16-never-decays", "buffers.float16_huge", above=0.999),
)
