"""Clusters, fits and families, beside scikit-learn's and SciPy's numbers."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

import kullback
from kullback import families, fit

sklearn = pytest.importorskip("sklearn")
stats = pytest.importorskip("scipy.stats")

from sklearn.exceptions import ConvergenceWarning  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402


@parametrize_with_checks(
    [
        kullback.DivergenceKMeans(3, random_state=0),
        kullback.DivergenceKMeans(3, divergence="reverse-kl", random_state=0),
        kullback.SoftmaxRegression(),
    ]
)
def test_estimators_keep_scikit_learns_rules(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        check(estimator)


@pytest.fixture
def planted(rng):
    centers = rng.dirichlet(np.full(12, 0.3), size=4)
    labels = rng.integers(0, 4, 600)
    return np.stack([rng.multinomial(400, centers[label]) for label in labels]).astype(float), labels


@pytest.mark.parametrize("divergence", ["forward-kl", "reverse-kl"])
def test_planted_clusters_are_found(planted, divergence):
    counts, labels = planted
    model = kullback.DivergenceKMeans(
        4, divergence=divergence, form="weights", smoothing=0.5, n_init=5, random_state=1
    ).fit(counts)
    from sklearn.metrics import adjusted_rand_score

    assert adjusted_rand_score(labels, model.labels_) > 0.95
    values = model.transform(counts)
    np.testing.assert_array_equal(values.argmin(1), model.labels_)
    np.testing.assert_array_equal(model.predict(counts), model.labels_)
    assert model.inertia_ == pytest.approx(values.min(1).sum(), rel=1e-9) == pytest.approx(-model.score(counts))
    np.testing.assert_allclose(model.cluster_centers_.sum(1), 1)
    mass = (counts + 0.5) / (counts + 0.5).sum(1, keepdims=True)
    for cluster in range(4):
        own = mass[model.labels_ == cluster]
        want = own.mean(0) if divergence == "forward-kl" else np.exp(np.log(own).mean(0))
        np.testing.assert_allclose(model.cluster_centers_[cluster], want / want.sum(), rtol=1e-9)


def test_clusters_of_what_is_no_distribution():
    with pytest.raises(ValueError):
        kullback.DivergenceKMeans(2, form="weights").fit([[1.0, -1.0], [1.0, 1.0]])
    with pytest.raises(ValueError, match="divergence"):
        kullback.DivergenceKMeans(2, divergence="both").fit([[1.0, 0.0], [0.0, 1.0]])


def test_softmax_regression_is_logistic_regression():
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    X, y = load_iris(return_X_y=True)
    for penalty in (1.0, 1e-2, 1e-4):
        ours = kullback.SoftmaxRegression(penalty=penalty, tol=1e-9).fit(X, y)
        theirs = LogisticRegression(C=1 / (len(X) * penalty), tol=1e-10, max_iter=20_000).fit(X, y)
        np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-5)
        assert ours.score(X, y) == theirs.score(X, y)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    assert set(kullback.SoftmaxRegression().fit(X, names).predict(X)) <= set(names)


def test_sample_weights_count_as_repeated_samples(rng):
    X, y = rng.normal(size=(40, 3)), rng.integers(0, 3, 40)
    times = rng.integers(1, 4, 40)
    weighted = kullback.SoftmaxRegression(tol=1e-10).fit(X, y, sample_weight=times)
    repeated = kullback.SoftmaxRegression(tol=1e-10).fit(np.repeat(X, times, 0), np.repeat(y, times))
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-7)


def test_a_fit_to_distributions_of_a_teacher(rng):
    X, W = rng.normal(size=(500, 4)), rng.normal(size=(4, 3))
    for share in (1.0, 0.0, 0.5):
        found = fit.softmax(X, targets=X @ W + [0.1, 0.2, 0.3], form="logits", forward_share=share, tolerance=1e-9)
        assert found.converged and abs(found.objective) < 1e-12
        difference = found.weights - W
        np.testing.assert_allclose(difference - difference.mean(1, keepdims=True), 0, atol=1e-5)


def test_normal_distributions_are_the_samples_moments(rng):
    samples = rng.multivariate_normal([1, -2, 3], [[2, 0.5, 0], [0.5, 1, 0.2], [0, 0.2, 3]], size=400)
    found = fit.gaussian(samples)
    np.testing.assert_allclose(found.means[0], samples.mean(0), rtol=1e-12)
    np.testing.assert_allclose(found.covariances[0], np.cov(samples.T, bias=True), rtol=1e-4)
    want = stats.multivariate_normal(found.means[0], found.covariances[0])
    np.testing.assert_allclose(found.log_density(samples), want.logpdf(samples), rtol=1e-9)
    assert found.cross_entropy == pytest.approx(-want.logpdf(samples).mean(), rel=1e-9)


def test_mixtures_are_scikit_learns(rng):
    from sklearn.mixture import GaussianMixture

    samples = np.concatenate([rng.normal(-4, 1, (300, 2)), rng.normal(4, 0.5, (200, 2))])
    found = fit.gaussian(samples, 2, restarts=3, regularisation=0, tolerance=1e-12)
    theirs = GaussianMixture(2, reg_covar=0, tol=1e-12, max_iter=1000, random_state=0).fit(samples)
    assert found.converged
    assert -found.cross_entropy == pytest.approx(theirs.score(samples), rel=1e-9)
    np.testing.assert_allclose(np.sort(found.weights), np.sort(theirs.weights_), rtol=1e-6)


def test_errors_of_fits(rng):
    X = rng.normal(size=(10, 2))
    for call in (
        lambda: fit.softmax(X),
        lambda: fit.softmax(X, [0] * 9 + [1], targets=X),
        lambda: fit.softmax(X, [0.5] * 10),
        lambda: fit.softmax(X, [0, 1]),
        lambda: fit.softmax(X, [0, 7] * 5, classes=3),
        lambda: fit.softmax(X, [-1, 1] * 5),
        lambda: fit.softmax(X, [0, 1] * 5, penalty=-1),
        lambda: fit.softmax(X, [0, 1] * 5, penalty=math.nan),
        lambda: fit.softmax(X * np.nan, [0, 1] * 5),
        lambda: fit.softmax(X, [0, 1] * 5, sample_weight=[-1] * 10),
        lambda: fit.gaussian(X, 0),
        lambda: fit.gaussian(X, 11),
        lambda: fit.gaussian(X * np.inf),
        lambda: fit.gaussian(np.empty((0, 2))),
        lambda: fit.gaussian(X[None]),
    ):
        with pytest.raises((ValueError, ArithmeticError)):
            call()


def test_families_are_scipys():
    x = np.linspace(-40, 40, 400_001)
    p, q = stats.norm(0.5, 1.2), stats.norm(-1, 2)
    want = np.trapezoid(p.pdf(x) * (p.logpdf(x) - q.logpdf(x)), x)
    assert families.normal.forward_kl((0.5, 1.2), (-1, 2)) == pytest.approx(want, rel=1e-7)
    assert families.normal.reverse_kl((-1, 2), (0.5, 1.2)) == pytest.approx(want, rel=1e-7)
    assert families.normal.entropy((0.5, 1.2)) == pytest.approx(float(p.entropy()))
    k = np.arange(400)
    a, b = stats.poisson(3.5), stats.poisson(9)
    assert families.poisson.forward_kl([3.5], [9]) == pytest.approx((a.pmf(k) * (a.logpmf(k) - b.logpmf(k))).sum())
    grid = families.normal.forward_kl(np.ones((5, 1, 2)), np.ones((3, 2)))
    assert grid.shape == (5, 3) and (grid == 0).all()


def test_errors_of_families():
    with pytest.raises(AttributeError, match="there are: "):
        families.nothing
    with pytest.raises(ValueError, match="parameters"):
        families.normal.forward_kl((0, 1, 2), (0, 1, 2))
    with pytest.raises(ValueError, match="row 1 of model"):
        families.normal.forward_kl([(0, 1), (0, 1)], [(0, 1), (0, -1)])
    assert len(families.names()) > 8 and "normal" in dir(families)
