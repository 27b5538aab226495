"""Clusters of distributions by forward or reverse KL, as an estimator of scikit-learn."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from . import _abi
from ._arrays import Rows
from ._clusters import DIVERGENCES
from .divergences import Form, check_choice, report_invalid
from .pairs import pairwise




class DivergenceKMeans(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):
    """k-means with a Kullback-Leibler divergence in the place of squared distances.

    Parameters
    ----------
    n_clusters
        How many.
    divergence
        "forward-kl" is D(row‖centroid), whose centroids are means; "reverse-kl" is D(centroid‖row), whose centroids are
        normalised geometric means.
    form
        What rows hold: "logits", "log-probabilities", "probabilities" or "weights". As everywhere in scikit-learn, whole
        numbers are converted: say "weights" of counts.
    temperature, smoothing
        Divides logits; is added to weights.
    n_init
        From how many choices of rows to begin; the best is kept.
    max_iter
        Iterations at most.
    tol
        Also ends when the objective falls by no more than this share of itself.
    random_state
        A seed or a generator: it chooses the rows to begin at.
    threads
        At most so many (default: what this process may use).

    Attributes
    ----------
    cluster_centers_
        Probabilities, a centroid a row.
    labels_, inertia_, n_iter_
        The cluster of each row; the sum of divergences to centroids; iterations.

    Notes
    -----
    Banerjee, Merugu, Dhillon and Ghosh, Clustering with Bregman divergences, JMLR 6, 2005.

    Examples
    --------
    >>> from kullback import DivergenceKMeans
    >>> counts = [[9.0, 1, 0], [8, 2, 0], [0, 1, 9], [0, 2, 8]]
    >>> DivergenceKMeans(2, form="weights", random_state=0).fit_predict(counts).tolist() in ([0, 0, 1, 1], [1, 1, 0, 0])
    True
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        divergence: Literal["forward-kl", "reverse-kl"] = "forward-kl",
        form: Form = "logits",
        temperature: float = 1.0,
        smoothing: float = 0.0,
        n_init: int = 1,
        max_iter: int = 100,
        tol: float = 0.0,
        random_state: Any = None,
        threads: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.divergence = divergence
        self.form = form
        self.temperature = temperature
        self.smoothing = smoothing
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state
        self.threads = threads

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = self.form in ("probabilities", "weights")
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _rows(self, X: Any, reset: bool) -> Rows:
        check_choice("divergence", self.divergence, list(DIVERGENCES))
        array = validate_data(self, X, dtype=[np.float64, np.float32], reset=reset)
        return Rows(array, self.form, -1, self.temperature, self.smoothing, name="X")

    def fit(self, X: Any, y: Any = None) -> DivergenceKMeans:
        """Finds the clusters of the rows of X; rows that hold no distribution are an error."""
        rows = self._rows(X, reset=True)
        n_clusters = _abi.whole("n_clusters", self.n_clusters, 1)
        if rows.count < n_clusters:
            raise ValueError(f"n_samples={rows.count} should be >= n_clusters={n_clusters}")
        max_iter, n_init = _abi.whole("max_iter", self.max_iter, 1), _abi.whole("n_init", self.n_init, 1)
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        labels, status = np.empty(rows.count, np.int64), np.zeros(rows.count, np.uint8)
        centers = np.empty((n_clusters, rows.classes))
        options = _abi.ClusterOptions(
            divergence=DIVERGENCES[self.divergence], clusters=n_clusters, seed=seed,
            maximum_iterations=max_iter, restarts=n_init, tolerance=self.tol,
        )
        result = _abi.ClusterResult(assignments=labels, centroids=centers)
        _abi.call(_abi.CLUSTER_FIT, rows.set(), options, result, status, threads=self.threads)
        report_invalid(status, "raise", rows.batch, ("X",))
        self.cluster_centers_ = centers
        self.labels_ = labels.astype(np.int32)
        self.inertia_ = float(result.objective)
        self.n_iter_ = int(result.iterations)
        self._n_features_out = n_clusters
        return self

    def _assign(self, X: Any) -> tuple[np.ndarray, np.ndarray]:
        check_is_fitted(self)
        rows = self._rows(X, reset=False)
        labels, values = np.empty(rows.count, np.int64), np.empty(rows.count)
        status = np.zeros(rows.count, np.uint8)
        _abi.call(
            _abi.CLUSTER_ASSIGN, rows.set(), DIVERGENCES[self.divergence],
            np.ascontiguousarray(self.cluster_centers_), len(self.cluster_centers_), labels, values, status,
            threads=self.threads, work=rows.count * rows.row_bytes,
        )
        report_invalid(status, "raise", rows.batch, ("X",))
        return labels.astype(np.int32), values

    def predict(self, X: Any) -> np.ndarray:
        """The nearest centroid of each row; -1 where all are at an infinite divergence."""
        return self._assign(X)[0]

    def score(self, X: Any, y: Any = None) -> float:
        """Minus the sum of the divergences of rows and their centroids."""
        return -float(self._assign(X)[1].sum())

    def transform(self, X: Any) -> np.ndarray:
        """The divergence of each row and each centroid."""
        check_is_fitted(self)
        array = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        forms: Any = (self.form, "probabilities")
        return pairwise(
            array, self.cluster_centers_, self.divergence, form=forms,
            temperature=(self.temperature, 1.0), smoothing=self.smoothing, invalid="raise", threads=self.threads,
        )
