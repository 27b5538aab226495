"""All pairs and nearest rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from conftest import log_softmax

import kullback


def forward(p, q):
    a, b = log_softmax(p), log_softmax(q)
    return ((np.exp(a) * a).sum(-1)[:, None] - np.exp(a) @ b.T).astype(float)


@pytest.fixture
def sets(rng):
    return rng.normal(size=(37, 60)) * 2, rng.normal(size=(23, 60)) * 2


def test_all_pairs_are_the_formula(sets):
    p, q = sets
    np.testing.assert_allclose(kullback.pairwise(p, q), forward(p, q), rtol=1e-9)
    np.testing.assert_allclose(
        kullback.pairwise(p.astype("f4"), q.astype("f4"), dtype="f4"),
        forward(p.astype("f4"), q.astype("f4")),
        rtol=1e-6,
    )


def test_all_pairs_are_those_row_by_row(sets):
    p, q = sets
    for measure in ("forward-kl", "reverse-kl", "jensen-shannon", "total-variation", "renyi:2"):
        rows = kullback.evaluate(p[:, None], q[None], measure)[measure]
        np.testing.assert_allclose(kullback.pairwise(p, q, measure), rows, rtol=1e-9, err_msg=measure)


def test_a_set_with_itself(sets):
    found = kullback.pairwise(sets[0])
    assert (np.diag(found) == 0).all()
    np.testing.assert_allclose(found, kullback.pairwise(sets[0], sets[0]), rtol=1e-9, atol=1e-15)
    symmetric = kullback.pairwise(sets[0], measure="jensen-shannon")
    np.testing.assert_array_equal(symmetric, symmetric.T)


def test_results_in_the_callers_memory(sets):
    p, q = sets
    want = kullback.pairwise(p, q)
    wide = np.zeros((37, 40))
    kullback.pairwise(p, q, out=wide[:, 5:28])
    np.testing.assert_array_equal(wide[:, 5:28], want)
    assert (wide[:, :5] == 0).all() and (wide[:, 28:] == 0).all()
    for bad in (np.empty((23, 37)), np.empty((37, 23), "f2"), np.empty((23, 37)).T, np.empty((37, 46))[:, ::2]):
        with pytest.raises(ValueError, match="out|result"):
            kullback.pairwise(p, q, out=bad)


def test_bits_of_all_pairs(sets):
    np.testing.assert_allclose(kullback.pairwise(*sets, base=2), kullback.pairwise(*sets) / math.log(2))


@pytest.mark.parametrize("among", [True, False])
def test_nearest_are_those_of_the_matrix(sets, among):
    p, q = sets
    matrix = kullback.pairwise(p, q if among else None)
    if not among:
        np.fill_diagonal(matrix, np.inf)
    found = kullback.nearest(p, q if among else None, k=5)
    np.testing.assert_array_equal(found.rows, np.argsort(matrix, axis=1, kind="stable")[:, :5])
    np.testing.assert_allclose(found.values, np.sort(matrix, axis=1)[:, :5], rtol=1e-9)


def test_more_neighbours_than_there_are(sets):
    found = kullback.nearest(sets[0][:2], sets[1][:3], k=5)
    assert (found.rows[:, 3:] == -1).all() and np.isnan(found.values[:, 3:]).all()


def test_within_a_radius(sets):
    p, q = sets
    matrix = kullback.pairwise(p, q, base=2)
    radius = float(np.sort(matrix, None)[400:402].mean())
    found = kullback.nearest(p, q, radius=radius, base=2)
    assert len(found) == 37
    for query in range(37):
        assert set(found[query].rows) == set(np.flatnonzero(matrix[query] <= radius))
    assert found[-1].rows.tolist() == found[36].rows.tolist()
    with pytest.raises(IndexError):
        found[37]
    everything = kullback.nearest(np.repeat(p, 60, 0), q, radius=math.inf)
    assert everything.offsets[-1] == 37 * 60 * 23


def test_errors_of_all_pairs(sets):
    p, q = sets
    for call in (
        lambda: kullback.pairwise(p, q[:, :-1]),
        lambda: kullback.pairwise(p[None], q),
        lambda: kullback.pairwise(p, q, "nothing"),
        lambda: kullback.pairwise(p, q, dtype="f2"),
        lambda: kullback.nearest(p, q, k=0),
        lambda: kullback.nearest(p, q, k=2, radius=1.0),
        lambda: kullback.nearest(p, q, radius=-1.0),
        lambda: kullback.nearest(p, q, radius=math.nan),
    ):
        with pytest.raises(ValueError):
            call()


def test_invalid_rows_of_all_pairs(sets):
    p, q = (side.copy() for side in sets)
    q[4, 1] = np.nan
    with pytest.warns(kullback.InvalidRowWarning, match="row 4 of models"):
        assert np.isnan(kullback.pairwise(p, q)[:, 4]).all()
    with pytest.raises(kullback.InvalidRows):
        kullback.nearest(p, q, invalid="raise")
