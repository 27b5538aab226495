"""Normal distributions fitted to densities that Python evaluates."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest

from kullback import fit

PRECISION = np.array([[2.0, 0.6], [0.6, 0.5]])
CENTRE = np.array([1.0, -3.0])


def log_normal(x):
    slope = -(x - CENTRE) @ PRECISION
    return 0.5 * (slope * (x - CENTRE)).sum(1), slope


def test_a_normal_target_is_recovered():
    found = fit.density(log_normal, 2)
    np.testing.assert_allclose(found.mean, CENTRE, atol=1e-6)
    np.testing.assert_allclose(found.covariance, np.linalg.inv(PRECISION), rtol=1e-5)
    assert found.converged and found.is_trusted
    volume = np.log(2 * np.pi) - 0.5 * np.log(np.linalg.det(PRECISION))
    assert found.lower_bound == pytest.approx(volume, abs=1e-5)
    assert found.entropy - found.cross_entropy == pytest.approx(volume, abs=1e-5)
    draws = found.draws(100_000, seed=1)
    np.testing.assert_allclose(draws.mean(0), CENTRE, atol=0.05)
    diagonal = fit.density(log_normal, 2, diagonal=True)
    np.testing.assert_allclose(diagonal.covariance, np.diag(1 / np.diag(PRECISION)), rtol=1e-5, atol=1e-12)


def test_gradients_by_pytorch_and_jax_are_the_same():
    torch = pytest.importorskip("torch")
    want = fit.density(log_normal, 2)
    precision, centre = torch.from_numpy(PRECISION), torch.from_numpy(CENTRE)
    by_torch = fit.density(
        lambda x: -0.5 * (((x - centre) @ precision) * (x - centre)).sum(1), 2, gradient="torch"
    )
    np.testing.assert_allclose(by_torch.mean, want.mean, atol=1e-6)
    pytest.importorskip("jax")
    import jax.numpy as jnp

    by_jax = fit.density(lambda x: -0.5 * (x - CENTRE) @ jnp.asarray(PRECISION) @ (x - CENTRE), 2, gradient="jax")
    np.testing.assert_allclose(by_jax.mean, want.mean, atol=1e-6)


def test_a_logistic_posterior_is_scipys(rng):
    optimize = pytest.importorskip("scipy.optimize")
    X, beta = rng.normal(size=(400, 3)), np.array([0.5, -1.0, 0.2])
    y = rng.random(400) < 1 / (1 + np.exp(-X @ beta))

    def log_posterior(b):
        z = b @ X.T
        values = (y * z - np.logaddexp(0, z)).sum(1) - (b * b).sum(1) / 2
        return values, (y - 1 / (1 + np.exp(-z))) @ X - b

    found = fit.density(log_posterior, 3)
    mode = optimize.minimize(lambda b: -log_posterior(b[None])[0][0], np.zeros(3)).x
    np.testing.assert_allclose(found.mean, mode, atol=0.03)
    assert found.is_trusted and found.pareto_k < 0.5
    assert found.covariance.shape == (3, 3) and (found.mean_errors < 0.1).all()


def test_what_the_density_raises_comes_through():
    class Stop(Exception):
        pass

    turns = []

    def stops(x):
        turns.append(len(x))
        if len(turns) > 3:
            raise Stop
        return log_normal(x)

    with pytest.raises(Stop):
        fit.density(stops, 2)


def test_ctrl_c_ends_a_fit():
    def slow(x):
        os.kill(os.getpid(), signal.SIGINT)
        return log_normal(x)

    with pytest.raises(KeyboardInterrupt):
        fit.density(slow, 2)


def test_densities_that_make_no_sense():
    for log_density in (
        lambda x: (np.zeros(len(x)), np.zeros((1, 1))),
        lambda x: (np.zeros(3), x),
        lambda x: (np.full(len(x), np.nan), x),
        lambda x: (np.full(len(x), np.inf), x),
    ):
        with pytest.raises((ValueError, ArithmeticError)):
            fit.density(log_density, 2)
    for options in ({"draws": 3}, {"seed": -1}, {"gradient": "numeric"}, {"dimension": 0}, {"tolerance": -1.0}):
        with pytest.raises((ValueError, ArithmeticError)):
            fit.density(log_normal, **{"dimension": 2, **options})
    unbounded = fit.density(lambda x: (x.sum(1), np.ones_like(x)), 2)
    assert not unbounded.converged and not unbounded.is_trusted
