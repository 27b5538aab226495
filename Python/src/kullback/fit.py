"""Fits that minimise a divergence: class probabilities of features, normal distributions and mixtures of samples."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any, Callable, Literal

import numpy as np

from . import _abi
from ._arrays import Rows, as_numpy
from .divergences import Progress

_ENDS = {
    0: "the gradient is as small as was asked for",
    1: "the value no longer changes",
    2: "the iterations were used up",
    3: "no step makes it smaller",
    4: "it has no bound",
    5: "the classes can be separated: the coefficients have no end",
    6: "some classes can be separated: their coefficients have no end",
}
_CONVERGED = (0, 1)


class FitWarning(UserWarning):
    """A fit ended before it converged, or has no end."""


def _matrix(given: Any, name: str) -> Any:
    """A matrix of numbers as the library reads it."""
    array, element = as_numpy(given)
    if array.ndim != 2:
        raise ValueError(f"{name} of shape {array.shape}: a matrix is needed")
    if element not in ("float32", "float64"):
        if array.dtype.kind not in "biuf" or element == "bfloat16":
            raise ValueError(f"{name} has elements of type {element}: numbers are needed")
        array = array.astype(np.float64)
    array = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))
    rows, columns = array.shape
    return _abi.Matrix(
        element=_abi.ELEMENTS[array.dtype.name], base=array, rows=rows, columns=columns, row_stride=columns,
        column_stride=1,
    )


def _weights(given: Any, count: int) -> np.ndarray | None:
    if given is None:
        return None
    if isinstance(given, np.ma.MaskedArray):
        raise ValueError("sample_weight is a masked array: fill it, with 0 where a sample does not count")
    weights = np.ascontiguousarray(given, dtype=np.float64)
    if weights.shape != (count,):
        raise ValueError(f"sample_weight of shape {weights.shape} for {count} samples")
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ValueError("sample_weight has to be finite and not negative")
    if count and not weights.any():
        raise ValueError("every sample_weight is zero: no sample is left")
    return weights


@dataclass(frozen=True)
class SoftmaxFit:
    """Class probabilities softmax(x W + b) that were fitted.

    Attributes
    ----------
    weights, intercepts
        W, features x classes, and b.
    objective, gradient_norm, iterations
        What was minimised, the largest element of its gradient, and how many steps that took.
    converged, end
        Whether the fit converged, and why it ended, in words.
    """

    weights: np.ndarray
    intercepts: np.ndarray
    objective: float
    gradient_norm: float
    iterations: int
    converged: bool
    end: str


def softmax(
    features: Any,
    labels: Any = None,
    targets: Any = None,
    *,
    form: Literal["logits", "log-probabilities", "probabilities", "weights"] = "probabilities",
    classes: int | None = None,
    forward_share: float = 1.0,
    penalty: float = 0.0,
    intercepts: bool = True,
    temperature: float = 1.0,
    label_smoothing: float = 0.0,
    sample_weight: Any = None,
    tolerance: float = 1e-6,
    max_iterations: int = 1000,
    threads: int | None = None,
    progress: Progress | None = None,
) -> SoftmaxFit:
    """Fits class probabilities that depend on features by a linear map, to labels or to distributions.

    Minimises the mean of forward_share D(p‖q) + (1 − forward_share) D(q‖p), and penalty / 2 times the sum of squared
    weights. Of labels with forward_share 1 it is maximum likelihood, multinomial logistic regression.

    Parameters
    ----------
    features
        A row for each sample.
    labels
        A class for each sample, from 0.
    targets
        Instead a distribution for each sample, as `form` says.
    classes
        How many (default: one more than the largest label).

    Examples
    --------
    >>> import numpy as np, kullback.fit
    >>> found = kullback.fit.softmax(np.array([[0.0], [1.0], [2.0], [3.0]]), [0, 1, 0, 1], penalty=0.1)
    >>> found.converged, found.weights.shape
    (True, (1, 2))
    """
    matrix = _matrix(features, "features")
    if (labels is None) == (targets is None):
        raise ValueError("either labels or targets are needed")
    factors = _weights(sample_weight, matrix.rows)
    if not 0 <= forward_share <= 1:
        raise ValueError(f"forward_share={forward_share}: it is from 0, reverse KL alone, to 1, forward KL alone")
    max_iterations = _abi.whole("max_iterations", max_iterations, 0)
    described = distributions = None
    if labels is not None:
        array = np.asarray(labels)
        if array.shape != (matrix.rows,) or array.dtype.kind not in "iu":
            raise ValueError(f"labels have to be {matrix.rows} whole numbers, a class from 0 for each sample")
        chosen = np.ascontiguousarray(array, dtype=np.int64)
        count = classes if classes is not None else int(chosen.max(initial=-1)) + 1
        described = _abi.Labels(_abi.LABELS_BYTES, _abi.ELEMENTS["int64"], chosen.ctypes.data, len(chosen), 1)
        described.memory = chosen
    else:
        rows = Rows(targets, form, -1, temperature if form == "logits" else 1.0, name="targets")
        if rows.array.ndim != 2 or rows.count != matrix.rows:
            raise ValueError(f"targets of shape {rows.array.shape}: a row for each of {matrix.rows} samples is needed")
        distributions, count = rows.set(), rows.classes
    weights, biases = np.zeros((matrix.columns, max(count, 1))), np.zeros(max(count, 1))
    options = _abi.SoftmaxOptions(
        has_intercepts=int(intercepts), forward_share=forward_share, penalty=penalty, temperature=temperature,
        label_smoothing=label_smoothing, gradient_tolerance=tolerance, maximum_iterations=max_iterations,
    )
    result = _abi.SoftmaxResult(weights=weights, intercepts=biases)
    _abi.call(
        _abi.FIT_SOFTMAX, matrix, described, distributions, count, factors, options, result, threads=threads,
        progress=progress,
    )
    return SoftmaxFit(
        weights, biases, result.objective, result.gradient_norm, result.iterations,
        result.convergence in _CONVERGED, _ENDS.get(result.convergence, str(result.convergence)),
    )


@dataclass(frozen=True)
class NormalMixture:
    """A mixture of normal distributions that was fitted to samples.

    Attributes
    ----------
    weights, means, covariances
        A number, a vector and a matrix for each component.
    cross_entropy
        Minus the mean log-likelihood of the samples, in nats: H(samples, mixture).
    iterations, converged, end
        How many steps it took, whether it converged, and why it ended, in words.
    """

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray
    cross_entropy: float
    iterations: int
    converged: bool
    end: str

    def log_density(self, points: Any) -> np.ndarray:
        """The logarithm of the density at each point, a row each."""
        x = np.atleast_2d(np.asarray(points, dtype=np.float64))
        terms: list[np.ndarray] = []
        for weight, mean, covariance in zip(self.weights, self.means, self.covariances):
            factor = np.linalg.cholesky(covariance)
            z = np.linalg.solve(factor, (x - mean).T)
            log_volume = np.log(np.diag(factor)).sum() + 0.5 * len(mean) * math.log(2 * math.pi)
            with np.errstate(divide="ignore"):
                terms.append(np.log(weight) - log_volume - 0.5 * (z * z).sum(0))
        return np.logaddexp.reduce(terms, axis=0)


def gaussian(
    samples: Any,
    components: int = 1,
    *,
    diagonal: bool = False,
    restarts: int = 1,
    seed: int = 0,
    regularisation: float = 1e-6,
    sample_weight: Any = None,
    tolerance: float = 1e-9,
    max_iterations: int = 1000,
    threads: int | None = None,
    progress: Progress | None = None,
) -> NormalMixture:
    """Fits a normal distribution, or a mixture of several, to samples by maximum likelihood: forward KL.

    Parameters
    ----------
    samples
        A sample a row; of one dimension a plain array will do.
    diagonal
        Whether covariances are diagonal.
    regularisation
        The share of the samples' variances that is added to those of every component of a mixture.

    Examples
    --------
    >>> import numpy as np, kullback.fit
    >>> found = kullback.fit.gaussian(np.random.default_rng(0).normal(3.0, 2.0, size=10_000))
    >>> bool(abs(found.means[0, 0] - 3) < 0.1 and abs(found.covariances[0, 0, 0] - 4) < 0.2)
    True
    """
    array, _ = as_numpy(samples)
    matrix = _matrix(array[:, None] if array.ndim == 1 else samples, "samples")
    components = _abi.whole("components", components, 1, 2**31)
    restarts, seed = _abi.whole("restarts", restarts, 1), _abi.whole("seed", seed, 0, 2**64 - 1)
    max_iterations = _abi.whole("max_iterations", max_iterations, 1)
    size = matrix.columns
    weights, means = np.empty(components), np.empty((components, size))
    covariances = np.empty((components, size, size))
    options = _abi.MixtureOptions(
        is_diagonal=int(diagonal), components=components, restarts=restarts, seed=seed,
        regularisation=regularisation, tolerance=tolerance, maximum_iterations=max_iterations,
    )
    result = _abi.MixtureResult(weights=weights, means=means, covariances=covariances)
    _abi.call(
        _abi.FIT_MIXTURE, matrix, _weights(sample_weight, matrix.rows), options, result, threads=threads,
        progress=progress,
    )
    end = _ENDS.get(result.convergence, str(result.convergence))
    found = NormalMixture(
        weights, means, covariances, result.cross_entropy, result.iterations, result.convergence in _CONVERGED, end
    )
    if not found.converged:
        warnings.warn(f"the mixture was not fitted to the end: {end}", FitWarning, stacklevel=2)
    return found


@dataclass(frozen=True)
class NormalFit:
    """A normal distribution q that was fitted to a density p by reverse KL: variational inference.

    Attributes
    ----------
    mean, covariance
        Of q.
    mean_errors
        How far the mean moves with other draws; NaN where that is not known.
    lower_bound, lower_bound_error
        The evidence lower bound, from fresh draws, and its standard error: below log ∫p by D(q‖p).
    cross_entropy, entropy
        H(q,p) and H(q): their difference is the least that was found, less log ∫p.
    pareto_k, effective_draws
        The diagnostic of importance weights, and how many independent draws of p those of q are worth.
    is_trusted
        Whether the search converged and `pareto_k` is below its threshold: whether q, and means weighted towards p, can
        be trusted.
    iterations, converged, end
        How many steps it took, whether it converged, and why it ended, in words.
    """

    mean: np.ndarray
    covariance: np.ndarray
    mean_errors: np.ndarray
    lower_bound: float
    lower_bound_error: float
    cross_entropy: float
    entropy: float
    pareto_k: float
    effective_draws: float
    is_trusted: bool
    iterations: int
    converged: bool
    end: str

    def draws(self, count: int, seed: int = 0) -> np.ndarray:
        """Independent draws of q, a row each."""
        normal = np.random.default_rng(seed).standard_normal((count, len(self.mean)))
        return self.mean + normal @ np.linalg.cholesky(self.covariance).T


def _with_gradients(log_density: Any, gradient: str) -> Callable[[np.ndarray], tuple[Any, Any]]:
    if gradient == "given":
        return log_density
    if gradient == "torch":
        import torch

        def by_torch(points: np.ndarray) -> tuple[Any, Any]:
            x = torch.from_numpy(points).requires_grad_()
            values = log_density(x)
            values.sum().backward()
            return values.detach().numpy(), x.grad.numpy() if x.grad is not None else np.zeros_like(points)

        return by_torch
    if gradient == "jax":
        import jax

        with jax.enable_x64(True):
            both = jax.jit(jax.vmap(jax.value_and_grad(log_density)))

        def by_jax(points: np.ndarray) -> tuple[Any, Any]:
            with jax.enable_x64(True):
                values, gradients = both(points)
                return np.asarray(values), np.asarray(gradients)

        return by_jax
    raise ValueError(f"gradient={gradient!r} is none of given, torch, jax")


def density(
    log_density: Callable[..., Any],
    dimension: int,
    *,
    gradient: Literal["given", "torch", "jax"] = "given",
    diagonal: bool = False,
    draws: int = 0,
    diagnostic_draws: int = 0,
    seed: int = 0,
    tolerance: float = 0.0,
    max_iterations: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> NormalFit:
    """Fits a normal distribution to a density that is known up to a constant factor, by reverse KL.

    Parameters
    ----------
    log_density
        With gradient="given": takes points, a row each, and returns the logarithms of the density and their gradients,
        arrays of (points,) and of the points' shape. With "torch": takes a float64 tensor of points and returns a tensor
        of their logarithms. With "jax": takes one point and returns a number.
    dimension
        How many numbers a point has.
    diagonal
        Whether the covariance is diagonal (mean field).
    draws, diagnostic_draws, seed, tolerance, max_iterations
        Fixed draws that expectations are taken over, fresh draws for the diagnostic, where they come from, the gradient
        at the end in nats a standard deviation, and iterations at most; 0 is the library's choice.

    Raises
    ------
    What `log_density` raises, which ends the fit; ArithmeticError where the density is NaN or +inf where the search begins.

    Notes
    -----
    `log_density` is called in the thread that calls this function. Giordano, Ingram and Broderick, Black box variational
    inference with a deterministic objective, JMLR 25(18), 2024.

    Examples
    --------
    >>> import numpy as np, kullback.fit
    >>> found = kullback.fit.density(lambda x: (-((x - 3) ** 2).sum(1) / 8, -(x - 3) / 4), 2)
    >>> found.mean.round(5).tolist(), found.covariance.round(5).tolist(), found.is_trusted
    ([3.0, 3.0], [[4.0, 0.0], [0.0, 4.0]], True)
    """
    dimension = _abi.whole("dimension", dimension, 1, 2**31)
    evaluate = _with_gradients(log_density, gradient)
    room = max(1, min(4096, (64 << 20) // (8 * dimension)))
    points, gradients = np.zeros((room, dimension)), np.zeros((room, dimension))
    values, asked = np.zeros(room), np.zeros(1, np.int64)
    mean, covariance, errors = np.empty(dimension), np.empty((dimension, dimension)), np.empty(dimension)

    def serve() -> bool:
        count = int(asked[0])
        if count <= 0:
            return False
        found, slopes = evaluate(points[:count].copy())
        found, slopes = np.asarray(found, dtype=np.float64), np.asarray(slopes, dtype=np.float64)
        if found.shape != (count,) or slopes.shape != (count, dimension):
            raise ValueError(
                f"log_density gave arrays of {found.shape} and {slopes.shape} for {count} points of {dimension} "
                f"dimensions: {(count,)} and {(count, dimension)} are needed"
            )
        values[:count], gradients[:count] = found, slopes
        asked[0] = 0
        return True

    described = _abi.Density(
        dimension=dimension, room=room, points=points, values=values, gradients=gradients, asked=asked
    )
    options = _abi.NormalOptions(
        is_diagonal=int(diagonal), draws=_abi.whole("draws", draws, 0),
        diagnostic_draws=_abi.whole("diagnostic_draws", diagnostic_draws, 0),
        maximum_iterations=_abi.whole("max_iterations", max_iterations, 0), gradient_tolerance=tolerance,
        seed=_abi.whole("seed", seed, 0, 2**64 - 1),
    )
    result = _abi.NormalResult(mean=mean, covariance=covariance, mean_errors=errors)
    _abi.call(_abi.FIT_NORMAL, described, options, result, threads=threads, progress=progress, serve=serve)
    return NormalFit(
        mean, covariance, errors, result.lower_bound, result.lower_bound_error, result.cross_entropy, result.entropy,
        result.pareto_k, result.effective_draws, bool(result.is_trusted), result.iterations,
        result.convergence in _CONVERGED, _ENDS.get(result.convergence, str(result.convergence)),
    )
