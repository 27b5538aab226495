"""What was once found by trying it: each was wrong, silent or unclear before."""

from __future__ import annotations

import multiprocessing
import pickle

import numpy as np
import pytest

import kullback


def test_the_largest_agreement_is_the_nearest(rng):
    p = rng.normal(size=(300, 20))
    models = {"far": rng.normal(size=p.shape), "near": p + 0.01 * rng.normal(size=p.shape)}
    for measure in ("top-agreement", "top-overlap:5", "forward-kl"):
        assert kullback.compare(p, models, measure).ranking == ["near", "far"]
    with pytest.raises(ValueError, match="the larger the nearer"):
        kullback.nearest(p, measure="top-agreement")


def refuse(rows):
    return kullback.entropy(rows, invalid="raise")


def test_errors_come_out_of_pools_of_processes():
    error = pickle.loads(pickle.dumps(kullback.InvalidRows("text", np.array([3]))))
    assert error.rows.tolist() == [3] and str(error) == "text"
    with multiprocessing.get_context("fork").Pool(1) as pool:
        with pytest.raises(kullback.InvalidRows):
            pool.apply_async(refuse, (np.full((2, 3), np.nan),)).get(timeout=60)


def test_orders_of_every_kind_of_number(logits):
    for name in ("renyi", "tsallis", "alpha"):
        values = [getattr(kullback, name)(*logits, order) for order in (2, 2.0, np.float64(2), np.int64(2), np.float32(2))]
        assert all(np.array_equal(values[0], other) for other in values)
    assert kullback.top_overlap([1.0, 2], [1.0, 2], np.int64(1)) == 1
    with pytest.raises(ValueError, match="no number"):
        kullback.renyi(*logits, "two")
    with pytest.raises(ValueError, match="whole"):
        kullback.top_overlap(*logits, 1.5)


def test_no_rows_against_a_single_one():
    assert kullback.forward_kl(np.zeros((0, 5)), np.zeros(5)).shape == (0,)
    assert kullback.forward_kl(np.zeros((1, 5)), np.zeros((0, 5))).shape == (0,)


def test_softmax_along_a_named_axis(rng):
    xr = pytest.importorskip("xarray")
    p = rng.normal(size=(4, 3, 2))
    named = xr.DataArray(p, dims=("row", "class", "step"))
    np.testing.assert_array_equal(kullback.softmax(named, axis="class"), kullback.softmax(p, axis=1))
    turned = named.transpose("step", "row", "class")
    assert (kullback.forward_kl(named, turned, axis="class") == 0).all()


