"""Several measures together: tables, summaries, pictures, comparisons."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

import kullback


@pytest.fixture
def evaluation(logits):
    return kullback.evaluate(*logits, ["forward-kl", "jensen-shannon-distance", "top-agreement"], first_row=100)


def test_it_is_a_mapping_of_arrays(evaluation, logits):
    assert list(evaluation) == evaluation.names and len(evaluation) == 3 and evaluation.rows == 35
    np.testing.assert_array_equal(evaluation["forward-kl"], kullback.forward_kl(*logits))
    with pytest.raises(KeyError, match="forward-kl"):
        evaluation["reverse-kl"]


def test_the_measures_of_one_reading_are_the_default(logits):
    found = kullback.evaluate(*logits)
    np.testing.assert_allclose(
        found["forward-kl"], found["cross-entropy"] - found["target-entropy"], rtol=1e-9, atol=1e-12
    )
    assert set(found) <= set(kullback.measures())


def test_tables_for_pandas_and_arrow(evaluation):
    pd, pa = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    frame = evaluation.to_pandas()
    assert frame.shape == (35, 3) and frame.index.nlevels == 2
    np.testing.assert_array_equal(frame["forward-kl"].to_numpy(), evaluation["forward-kl"].ravel())
    table = pa.table(evaluation)
    assert table.column_names == ["row", *evaluation.names] and table["row"][0].as_py() == 100
    assert isinstance(frame, pd.DataFrame)
    flat = kullback.evaluate(np.zeros((3, 4)), np.zeros((3, 4)), first_row=7).to_pandas()
    assert flat.index.tolist() == [7, 8, 9]


def test_invalid_and_worst_rows_have_their_numbers(logits):
    p, q = (side.reshape(-1, side.shape[-1]).copy() for side in logits)
    p[3, 0], q[3, 1], q[9, 2] = np.nan, np.inf, np.nan
    found = kullback.evaluate(p, q, invalid="nan", first_row=1000)
    assert found.invalid == [
        (1003, "target", "contains NaN"),
        (1003, "model", "contains infinity"),
        (1009, "model", "contains NaN"),
    ]
    worst = found.worst("forward-kl", 4)
    values = found["forward-kl"]
    assert [value for _, value in worst] == sorted(values[~np.isnan(values)], reverse=True)[:4]
    assert all(values[row - 1000] == value for row, value in worst)
    assert "35 rows, 2 of them invalid" in repr(found)


def test_summaries(evaluation):
    values = evaluation["forward-kl"].ravel()
    summary = evaluation.summary("forward-kl")
    assert summary.count == 35 and summary.invalid == 0 and summary.infinite == 0
    assert summary.mean == pytest.approx(values.mean(), rel=1e-14)
    assert summary.standard_deviation == pytest.approx(values.std(ddof=1), rel=1e-12)
    assert summary.standard_error == pytest.approx(values.std(ddof=1) / math.sqrt(35), rel=1e-12)
    assert (summary.min, summary.max) == (values.min(), values.max())
    assert summary.max_row == 100 + values.argmax()
    np.testing.assert_allclose(summary.quantiles([0, 0.1, 0.5, 1]), np.quantile(values, [0, 0.1, 0.5, 1]), rtol=1e-12)
    assert set(evaluation.summary()) == set(evaluation)


def test_summaries_of_parts_are_that_of_the_whole(rng):
    values = np.exp(rng.normal(size=20_000) * 10)
    values[::500] = np.nan
    values[7] = np.inf
    for limit in (100_000, 1000):
        whole = kullback.Summary(exact_limit=limit)
        whole.add(values)
        for _ in range(5):
            edges = np.sort(rng.integers(0, len(values), 6))
            parts = []
            for start, stop in zip([0, *edges], [*edges, len(values)]):
                part = kullback.Summary(exact_limit=limit)
                part.add(values[start:stop], int(start))
                parts.append(kullback.Summary.from_bytes(pickle.loads(pickle.dumps(part)).to_bytes()))
            rng.shuffle(parts)
            merged = parts[0]
            for part in parts[1:]:
                merged = merged + part
            assert merged == whole
            assert merged.max_row == whole.max_row and merged.mean == whole.mean or math.isinf(whole.mean)
            np.testing.assert_array_equal(merged.quantiles([0.01, 0.5, 0.99]), whole.quantiles([0.01, 0.5, 0.99]))


def test_bytes_that_are_no_summary_are_refused():
    good = kullback.Summary()
    good.add([1.0, 2.0, 3.0])
    data = good.to_bytes()
    for length in range(len(data)):
        with pytest.raises(ValueError):
            kullback.Summary.from_bytes(data[:length])
    with pytest.raises(ValueError):
        kullback.Summary.from_bytes(b"x" * len(data))


def test_text_and_html(evaluation):
    text = repr(evaluation)
    assert text.splitlines()[0] == "35 rows" and "√nats" in text and "forward-kl" in text
    page = evaluation._repr_html_()
    assert page.count("<tr>") == 4 and "<svg" in page and "<script" not in page
    assert "bits" in repr(kullback.evaluate([0.0, 1.0], [1.0, 0.0], "forward-kl", base=2))


def test_pictures(evaluation):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = evaluation.plot("forward-kl")
    assert "rows" in axes.get_ylabel() and "forward KL" in axes.get_xlabel()
    zeros = kullback.evaluate(np.zeros((3, 4)), np.zeros((3, 4)), "forward-kl")
    assert "3 of them 0" in zeros.plot().get_title()


def test_models_are_ranked_with_the_errors_of_differences(rng):
    p = rng.normal(size=(400, 50))
    noise = rng.normal(size=p.shape)
    models = {"q4": p + 0.5 * noise, "q8": p + 0.1 * noise, "q8 again": p - 0.1 * noise}
    found = kullback.compare(p, models)
    assert found.ranking[-1] == "q4" and set(found.ranking[:2]) == {"q8", "q8 again"}
    mean, error = found.difference("q4", "q8")
    a, b = (kullback.forward_kl(p, models[name]) for name in ("q4", "q8"))
    assert mean == pytest.approx((a - b).mean())
    assert error == pytest.approx((a - b).std(ddof=1) / 20)
    assert "q4" in repr(found).splitlines()[-1] and "≈ the best" in repr(found)
    with pytest.raises(ValueError):
        kullback.compare(p, {})
    models["q4"][3] = np.nan
    with pytest.raises(kullback.InvalidRows, match="q4: 1 row"):
        kullback.compare(p, models, invalid="raise")
    assert np.isnan(kullback.compare(p, models, invalid="nan").values[:, 3]).all()
