"""Dask's arrays: the same bits for any chunks, and nothing lost with a worker."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest

da = pytest.importorskip("dask.array")

import kullback  # noqa: E402
import kullback.dask as kd  # noqa: E402


@pytest.fixture
def arrays(rng):
    p = rng.normal(size=(503, 70)).astype("f4")
    return p, p + rng.normal(size=p.shape).astype("f4")


@pytest.mark.parametrize("rows", [1, 50, 77, 503])
@pytest.mark.parametrize("classes", [70, 13])
def test_rows_have_the_same_bits_for_any_chunks(arrays, rows, classes):
    want = kullback.evaluate(*arrays, ["forward-kl", "jensen-shannon"])
    p, q = (da.from_array(side, chunks=(rows, classes)) for side in arrays)
    found = kd.evaluate(p, q, ["forward-kl", "jensen-shannon"])
    for name, values in found.items():
        np.testing.assert_array_equal(values.compute(), want[name])
    np.testing.assert_array_equal(kd.forward_kl(p, q.rechunk((61, 70))).compute(), want["forward-kl"])


def test_more_dimensions_and_single_rows(rng):
    p = rng.normal(size=(4, 6, 9))
    q = rng.normal(size=(9,))
    found = kd.reverse_kl(da.from_array(p, chunks=(1, 4, 9)), da.from_array(q, chunks=5)).compute()
    np.testing.assert_array_equal(found, kullback.reverse_kl(p, q))


def test_files_are_read_by_the_tasks(arrays, tmp_path):
    p, q = arrays
    want = kullback.forward_kl(p, q)
    np.save(tmp_path / "p.npy", p)
    np.save(tmp_path / "a.npy", q[:300])
    np.save(tmp_path / "b.npy", q[300:])
    left = kd.open(tmp_path / "p.npy", chunk_rows=100)
    right = kd.open([str(tmp_path / "a.npy"), str(tmp_path / "b.npy")], chunk_rows=90)
    assert left.numblocks == (6, 1)
    np.testing.assert_array_equal(kd.forward_kl(left, right).compute(), want)
    assert max(len(str(task)) for task in dict(left.__dask_graph__()).values()) < 2000
    zarr = pytest.importorskip("zarr")
    zarr.create_array(store=str(tmp_path / "q.zarr"), data=q, chunks=(128, 70))
    np.testing.assert_array_equal(kd.forward_kl(left, kd.open(tmp_path / "q.zarr")).compute(), want)
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    lists = pa.FixedSizeListArray.from_arrays(pa.array(q.ravel()), q.shape[1])
    pq.write_table(pa.table({"row": range(503), "logits": lists}), tmp_path / "q.parquet", row_group_size=200)
    np.testing.assert_array_equal(kd.forward_kl(left, kd.open(f"{tmp_path}/q.parquet:logits")).compute(), want)
    safetensors = pytest.importorskip("safetensors.numpy")
    safetensors.save_file({"logits": q, "x": q[:1]}, tmp_path / "q.safetensors")
    np.testing.assert_array_equal(kd.forward_kl(left, kd.open(f"{tmp_path}/q.safetensors:logits")).compute(), want)


def test_all_pairs_by_blocks(arrays):
    p, q = (side[:97] for side in arrays)
    a, b = da.from_array(p, chunks=(30, 70)), da.from_array(q, chunks=(45, 33))
    np.testing.assert_allclose(kd.pairwise(a, b).compute(), kullback.pairwise(p, q), rtol=1e-6)
    own = kd.pairwise(a).compute()
    assert (np.diag(own) == 0).all()
    np.testing.assert_allclose(own, kullback.pairwise(p), rtol=1e-6)


def test_models_are_compared(arrays, rng):
    p, q = arrays
    models = {"near": q, "far": p + 3 * rng.normal(size=p.shape).astype("f4")}
    want = kullback.compare(p, models)
    chunks = {name: da.from_array(model, chunks=(100, 70)) for name, model in models.items()}
    found = kd.compare(da.from_array(p, chunks=(64, 70)), chunks).compute()
    assert found.ranking == want.ranking == ["near", "far"]
    np.testing.assert_array_equal(found.values, want.values)


def test_errors_come_before_the_work(arrays):
    p = da.from_array(arrays[0])
    for call in (
        lambda: kd.evaluate(p, p[:, :-1]),
        lambda: kd.evaluate(p, p, "nothing"),
        lambda: kd.evaluate(p, p, progress=print),
        lambda: kd.pairwise(p, p[:, :-1]),
        lambda: kd.compare(p, {}),
        lambda: kd.open([]),
    ):
        with pytest.raises(ValueError):
            call()


def test_clusters_over_partitions_are_those_of_the_whole(rng):
    centers = rng.dirichlet(np.full(15, 0.3), size=3)
    counts = np.stack([rng.multinomial(300, centers[row % 3]) for row in range(900)]) + 0.5
    found = [
        kd.DivergenceKMeans(3, form="weights", divergence=divergence, random_state=3).fit(
            da.from_array(counts, chunks=(rows, 15))
        )
        for divergence in ("forward-kl", "reverse-kl")
        for rows in (900, 100, 37)
    ]
    for of_one in (found[:3], found[3:]):
        for model in of_one[1:]:
            np.testing.assert_allclose(model.cluster_centers_, of_one[0].cluster_centers_, rtol=1e-13)
            assert model.inertia_ == pytest.approx(of_one[0].inertia_, rel=1e-13)
    labels = found[1].predict(da.from_array(counts, chunks=(100, 15))).compute()
    assert all(len(set(labels[start::3])) == 1 for start in range(3))


def test_a_worker_that_dies_loses_and_doubles_nothing(tmp_path, arrays):
    distributed = pytest.importorskip("dask.distributed")
    p, q = (np.tile(side, (40, 1)) for side in arrays)
    np.save(tmp_path / "p.npy", p)
    np.save(tmp_path / "q.npy", q)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path)
    ) as cluster, distributed.Client(cluster) as client:
        values = kd.evaluate(
            kd.open(tmp_path / "p.npy", chunk_rows=100), kd.open(tmp_path / "q.npy", chunk_rows=100), "forward-kl"
        )
        future = client.compute(kd.summaries(values))
        victim = next(iter(client.run(os.getpid).values()))
        os.kill(victim, signal.SIGKILL)
        summary = future.result(timeout=120)["forward-kl"]
    whole = kullback.evaluate(p, q, "forward-kl").summary("forward-kl")
    assert summary == whole and summary.count == len(p)