def test_frames_are_compared_by_their_names():
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    table = {"a": [1.0, 2.0], "b": [3.0, 5.0], "c": [1.0, 9.0]}
    for frame in (pd.DataFrame, pl.DataFrame):
        p, q = frame(table), frame(table)[["c", "a", "b"]]
        assert (kullback.forward_kl(p, q, form="weights") == 0).all()
        with pytest.raises(ValueError, match="class 'a'"):
            kullback.forward_kl(p, q.rename(columns={"a": "x"}) if frame is pd.DataFrame else q.rename({"a": "x"}))
    p = pd.DataFrame(table, index=["x", "y"])
    assert (kullback.forward_kl(p, p[::-1], form="weights") == 0).all()
    with pytest.raises(ValueError, match="labels"):
        kullback.forward_kl(p, p.rename(index={"x": "z"}), form="weights")
    nullable = pd.DataFrame(table).convert_dtypes()
    np.testing.assert_array_equal(
        kullback.entropy(nullable.astype("Float64"), form="weights"), kullback.entropy(p, form="weights")
    )
    nullable.iloc[0, 0] = pd.NA
    with pytest.raises(ValueError, match="nulls"):
        kullback.entropy(nullable, form="weights")
    lists = pd.Series([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(kullback.entropy(lists), kullback.entropy([[1.0, 2.0], [3.0, 4.0]]))


def test_options_that_would_count_nothing_are_refused():
    p = [[0.5, 0.5]]
    for call in (
        lambda: kullback.forward_kl(p, p, form="probabilities", temperature=2.0),
        lambda: kullback.forward_kl(p, p, smoothing=1.0),
        lambda: kullback.entropy(p, form="weights", temperature=2.0),
        lambda: kullback.pairwise(p, smoothing=1.0),
    ):
        with pytest.raises(ValueError, match="temperature|smoothing"):
            call()
    assert kullback.forward_kl(p, [[1.0, 1.0]], form=("probabilities", "logits"), temperature=2.0) == 0


def test_a_pair_of_forms_makes_whole_numbers_a_distribution():
    counts, model = np.array([1, 2, 1]), np.full((3, 3), 1 / 3)
    found = kullback.cross_entropy(counts, model, form=("weights", "probabilities"))
    np.testing.assert_allclose(found, np.log(3))


def test_names_as_functions_have_them_and_hints():
    found = kullback.evaluate([0.0, 1.0], [1.0, 0.0], "forward_kl")
    assert found.names == ["forward-kl"] and found["forward_kl"] == found["forward-kl"]
    with pytest.raises(ValueError, match="did you mean forward-kl"):
        kullback.evaluate([0.0, 1.0], [1.0, 0.0], "foward-kl")
    for bad in ("forward-kl\0junk", "forward-kl,reverse-kl", 3, ["forward-kl", 3]):
        with pytest.raises(ValueError):
            kullback.evaluate([0.0, 1.0], [1.0, 0.0], bad)


def test_whole_numbers_are_not_cut_to_their_bits():
    p = np.zeros((3, 4))
    for call in (
        lambda: kullback.forward_kl(p, p, threads=2**32 + 1),
        lambda: kullback.forward_kl(p, p, threads=2**70),
        lambda: kullback.forward_kl(p, p, threads=1.5),
        lambda: kullback.Summary(2**64),
        lambda: kullback.Summary().add([1.0], first_row=2**64 + 5),
        lambda: kullback.nearest(p, k=2**70),
        lambda: kullback.evaluate(p, p, first_row=-1),
        lambda: kullback.forward_kl(p, p, axis=1.5),
    ):
        with pytest.raises(ValueError):
            call()


def test_summaries_add_up_and_refuse_masks():
    parts = []
    for start in range(3):
        part = kullback.Summary()
        part.add([float(start)], start)
        parts.append(part)
    assert sum(parts).mean == 1
    with pytest.raises(ValueError, match="masked"):
        kullback.Summary().add(np.ma.masked_equal([1.0, 2.0], 2.0))


def test_sparse_matrices_are_told_what_to_do():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(ValueError, match="toarray"):
        kullback.entropy(sparse.csr_matrix(np.eye(3)))


def test_models_that_are_no_mapping():
    with pytest.raises(ValueError, match="mapping"):
        kullback.compare(np.zeros((2, 3)), [np.zeros((2, 3))])


def test_tensors_with_a_minus_to_come():
    torch = pytest.importorskip("torch")
    p = torch.randn(3, 4, dtype=torch.float64)
    np.testing.assert_array_equal(kullback.softmax(torch._neg_view(p)), kullback.softmax(-p))
    for bad in (p.to_sparse(), p.to("meta")):
        with pytest.raises(ValueError):
            kullback.entropy(bad)


def test_second_derivatives_are_not_zero():
    torch = pytest.importorskip("torch")
    import kullback.torch as kt

    p, q = (torch.randn(5, dtype=torch.float64) for _ in range(2))
    s = torch.softmax(q, -1)
    found = torch.autograd.functional.hessian(lambda x: kt.forward_kl(p, x), q)
    torch.testing.assert_close(found, torch.diag(s) - torch.outer(s, s))
    for name in ("forward_kl", "reverse_kl", "jensen_shannon", "cross_entropy"):
        assert torch.autograd.gradgradcheck(
            lambda a, b, name=name: getattr(kt, name)(a, b), (p.clone().requires_grad_(), q.clone().requires_grad_())
        )


def test_gradients_of_nearly_equal_rows_keep_their_digits():
    torch = pytest.importorskip("torch")
    import kullback.torch as kt

    p = torch.randn(4, 1000)
    q = (p * (1 + 1e-5)).requires_grad_()
    exact = q.detach().double().requires_grad_()
    kt.jensen_shannon(p, q, reduction="sum").backward()
    kt.jensen_shannon(p.double(), exact, reduction="sum").backward()
    assert ((q.grad - exact.grad).abs().sum() / exact.grad.abs().sum()) < 1e-5
    wide = torch.randn(8, 50_000).bfloat16()
    model = (wide + 0.1).requires_grad_()
    kt.jensen_shannon(wide, model).backward()
    assert torch.isfinite(model.grad).all()


def test_headers_of_safetensors_that_lie(tmp_path):
    import json

    def file(header: bytes) -> str:
        path = tmp_path / "x.safetensors"
        path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(64))
        return str(path)

    def entry(**changes):
        return json.dumps({"x": {"dtype": "F32", "shape": [4, 4], "data_offsets": [0, 64], **changes}}).encode()

    assert kullback.open(file(entry())).shape == (4, 4)
    assert kullback.open(file(entry(shape=[0, 4], data_offsets=[0, 0]))).shape == (0, 4)
    for header in (
        entry(data_offsets=[-64, 0]),
        entry(data_offsets=[0, 2**70]),
        entry(data_offsets=[0, 64, 1]),
        entry(data_offsets="ab"),
        entry(shape=[-4, -4]),
        entry(shape=[4.0, 4]),
        entry(shape=[True, 16]),
        entry(shape=[2**40, 2**40]),
        entry(shape=None),
        entry(dtype="X"),
        entry(dtype=[1]),
        entry().decode().encode("utf-16"),
        b'{"x": 1}',
        b'{"x": {}}',
        b"[]",
        b"1",
        b"[" * 100_000,
        b'{"x": {"dtype": "F32", "shape": [16], "data_offsets": [0, 64]}, "x": 1}',
        b"\xff\xfe",
    ):
        with pytest.raises(ValueError, match="x.safetensors"):
            kullback.open(file(header))


def test_a_file_written_again_is_read_again(tmp_path):
    kd = pytest.importorskip("kullback.dask")
    path = tmp_path / "p.npy"
    np.save(path, np.zeros((4, 3)))
    first = kd.open(path)
    np.save(path, np.ones((5, 3)))
    second = kd.open(path)
    assert first.name != second.name and second.shape == (5, 3)
    for call in (
        lambda: kd.open(path, chunk_rows=-1),
        lambda: kd.DivergenceKMeans(2, sample_rows=0),
        lambda: kd.DivergenceKMeans(2, random_state=None),
        lambda: kd.DivergenceKMeans(2).predict(second),
    ):
        with pytest.raises(ValueError):
            call()


def test_the_end_of_the_interpreter_is_no_hang():
    import subprocess
    import sys

    code = """
import builtins, numpy as np, kullback
class Late:
    def __del__(self): kullback.forward_kl(self.rows, self.rows, progress=lambda *_: None)
builtins.late = late = Late(); late.rows = np.zeros((9000, 1000))
del late
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_no_rows_have_no_neighbours(rng):
    p = rng.random((4, 6))
    assert (kullback.nearest(p, p[:0], k=2).rows == -1).all()
    assert kullback.nearest(p[:0], p, k=2).rows.shape == (0, 2)
    assert len(kullback.nearest(p, p[:0], radius=1.0)) == 4


def test_rows_that_share_memory(rng):
    series = rng.random(40)
    windows = np.lib.stride_tricks.sliding_window_view(series, 7)
    np.testing.assert_array_equal(kullback.entropy(windows), kullback.entropy(windows.copy()))


def test_empty_batches_of_arrow():
    pa = pytest.importorskip("pyarrow")
    for kind in (pa.list_(pa.float32()), pa.list_(pa.float32(), 5)):
        none = pa.array([], kind)
        assert kullback.forward_kl(none, none).shape == (0,)


def test_an_array_that_changes_meanwhile_ends_no_process():
    import subprocess
    import sys

    code = """
import threading, time, numpy as np, kullback
rows, stop = np.random.default_rng(0).normal(size=(200, 3000)), []
def change():
    while not stop:
        for value in (np.nan, np.inf, -np.inf, 1e308, 0, 1e-320): rows[:] = value; rows[::2, ::3] = 1
thread = threading.Thread(target=change); thread.start()
end = time.monotonic() + 4
while time.monotonic() < end:
    for measure in ("top-rank", "top-agreement", "top-overlap:7", "forward-kl"):
        kullback.evaluate(rows, rows[::-1], measure, invalid="nan")
        kullback.evaluate(rows, rows, measure, invalid="nan")
stop.append(1); thread.join()
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_parameters_of_fits_that_make_no_sense(rng):
    from kullback import families, fit

    samples = rng.normal(size=(20, 2))
    for call in (
        lambda: fit.gaussian(samples, seed=-1),
        lambda: fit.gaussian(samples, seed=2**64),
        lambda: fit.gaussian(samples, max_iterations=0),
        lambda: fit.softmax(samples, [0, 1] * 10, forward_share=2),
        lambda: fit.softmax(samples, [0, 1] * 10, forward_share=float("nan")),
        lambda: fit.gaussian(samples, sample_weight=np.ma.masked_less(np.ones(20), 0)),
        lambda: families.normal.entropy(np.ma.masked_less(np.ones((3, 2)), 0)),
        lambda: kullback.DivergenceKMeans(-1).fit(samples),
        lambda: kullback.DivergenceKMeans(2, max_iter=2**70).fit(samples),
    ):
        with pytest.raises(ValueError):
            call()


def test_all_pairs_go_by_the_names_of_columns(rng):
    pd, pl, pa = pytest.importorskip("pandas"), pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    mass = rng.dirichlet(np.ones(3), 4)
    frame = pd.DataFrame(mass, columns=list("abc"))
    turned = frame[["c", "a", "b"]]
    for other in (turned, pl.DataFrame(turned.to_dict("list")), pa.table(turned.to_dict("list"))):
        for first in (frame, pa.table(frame.to_dict("list"))):
            np.testing.assert_allclose(np.diag(kullback.pairwise(first, other, form="probabilities")), 0, atol=1e-15)
            assert (kullback.nearest(first, other, k=1, form="probabilities").rows[:, 0] == range(4)).all()
            assert (kullback.forward_kl(first, other, form="probabilities") == 0).all()
    with pytest.raises(ValueError, match="model has a class 'z'"):
        kullback.forward_kl(frame, frame.assign(z=0.0), form="weights")
    assert kullback.pairwise(mass[:0], mass, form="probabilities").shape == (0, 4)


def test_named_dimensions_are_broadcast_by_name(rng):
    xr = pytest.importorskip("xarray")
    p = xr.DataArray(rng.normal(size=(3, 3, 5)), dims=("m", "n", "c"))
    q = p.mean("n")
    want = kullback.forward_kl(p.values, q.values[:, None])
    np.testing.assert_array_equal(kullback.forward_kl(p, q, axis="c"), want)
    np.testing.assert_array_equal(kullback.forward_kl(p, q), want)
    named = p.assign_coords(c=list("abcde"))
    with pytest.raises(ValueError, match="coordinates"):
        kullback.forward_kl(named, named.sel(c=list("eabcd")), axis="c")


def test_labels_that_became_floats_are_refused(rng):
    model = rng.normal(size=(3, 3))
    with pytest.raises(ValueError, match="astype"):
        kullback.cross_entropy(np.array([0.0, 1.0, 2.0]), model)
    assert kullback.cross_entropy([0.0, 1.0, 2.0], model[0]).real > 0


def test_forms_in_a_list_and_small_floats(rng):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    p = rng.normal(size=(2, 4))
    assert kullback.forward_kl(p, np.ones((2, 4)), form=["logits", "weights"]).shape == (2,)
    assert kullback.softmax(p.astype(ml_dtypes.float8_e5m2)).dtype == np.float64


def test_infinite_models_are_compared_without_warnings():
    import warnings

    p = np.array([[0.5, 0.5]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = kullback.compare(p, {"a": [[1.0, 0.0]], "b": [[0.0, 1.0]]}, form="probabilities")
        repr(found)
        repr(kullback.compare(p * np.nan, {"a": p}, form="probabilities", invalid="nan"))
    with pytest.raises(ValueError, match="none of the models"):
        found.difference("a", "x")
    with pytest.raises(ValueError, match="same rows"):
        kullback.compare(p, {"a": p, "b": np.repeat(p, 3, 0)}, form="probabilities")


def test_files_that_are_broken_are_named(tmp_path):
    for name, content in (("x.npy", b""), ("x.npy", b"junk"), ("x.npz", b"junk"), ("x.parquet", b"junk"), ("x.h5", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises((ValueError, ImportError), match="x[.]"):
            kullback.open(tmp_path / name)


def test_a_fork_while_summaries_are_made():
    import subprocess
    import sys

    code = """
import os, threading, time, numpy as np, kullback
stop = []
def busy():
    while not stop: s = kullback.Summary(); s.add(np.ones(1000)); s.quantiles([0.5])
thread = threading.Thread(target=busy); thread.start()
for _ in range(150):
    child = os.fork()
    if child == 0:
        s = kullback.Summary(); s.add([1.0]); s.mean; os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
stop.append(1); thread.join()
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
