"""One iteration of clusters over a part of the rows, as a value that merges."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _abi
from ._arrays import Rows
from .divergences import report_invalid

DIVERGENCES = {"forward-kl": 0, "reverse-kl": 1}


class Part:
    """What an assignment of some rows to given centroids adds up to."""

    def __init__(self, divergence: int, clusters: int, classes: int) -> None:
        self.divergence = divergence
        self.sums = np.zeros((clusters, classes, 2))
        self.sizes = np.zeros(clusters, np.int64)
        self.objectives = np.zeros(2)

    def structure(self) -> Any:
        clusters, classes, _ = self.sums.shape
        return _abi.ClusterPart(
            divergence=self.divergence, clusters=clusters, classes=classes, sums=self.sums, sizes=self.sizes,
            objective=self.objectives,
        )

    @property
    def objective(self) -> float:
        """The sum of the divergences of rows and centroids."""
        return float(self.objectives.sum())

    def centroids(self, before: np.ndarray) -> np.ndarray:
        """The centroids of the rows; a cluster without rows keeps the one that it had."""
        result = np.empty_like(before)
        _abi.call(_abi.CLUSTER_CENTROIDS, self.structure(), np.ascontiguousarray(before), result)
        return result


def step(rows: np.ndarray, centers: np.ndarray, divergence: str, options: dict[str, Any]) -> Part:
    """Assigns rows to centroids."""
    taken = Rows(rows, **options)
    part = Part(DIVERGENCES[divergence], *centers.shape)
    status = np.zeros(taken.count, np.uint8)
    _abi.call(
        _abi.CLUSTER_STEP, taken.set(), np.ascontiguousarray(centers), part.structure(), None, None, status, threads=1
    )
    report_invalid(status, "raise", taken.batch, ("X",))
    return part


def merge(parts: list[Part]) -> Part:
    """Adds parts up."""
    result = Part(parts[0].divergence, *parts[0].sums.shape[:2])
    for part in parts:
        _abi.call(_abi.CLUSTER_MERGE, result.structure(), part.structure(), work=0)
    return result


def labels(rows: np.ndarray, centers: np.ndarray, divergence: str, options: dict[str, Any]) -> np.ndarray:
    """The nearest centroid of each row."""
    taken = Rows(rows, **options)
    found = np.empty(taken.count, np.int64)
    _abi.call(
        _abi.CLUSTER_ASSIGN, taken.set(), DIVERGENCES[divergence], np.ascontiguousarray(centers), len(centers), found,
        None, None, threads=1,
    )
    return found


def start(sample: np.ndarray, model: Any) -> np.ndarray:
    """The centroids of a sample's clusters, to begin at."""
    taken = Rows(sample, model.form, -1, model.temperature, model.smoothing, name="X")
    centers, status = np.empty((model.n_clusters, taken.classes)), np.zeros(taken.count, np.uint8)
    options = _abi.ClusterOptions(
        divergence=DIVERGENCES[model.divergence], clusters=model.n_clusters, seed=model.random_state,
        maximum_iterations=model.max_iter, restarts=model.n_init, tolerance=0.0,
    )
    _abi.call(_abi.CLUSTER_FIT, taken.set(), options, _abi.ClusterResult(centroids=centers), status)
    report_invalid(status, "raise", taken.batch, ("X",))
    return centers
