"""Softmax regression as an estimator of scikit-learn."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from . import divergences, fit


class SoftmaxRegression(ClassifierMixin, BaseEstimator):
    """Multinomial logistic regression by forward KL, reverse KL, or both.

    Parameters
    ----------
    penalty
        Of squared weights, halved; beside the mean over samples. scikit-learn's C is 1 / (samples x penalty).
    forward_share
        1 is maximum likelihood, D(p‖q); 0 is reverse KL, D(q‖p).
    fit_intercept, label_smoothing, tol, max_iter, threads
        Whether there are intercepts; the share of a label that all classes get alike; the largest element of the
        gradient at the end; steps and threads at most.

    Attributes
    ----------
    classes_, coef_, intercept_
        The classes; a row of weights for each class; a number for each class.
    n_iter_, fit_
        Steps; what `kullback.fit.softmax` says.

    Examples
    --------
    >>> from kullback import SoftmaxRegression
    >>> model = SoftmaxRegression(penalty=1e-2).fit([[0.0], [1.0], [3.0], [4.0]], ["a", "a", "b", "b"])
    >>> model.predict([[0.5], [3.5]]).tolist()
    ['a', 'b']
    """

    def __init__(
        self,
        *,
        penalty: float = 1e-3,
        forward_share: float = 1.0,
        fit_intercept: bool = True,
        label_smoothing: float = 0.0,
        tol: float = 1e-6,
        max_iter: int = 1000,
        threads: int | None = None,
    ) -> None:
        self.penalty = penalty
        self.forward_share = forward_share
        self.fit_intercept = fit_intercept
        self.label_smoothing = label_smoothing
        self.tol = tol
        self.max_iter = max_iter
        self.threads = threads

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> SoftmaxRegression:
        """Fits class probabilities to the labels y of the rows of X."""
        X, y = validate_data(self, X, y, dtype=[np.float64, np.float32])
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("the labels are of one class: at least two classes are needed")
        self.fit_ = fit.softmax(
            X, labels, classes=len(self.classes_), forward_share=self.forward_share, penalty=self.penalty,
            intercepts=self.fit_intercept, label_smoothing=self.label_smoothing, sample_weight=sample_weight,
            tolerance=self.tol, max_iterations=self.max_iter, threads=self.threads,
        )
        self.coef_, self.intercept_ = self.fit_.weights.T.copy(), self.fit_.intercepts
        self.n_iter_ = max(1, self.fit_.iterations)
        if not self.fit_.converged:
            warnings.warn(f"the fit ended because {self.fit_.end}", ConvergenceWarning, stacklevel=2)
        return self

    def _logits(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        return X @ self.coef_.T + self.intercept_

    def decision_function(self, X: Any) -> np.ndarray:
        """The logits of each class; of two classes the second's less the first's."""
        logits = self._logits(X)
        return logits[:, 1] - logits[:, 0] if len(self.classes_) == 2 else logits

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """The logarithms of the probabilities of each class."""
        return divergences.log_softmax(self._logits(X))

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probabilities of each class."""
        return divergences.softmax(self._logits(X))

    def predict(self, X: Any) -> np.ndarray:
        """The likeliest class of each row."""
        logits = self._logits(X)
        return self.classes_[logits.argmax(axis=1)]
