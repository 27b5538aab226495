"""Kullback-Leibler divergences of very many distributions: array in, array out.

Examples
--------
>>> import kullback
>>> kullback.forward_kl([0.5, 0.5], [0.25, 0.75], form="probabilities", base=2)  # doctest: +ELLIPSIS
0.2075...
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._abi import InternalError, info, version
from ._files import open_array as open
from .divergences import (
    InvalidRows,
    InvalidRowWarning,
    alpha,
    bhattacharyya,
    chi_squared,
    cross_entropy,
    entropy,
    forward_kl,
    hellinger,
    jeffreys,
    jensen_shannon,
    jensen_shannon_distance,
    log_softmax,
    log_sum_exp,
    renyi,
    reverse_chi_squared,
    reverse_cross_entropy,
    reverse_kl,
    skew,
    softmax,
    squared_hellinger,
    top_agreement,
    top_overlap,
    top_rank,
    total_variation,
    triangular,
    tsallis,
)
from .evaluation import Comparison, Evaluation, compare, evaluate, measures
from .pairs import Neighbours, NeighboursWithin, nearest, pairwise
from .summary import Summary

if TYPE_CHECKING:
    from .cluster import DivergenceKMeans
    from .regression import SoftmaxRegression

__version__ = version()

__all__ = [
    "Comparison",
    "DivergenceKMeans",
    "Evaluation",
    "InternalError",
    "InvalidRowWarning",
    "InvalidRows",
    "Neighbours",
    "NeighboursWithin",
    "SoftmaxRegression",
    "Summary",
    "alpha",
    "bhattacharyya",
    "chi_squared",
    "compare",
    "cross_entropy",
    "entropy",
    "evaluate",
    "forward_kl",
    "hellinger",
    "info",
    "jeffreys",
    "jensen_shannon",
    "jensen_shannon_distance",
    "log_softmax",
    "log_sum_exp",
    "measures",
    "nearest",
    "open",
    "pairwise",
    "renyi",
    "reverse_chi_squared",
    "reverse_cross_entropy",
    "reverse_kl",
    "skew",
    "softmax",
    "squared_hellinger",
    "top_agreement",
    "top_overlap",
    "top_rank",
    "total_variation",
    "triangular",
    "tsallis",
    "version",
]


# Only who asks for one of these waits for what it needs.
_ESTIMATORS = {"DivergenceKMeans": "cluster", "SoftmaxRegression": "regression"}
_MODULES = ("cluster", "dask", "families", "fit", "regression", "torch")


def __getattr__(name: str) -> Any:
    if name in _ESTIMATORS:
        return getattr(import_module(f"kullback.{_ESTIMATORS[name]}"), name)
    if name in _MODULES:
        return import_module(f"kullback.{name}")
    raise AttributeError(f"module 'kullback' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES})
