"""What a wide random layer does to a signal and to its gradients."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

REACH = 16.0  # standard deviations: there the normal density has fallen to 1e-56
TOLERANCE = 1e-13  # error of a piece, as a share of the whole integral

Elementwise = Callable[[Tensor], Tensor]


class Moments(NamedTuple):
    """E phi, Var phi, E phi^2 and E phi'^2 of an activation phi at normal inputs."""

    mean: float
    variance: float
    second_moment: float
    derivative_second_moment: float


class Layer(NamedTuple):
    """Variance before the activation, moments after it, growth of gradients."""

    preactivation_variance: float
    mean: float
    variance: float
    gradient_factor: float


def mean_field(
    activation: Elementwise,
    mean: float = 0.0,
    variance: float = 1.0,
    *,
    weight_variance: float,
    bias_variance: float = 0.0,
    derivative: Elementwise | None = None,
) -> Layer:
    """Map the moments of a layer's inputs to those of its outputs, and to gradients.

    The layer is wide, its weights and biases are independent with mean 0. Over units
    and draws its pre-activations are then normal with mean 0 and variance
    weight_variance * (variance + mean^2) + bias_variance. To go one layer deeper, give
    the map its own mean and variance.

    Args:
        activation: As for `gaussian_moments`.
        mean: Mean of the inputs, finite.
        variance: Variance of the inputs, finite, >= 0.
        weight_variance: Number of inputs times variance of a weight, finite, >= 0: 1
            for LeCun's initialization, 2 for He's, 1/3 for `nn.Linear`'s. Dropout with
            probability p on the inputs multiplies it by 1/(1 - p).
        bias_variance: Variance of a bias, finite, >= 0.
        derivative: As for `gaussian_moments`.

    Returns:
        The variance of pre-activations, mean and variance of outputs, and the factor
        weight_variance * E phi'^2 by which the second moment of gradients grows on its
        way back through the layer, if the layer is as wide as the next. Unitless.

    Raises:
        ValueError: If a number is out of range, if the variance of pre-activations is
            0 or infinite, or as `gaussian_moments` does.

    Examples:
        >>> he = mean_field(torch.relu, weight_variance=2)
        >>> he.preactivation_variance, round(math.pi * he.mean**2, 9)
        (2.0, 1.0)
        >>> round(he.mean**2 + he.variance, 9), round(he.gradient_factor, 9)
        (1.0, 1.0)

    Source:
        Schoenholz et al. (2017), Deep Information Propagation, arXiv:1611.01232.
        Klambauer et al. (2017), Self-Normalizing Neural Networks, arXiv:1706.02515,
        follow one unit with given weights; both agree where the inputs have mean 0.
    """
    if not math.isfinite(mean):
        raise ValueError(f"mean must be finite, got {mean}")
    variances = {"": variance, "weight_": weight_variance, "bias_": bias_variance}
    for name, number in variances.items():
        if not 0 <= number < math.inf:
            raise ValueError(f"{name}variance must be finite and >= 0, got {number}")
    before = weight_variance * (variance + mean * mean) + bias_variance
    if not 0 < before < math.inf:
        raise ValueError(f"pre-activations need variance in (0, inf), got {before}")
    phi = gaussian_moments(activation, 0.0, before, derivative=derivative)
    factor = weight_variance * phi.derivative_second_moment
    return Layer(before, phi.mean, phi.variance, factor)


