"""Every type, layout and source of arrays gives the same numbers, or says why it is not taken."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import forward_kl

import kullback

ml_dtypes = pytest.importorskip("ml_dtypes")

FLOATS = [np.float16, ml_dtypes.bfloat16, np.float32, np.float64, np.longdouble, ml_dtypes.float8_e4m3fn]

LAYOUTS = {
    "C": lambda x: np.ascontiguousarray(x),
    "Fortran": lambda x: np.asfortranarray(x),
    "every second class": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
    "every second row": lambda x: np.repeat(x, 2, axis=0)[::2],
    "every second row of the inner axis": lambda x: np.repeat(x, 2, axis=1)[:, ::2],
    "classes backwards": lambda x: np.ascontiguousarray(x[..., ::-1])[..., ::-1],
    "rows backwards": lambda x: np.ascontiguousarray(x[::-1])[::-1],
    "transposed batch": lambda x: np.ascontiguousarray(x.swapaxes(0, 1)).swapaxes(0, 1),
    "odd address": lambda x: odd(x),
    "a part of more classes": lambda x: np.concatenate([x, x], -1)[..., : x.shape[-1]],
}


def odd(x: np.ndarray) -> np.ndarray:
    memory = np.empty(x.nbytes + 1, np.uint8)[1:]
    moved = np.frombuffer(memory, x.dtype).reshape(x.shape)
    moved[...] = x
    return moved


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", FLOATS, ids=lambda kind: np.dtype(kind).name)
def test_every_layout_of_every_type_is_the_same_rows(logits, dtype, layout):
    p, q = (side.astype(dtype) for side in logits)
    plain = kullback.forward_kl(p, q)
    laid = kullback.forward_kl(LAYOUTS[layout](p), LAYOUTS[layout](q))
    np.testing.assert_array_equal(laid, plain)
    np.testing.assert_allclose(plain, forward_kl(p.astype(float), q.astype(float)), rtol=1e-6)


@pytest.mark.parametrize("dtype", [">f4", ">f8", ">f2"])
def test_the_other_byte_order(logits, dtype):
    p, q = (side.astype(dtype) for side in logits)
    np.testing.assert_array_equal(
        kullback.forward_kl(p, q), kullback.forward_kl(p.astype(dtype[1:]), q.astype(dtype[1:]))
    )


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_classes_along_any_axis(logits, axis):
    p, q = (np.moveaxis(side, -1, axis) for side in logits)
    np.testing.assert_array_equal(kullback.forward_kl(p, q, axis=axis), kullback.forward_kl(*logits))


def test_more_bytes_than_a_block_are_gone_through_in_blocks(rng, monkeypatch):
    p, q = rng.normal(size=(2, 501, 40))
    whole = kullback.forward_kl(p, q)
    monkeypatch.setattr("kullback._arrays.BLOCK_BYTES", 40 * 8 * 16)
    seen = []
    blocks = kullback.forward_kl(p[:, ::-1][:, ::-1], q[::-1][::-1], progress=lambda done, rows: seen.append(rows))
    np.testing.assert_array_equal(blocks, whole)
    np.testing.assert_array_equal(kullback.forward_kl(p[:, ::-1], q[:, ::-1]).shape, whole.shape)
    assert set(seen) <= {501}


@pytest.mark.parametrize(
    ("first", "second"), [((4, 1, 9), (5, 9)), ((9,), (3, 2, 9)), ((1, 9), (6, 9)), ((2, 3, 9), (3, 9)), ((9,), (9,))]
)
def test_batches_are_broadcast(rng, first, second):
    p, q = rng.normal(size=first), rng.normal(size=second)
    wide = np.broadcast_arrays(p, q)
    np.testing.assert_allclose(kullback.forward_kl(p, q), forward_kl(*wide), rtol=1e-12)


def test_a_single_row_gives_a_number():
    assert isinstance(kullback.forward_kl([0.0, 1.0], [1.0, 0.0]), float)


@pytest.mark.parametrize("shape", [(0, 9), (3, 0, 9), (0, 0, 9)])
def test_no_rows_give_no_results(shape):
    assert kullback.forward_kl(np.empty(shape), np.empty(shape)).shape == shape[:-1]
    assert kullback.entropy(np.empty(shape)).shape == shape[:-1]
    assert kullback.softmax(np.empty(shape)).shape == shape


def test_counts_of_every_whole_type():
    counts = np.array([[3, 0, 5], [1, 1, 1]])
    for kind in ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "?"):
        taken = counts.astype(kind)
        np.testing.assert_allclose(
            kullback.entropy(taken, form="weights"), kullback.entropy(taken.astype(float), form="weights")
        )


def test_lists_and_memory_maps(tmp_path, logits):
    p, q = (side[0].astype("f4") for side in logits)
    want = kullback.forward_kl(p, q)
    np.save(tmp_path / "p.npy", p)
    np.testing.assert_array_equal(kullback.forward_kl(np.load(tmp_path / "p.npy", mmap_mode="r"), q), want)
    np.testing.assert_array_equal(kullback.forward_kl(kullback.open(tmp_path / "p.npy"), q), want)
    np.testing.assert_allclose(kullback.forward_kl(p.tolist(), q.tolist()), want, rtol=1e-6)


def test_tensors_of_pytorch(logits):
    torch = pytest.importorskip("torch")
    p, q = (torch.from_numpy(side) for side in logits)
    for kind in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
        a, b = p.to(kind), q.to(kind)
        want = forward_kl(a.double().numpy(), b.double().numpy())
        np.testing.assert_allclose(kullback.forward_kl(a, b), want, rtol=1e-6)
        np.testing.assert_allclose(
            kullback.forward_kl(a[..., ::2], b[..., ::2]),
            forward_kl(a[..., ::2].double().numpy(), b[..., ::2].double().numpy()),
            rtol=1e-6,
        )
    assert kullback.forward_kl(torch.empty(0, 4).bfloat16(), torch.empty(0, 4).bfloat16()).shape == (0,)


def test_arrays_of_jax(logits):
    jnp = pytest.importorskip("jax.numpy")
    for kind in (jnp.float32, jnp.bfloat16, jnp.float16):
        a, b = (jnp.asarray(side, dtype=kind) for side in logits)
        want = forward_kl(np.asarray(a.astype("f4")), np.asarray(b.astype("f4")))
        np.testing.assert_allclose(kullback.forward_kl(a, b), want, rtol=1e-6)


def test_columns_of_arrow(logits):
    pa = pytest.importorskip("pyarrow")
    p, q = (side[0].astype("f4") for side in logits)
    want = kullback.forward_kl(p, q)

    def fixed(x):
        return pa.FixedSizeListArray.from_arrays(pa.array(x.ravel()), x.shape[1])

    sources = {
        "fixed": (fixed(p), fixed(q)),
        "chunked": (pa.chunked_array([fixed(p[:2]), fixed(p[2:])]), pa.chunked_array([fixed(q)])),
        "sliced": (fixed(np.vstack([q, p]))[len(p) :], fixed(q)),
        "lists": tuple(pa.array(x.tolist(), pa.list_(pa.float32())) for x in (p, q)),
        "large lists, sliced": tuple(pa.array([*x.tolist(), []], pa.large_list(pa.float32()))[:-1] for x in (p, q)),
        "table of lists": (pa.table({"p": fixed(p)}), pa.table({"q": fixed(q)})),
        "table of columns": tuple(pa.table({str(k): x[:, k] for k in range(x.shape[1])}) for x in (p, q)),
    }
    for name, (a, b) in sources.items():
        np.testing.assert_array_equal(kullback.forward_kl(a, b), want, err_msg=name)
    half = kullback.forward_kl(fixed(p.astype("f2")), fixed(q.astype("f2")))
    np.testing.assert_array_equal(half, kullback.forward_kl(p.astype("f2"), q.astype("f2")))


def test_frames(logits):
    p, q = (side[0] for side in logits)
    want = kullback.forward_kl(p, q)
    pd = pytest.importorskip("pandas")
    np.testing.assert_array_equal(kullback.forward_kl(pd.DataFrame(p), pd.DataFrame(q)), want)
    pl = pytest.importorskip("polars")
    np.testing.assert_array_equal(kullback.forward_kl(pl.DataFrame(p), pl.DataFrame(q)), want)
    column = pl.Series(p, dtype=pl.Array(pl.Float64, p.shape[1]))
    np.testing.assert_array_equal(kullback.forward_kl(column, pl.DataFrame(q)), want)
    xr = pytest.importorskip("xarray")
    named = xr.DataArray(p.T, dims=("token", "position"))
    np.testing.assert_array_equal(kullback.entropy(named, axis="token"), kullback.entropy(p))


def test_stored_matrices_are_read_by_blocks(tmp_path, logits, monkeypatch):
    h5py, zarr = pytest.importorskip("h5py"), pytest.importorskip("zarr")
    p, q = (side.reshape(-1, side.shape[-1]) for side in logits)
    want = kullback.forward_kl(p, q)
    with h5py.File(tmp_path / "p.h5", "w") as file:
        file["p"] = p
        file["group/q"] = q
    zarr.save(str(tmp_path / "q.zarr"), q)
    monkeypatch.setattr("kullback._arrays.BLOCK_BYTES", 1 << 14)
    stored = kullback.open(tmp_path / "p.h5:p")
    np.testing.assert_array_equal(kullback.forward_kl(stored, kullback.open(tmp_path / "q.zarr")), want)
    np.testing.assert_array_equal(kullback.forward_kl(stored, kullback.open(tmp_path / "p.h5:group/q")), want)
    with pytest.raises(ValueError, match="name one behind a colon"):
        kullback.open(tmp_path / "p.h5")


def test_files_of_every_kind(tmp_path, logits):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    safetensors = pytest.importorskip("safetensors.numpy")
    p = logits[0][0].astype("f4")
    want = kullback.entropy(p)
    lists = pa.FixedSizeListArray.from_arrays(pa.array(p.ravel()), p.shape[1])
    table = pa.table({"row": np.arange(len(p)), "logits": lists})
    pq.write_table(table, tmp_path / "p.parquet")
    with pa.OSFile(str(tmp_path / "p.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    safetensors.save_file({"logits": p, "other": p[:1]}, tmp_path / "p.safetensors")
    np.savez(tmp_path / "p.npz", logits=p, other=p[:1])
    np.save(tmp_path / "b.npy", p.astype(ml_dtypes.bfloat16))
    for kind in ("parquet", "arrow", "safetensors", "npz"):
        np.testing.assert_array_equal(kullback.entropy(kullback.open(tmp_path / f"p.{kind}:logits")), want)
    np.testing.assert_array_equal(
        kullback.entropy(kullback.open(tmp_path / "b.npy")), kullback.entropy(p.astype(ml_dtypes.bfloat16))
    )
    for name in ("p.safetensors", "p.npz", "p.npz:absent", "p.txt", "absent.npy"):
        (tmp_path / "p.txt").touch()
        with pytest.raises((ValueError, FileNotFoundError)):
            kullback.open(tmp_path / name)


def test_a_cut_safetensors_file_is_refused(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    safetensors.save_file({"x": np.ones((4, 4), "f4")}, tmp_path / "x.safetensors")
    whole = (tmp_path / "x.safetensors").read_bytes()
    for length in range(len(whole)):
        (tmp_path / "x.safetensors").write_bytes(whole[:length])
        with pytest.raises(ValueError):
            kullback.open(tmp_path / "x.safetensors")


class OnAnotherDevice:
    def __dlpack_device__(self):
        return (2, 0)

    def __dlpack__(self, **_):
        raise AssertionError("must not be asked for")


def refused():
    yield "masked", np.ma.masked_invalid([[1.0, np.nan]]), "masked"
    yield "complex", np.ones((2, 3), complex), "complex"
    yield "objects", np.ones((2, 3), object), "objects"
    yield "structured", np.zeros(3, [("x", "f4")]), "structured"
    yield "text", np.array([["a", "b"]]), "no numbers"
    yield "dates", np.array([["2026-01-01"]], "M8[D]"), "no numbers"
    yield "a number", 3.0, "single number"
    yield "no classes", np.empty((3, 0)), "no classes"
    yield "ragged", [[1.0, 2.0], [3.0]], "same number of classes"
    yield "whole numbers", np.ones((2, 3), int), "counts"
    yield "a GPU's", OnAnotherDevice(), "another device"
    torch = pytest.importorskip("torch")
    yield "with gradients", torch.ones(2, 3, requires_grad=True), "kullback.torch"
    yield "complex tensor", torch.ones(2, 3, dtype=torch.complex64), "complex"
    pa = pytest.importorskip("pyarrow")
    yield "null rows", pa.array([[1.0, 2.0], None], pa.list_(pa.float32(), 2)), "null"
    yield "null numbers", pa.array([[1.0, None]], pa.list_(pa.float32(), 2)), "null"
    yield "null cells", pa.table({"a": [1.0, None], "b": [1.0, 1.0]}), "null"
    yield "ragged lists", pa.array([[1.0], [1.0, 2.0]]), "row 1 has 2 classes"
    yield "text in a table", pa.table({"a": ["x"], "b": [1.0]}), "no numbers"
    yield "plain column", pa.array([1.0, 2.0]), "no distributions"


@pytest.mark.parametrize(("given", "words"), [pytest.param(x, words, id=name) for name, x, words in refused()])
def test_refused_with_a_reason(given, words):
    with pytest.raises(ValueError, match=words):
        kullback.entropy(given)
    with pytest.raises(ValueError):
        kullback.forward_kl(given, np.zeros((2, 3)))
