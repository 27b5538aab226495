"""The measures, their options and their errors."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from conftest import forward_kl, log_softmax

import kullback


def probabilities(logits):
    return [np.exp(log_softmax(side)).astype(float) for side in logits]


def expected(p, q):
    m = (p + q) / 2
    kl = lambda a, b: (a * np.log(a / b)).sum(-1)  # noqa: E731
    return {
        "forward_kl": kl(p, q),
        "reverse_kl": kl(q, p),
        "jeffreys": kl(p, q) + kl(q, p),
        "jensen_shannon": (kl(p, m) + kl(q, m)) / 2,
        "jensen_shannon_distance": np.sqrt((kl(p, m) + kl(q, m)) / 2),
        "total_variation": abs(p - q).sum(-1) / 2,
        "hellinger": np.sqrt(((np.sqrt(p) - np.sqrt(q)) ** 2).sum(-1) / 2),
        "squared_hellinger": ((np.sqrt(p) - np.sqrt(q)) ** 2).sum(-1) / 2,
        "bhattacharyya": -np.log(np.sqrt(p * q).sum(-1)),
        "chi_squared": ((p - q) ** 2 / q).sum(-1),
        "reverse_chi_squared": ((p - q) ** 2 / p).sum(-1),
        "cross_entropy": -(p * np.log(q)).sum(-1),
        "reverse_cross_entropy": -(q * np.log(p)).sum(-1),
        "top_agreement": (p.argmax(-1) == q.argmax(-1)).astype(float),
    }


def test_measures_are_their_formulas(logits):
    for name, want in expected(*probabilities(logits)).items():
        np.testing.assert_allclose(getattr(kullback, name)(*logits), want, rtol=1e-9, err_msg=name)


def test_measures_of_an_order(logits):
    p, q = probabilities(logits)
    np.testing.assert_allclose(kullback.renyi(*logits, 2), np.log((p**2 / q).sum(-1)), rtol=1e-9)
    np.testing.assert_allclose(kullback.renyi(*logits, math.inf), np.log((p / q).max(-1)), rtol=1e-9)
    np.testing.assert_allclose(kullback.tsallis(*logits, 0.5), (1 - np.sqrt(p * q).sum(-1)) / 0.5, rtol=1e-9)
    for name in ("renyi", "tsallis", "alpha", "skew"):
        np.testing.assert_allclose(getattr(kullback, name)(*logits, 1), kullback.forward_kl(*logits), rtol=1e-9)
    assert kullback.top_overlap([3.0, 2, 1, 0], [3.0, 1, 2, 0], 2) == 0.5


def test_agrees_with_scipy_and_pytorch(logits):
    stats, distance = pytest.importorskip("scipy.stats"), pytest.importorskip("scipy.spatial.distance")
    p, q = probabilities(logits)
    np.testing.assert_allclose(
        kullback.forward_kl(p, q, form="weights"), stats.entropy(p, q, axis=-1), rtol=1e-9
    )
    np.testing.assert_allclose(
        kullback.jensen_shannon_distance(p, q, form="weights"), distance.jensenshannon(p, q, axis=-1), rtol=1e-7
    )
    torch = pytest.importorskip("torch")
    a, b = (torch.log_softmax(torch.from_numpy(side), -1) for side in logits)
    np.testing.assert_allclose(
        kullback.forward_kl(a, b, form="log-probabilities"),
        torch.nn.functional.kl_div(b, a, reduction="none", log_target=True).sum(-1).numpy(),
        rtol=1e-9,
    )


def test_nearly_equal_rows_keep_their_digits(rng):
    p = rng.normal(size=(50, 200)).astype("f4")
    q = p * np.float32(1 + 1e-6)
    want = forward_kl(p.astype(float), q.astype(float))
    np.testing.assert_allclose(kullback.forward_kl(p, q), want, rtol=1e-5)
    assert (kullback.forward_kl(p, p) == 0).all()


def test_units(logits):
    nats = kullback.forward_kl(*logits)
    np.testing.assert_allclose(kullback.forward_kl(*logits, base=2), nats / math.log(2))
    np.testing.assert_allclose(
        kullback.jensen_shannon_distance(*logits, base=2) ** 2, kullback.jensen_shannon(*logits, base=2)
    )
    np.testing.assert_array_equal(kullback.total_variation(*logits, base=2), kullback.total_variation(*logits))
    for base in (1, 0, -2, math.nan, math.inf):
        with pytest.raises(ValueError, match="base"):
            kullback.forward_kl(*logits, base=base)


def test_forms_and_temperatures_in_pairs(logits):
    p, q = logits
    mass = np.exp(log_softmax(p)).astype(float)
    np.testing.assert_allclose(
        kullback.forward_kl(mass, q, form=("probabilities", "logits")), kullback.forward_kl(p, q), rtol=1e-9
    )
    np.testing.assert_allclose(
        kullback.forward_kl(p, q, temperature=(2.0, 0.5)), forward_kl(p / 2, q / 0.5), rtol=1e-9
    )
    np.testing.assert_allclose(
        kullback.forward_kl([[3, 0]], [[1, 1]], form="weights", smoothing=1.0), kullback.forward_kl([[4.0, 1]], [[2.0, 2]], form="weights")
    )


def test_zero_mass():
    assert kullback.forward_kl([0.5, 0.5], [1.0, 0.0], form="probabilities") == math.inf
    assert kullback.forward_kl([1.0, 0.0], [0.5, 0.5], form="probabilities") == pytest.approx(math.log(2))


def test_labels(rng):
    q = rng.normal(size=(4, 6, 11))
    labels = rng.integers(0, 11, (4, 6))
    want = -np.take_along_axis(log_softmax(q), labels[..., None], -1)[..., 0]
    for kind in ("i8", "i4", "i2", "u1"):
        np.testing.assert_allclose(kullback.cross_entropy(labels.astype(kind), q), want.astype(float), rtol=1e-9)
    torch = pytest.importorskip("torch")
    labels[0, 0] = -100
    factors = rng.random(11)
    np.testing.assert_allclose(
        kullback.cross_entropy(labels, q, ignore_index=-100, label_smoothing=0.1, class_weights=factors),
        torch.nn.functional.cross_entropy(
            torch.from_numpy(q).movedim(-1, 1), torch.from_numpy(labels), torch.from_numpy(factors),
            reduction="none", label_smoothing=0.1,
        ).numpy(),
        rtol=1e-9,
    )
    with pytest.raises(kullback.InvalidRows, match="no class"):
        kullback.cross_entropy(labels, q, invalid="raise")
    with pytest.raises(ValueError, match="labels of shape"):
        kullback.cross_entropy(labels[:2], q)
    with pytest.raises(ValueError, match="class_weights"):
        kullback.cross_entropy(labels, q, class_weights=[1.0])


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("kind", ["f8", "f4", "f2"])
def test_softmax_and_log_softmax(logits, kind, axis):
    p = logits[0].astype(kind)
    want = np.moveaxis(log_softmax(np.moveaxis(p, axis, -1)), -1, axis)
    found = kullback.log_softmax(p, axis=axis)
    assert found.dtype == p.dtype
    close = {"f8": 1e-12, "f4": 1e-5, "f2": 2e-2}[kind]
    np.testing.assert_allclose(found, want.astype(float), rtol=close, atol=close)
    np.testing.assert_allclose(kullback.softmax(p, axis=axis), np.exp(want).astype(float), rtol=close, atol=close)
    out = np.empty(p.shape, "f8")
    assert kullback.log_softmax(p, axis=axis, out=out) is out
    np.testing.assert_allclose(out, want.astype(float), rtol=1e-6)
    same = p.copy()
    kullback.log_softmax(same, axis=axis, out=same)
    np.testing.assert_array_equal(same, found)


def test_of_rows(logits):
    p = logits[0]
    np.testing.assert_allclose(kullback.entropy(p), -(np.exp(log_softmax(p)) * log_softmax(p)).sum(-1).astype(float))
    np.testing.assert_allclose(kullback.log_sum_exp(p), np.log(np.exp(p).sum(-1)))


def test_invalid_rows_are_told(rng):
    p = rng.normal(size=(3, 4, 5))
    q = p.copy()
    q[1, 2, 3] = np.nan
    with pytest.warns(kullback.InvalidRowWarning, match=r"1 row is invalid; first: row \(1, 2\) of model contains NaN"):
        found = kullback.forward_kl(p, q)
    assert np.isnan(found[1, 2]) and np.isfinite(np.delete(found.ravel(), 6)).all()
    with pytest.raises(kullback.InvalidRows) as error:
        kullback.forward_kl(p, q, invalid="raise")
    assert error.value.rows.tolist() == [6]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kullback.forward_kl(p, q, invalid="nan")
    with pytest.raises(ValueError, match="none of warn"):
        kullback.forward_kl(p, q, invalid="drop")


def test_every_invalid_row_is_told_of_many():
    p = np.zeros((5000, 3))
    p[::2] = np.nan
    with pytest.raises(kullback.InvalidRows, match="2,500 rows") as error:
        kullback.entropy(p, invalid="raise")
    np.testing.assert_array_equal(error.value.rows, np.arange(0, 5000, 2))


def test_the_callers_memory(logits):
    out = np.full((7, 5), 3.0)
    assert kullback.forward_kl(*logits, out=out) is out
    np.testing.assert_array_equal(out, kullback.forward_kl(*logits))
    locked = out.copy()
    locked.flags.writeable = False
    for bad in (np.empty(35), np.empty((7, 5), "f4"), np.empty((5, 7)).T, locked, [[0.0] * 5] * 7):
        with pytest.raises(ValueError, match="out has to be"):
            kullback.forward_kl(*logits, out=bad)


def test_errors_say_what_is_wrong(logits):
    p, q = logits
    for call, words in (
        (lambda: kullback.forward_kl(p, q[..., :-1]), "301 classes and model has 300"),
        (lambda: kullback.forward_kl(p, q[:3]), "do not have the same rows"),
        (lambda: kullback.forward_kl(p, q, form="softmax"), "none of logits"),
        (lambda: kullback.forward_kl(p, q, temperature=0), "emperature"),
        (lambda: kullback.forward_kl(p, q, temperature=math.nan), "emperature"),
        (lambda: kullback.forward_kl(p, q, axis=3), "axis 3"),
        (lambda: kullback.forward_kl(p, q, axis="token"), "does not name"),
        (lambda: kullback.forward_kl(p, q, threads=0), "threads"),
        (lambda: kullback.renyi(p, q, -1), "renyi"),
        (lambda: kullback.evaluate(p, q, "forward"), "forward"),
        (lambda: kullback.evaluate(p, q, []), "no measures"),
    ):
        with pytest.raises(ValueError, match=words):
            call()


def test_threads_do_not_change_a_bit(logits):
    for name in ("forward_kl", "jensen_shannon", "bhattacharyya"):
        one, two = (getattr(kullback, name)(*logits, threads=count) for count in (1, 2))
        np.testing.assert_array_equal(one, two)