def gaussian_moments(
    activation: Elementwise,
    mean: float = 0.0,
    variance: float = 1.0,
    *,
    derivative: Elementwise | None = None,
) -> Moments:
    """Integrate an activation over normal inputs, in float64.

    Gauss-Legendre quadrature, on pieces halved until that changes nothing, wherever
    kinks and jumps lie. Closed forms are met to 1e-12 of their size.

    Args:
        activation: Elementwise and deterministic, takes float64 (a module with weights:
            `.double()` first); finite up to 16 standard deviations from the mean.
        mean: Mean of the inputs, its square finite.
        variance: Variance of the inputs, finite, > 0.
        derivative: Of the activation; autograd's if not given, which is 0 at a jump.

    Returns:
        E phi, Var phi, E phi^2 and E phi'^2 for an input from N(mean, variance).

    Raises:
        ValueError: If `mean` or `variance` is out of range, or if the activation or its
            derivative is not elementwise, not finite, unknown to autograd, too rough,
            or 0 or growing so that what lies beyond 16 standard deviations counts.

    Examples:
        >>> [round(m, 9) for m in gaussian_moments(torch.relu, 0.0, 4.0)[2:]]
        [2.0, 0.5]
        >>> [round(m, 9) for m in gaussian_moments(torch.exp)[2:]]  # e^2
        [7.389056099, 7.389056099]
    """
    if not math.isfinite(mean * mean):
        raise ValueError(f"mean must be finite, and its square, got {mean}")
    if not 0 < variance < math.inf:
        raise ValueError(f"variance must be finite and > 0, got {variance}")

    def slope(z: Tensor) -> Tensor:
        with torch.enable_grad():
            z = z.clone().requires_grad_()
            phi = activation(z.clone())
            if not phi.requires_grad:
                raise ValueError("autograd cannot see activation: pass derivative")
            return torch.autograd.grad(phi.sum(), z)[0]

    at = (mean, math.sqrt(variance))
    with torch.inference_mode(False), torch.no_grad():
        first = _expect("activation", activation, *at)
        # Not E phi^2 - (E phi)^2, which would lose a small variance.
        spread = _expect("activation", activation, *at, first)
        steep = _expect("derivative", derivative or slope, *at, 0.0)
    return Moments(first, spread, spread + first * first, steep)


def _expect(
    name: str, phi: Elementwise, mean: float, scale: float, around: float | None = None
) -> float:
    """Expectation of phi(mean + scale * t), or of its square around a number."""
    # Golub and Welsch: nodes are eigenvalues, weights the squared first entries.
    k = torch.arange(1, 16, dtype=torch.float64)
    beside = k / (4 * k * k - 1).sqrt()
    nodes, vectors = torch.linalg.eigh(beside.diag(1) + beside.diag(-1))
    weights = vectors[0].square() / math.sqrt(2 * math.pi)

    def rule(left: Tensor, right: Tensor) -> Tensor:
        t = (left + right)[:, None] / 2 + (right - left)[:, None] / 2 * nodes
        z = mean + scale * t.flatten()
        values, some = phi(z.clone()), slice(len(z) // 3, len(z) // 3 + 5)
        if not isinstance(values, Tensor) or values.shape != z.shape:
            raise ValueError(f"{name} must be elementwise, a tensor for a tensor")
        again = phi(z[some].clone())  # copies, because phi may work in place
        if not torch.allclose(again, values[some], rtol=1e-9, equal_nan=True):
            raise ValueError(f"{name} must be elementwise and deterministic")
        values = values if around is None else (values - around).square()
        if not (fine := values.isfinite()).all():
            x, y = float(z[~fine][0]), float(values[~fine][0])
            raise ValueError(f"{name} must be finite, got {y} at input {x:g}")
        heights = values.view_as(t) * torch.exp(-t * t / 2)
        areas: Tensor = (heights * weights).sum(-1) * (right - left)
        return areas

    # Pieces of at most one standard deviation, finer where the activation's input is 0.
    top = 2 + math.frexp(abs(mean) + REACH * scale)[1]
    inputs = [0.0, *(sign * 2.0**k for k in range(-8, top) for sign in (-1, 1))]
    near = (torch.tensor(inputs, dtype=torch.float64) - mean) / scale
    edges = torch.cat([near.clamp(-REACH, REACH), torch.arange(-REACH, REACH + 1)])
    left, right = edges.sort().values[:-1], edges.sort().values[1:]
    coarse, total = rule(left, right), 0.0
    size, outermost = coarse.abs().sum(), left.abs().maximum(right.abs()) > REACH - 1
    if coarse.abs()[outermost].sum() > TOLERANCE * size:
        raise ValueError(f"{name} grows too fast: what lies far out counts")
    if not size and rule(2.4 * left, 2.4 * right).any():  # as far as float64 can tell
        raise ValueError(f"{name} is 0 near the mean: what lies far out counts")
    while len(left) < 1 << 15:
        middle = (left + right) / 2
        halves = torch.stack([rule(left, middle), rule(middle, right)])
        size = size.maximum(halves.abs().sum())
        rough = (halves.sum(0) - coarse).abs() > TOLERANCE * size
        total += float(halves[:, ~rough].sum())
        if not rough.any():
            return total
        left, middle, right = left[rough], middle[rough], right[rough]
        left, right = torch.cat([left, middle]), torch.cat([middle, right])
        coarse = halves[:, rough].flatten()
    raise ValueError(f"{name} is too rough for quadrature")
