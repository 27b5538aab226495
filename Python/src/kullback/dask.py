"""Divergences of Dask's arrays: rows that are on many machines, or larger than the memory of one.

Results by rows have the same bits for any chunks. Blocks of all pairs have the accuracy promised, not the same bits.

Examples
--------
>>> import dask.array as da, numpy as np, kullback, kullback.dask as kd
>>> p = da.from_array(np.arange(12.0).reshape(4, 3), chunks=(2, 3))
>>> kd.forward_kl(p, p[::-1]).compute().shape
(4,)
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Mapping, Sequence

import numpy as np

import dask.array
from dask.base import compute
from dask.delayed import delayed

from . import _abi, _clusters, _files, divergences, evaluation, pairs
from .evaluation import ONE_READ
from .summary import Summary

# Dask's annotations know neither all its methods nor what its parameters take.
da: Any = dask.array

# Rows of so many bytes make a chunk where nothing else is said.
CHUNK_BYTES = 128 << 20


def open(path: str | os.PathLike[str] | Sequence[str], chunk_rows: int | None = None) -> Any:
    """A Dask array of the rows of a file, or of several files one after the other.

    Its tasks hold a path and a range of rows: workers read for themselves, so they need to see the same files.

    Parameters
    ----------
    path
        What `kullback.open` reads; or a list of such. Of a Parquet file one column of lists is named behind a colon,
        or every column is a class; its chunks are its groups of rows.
    chunk_rows
        Rows in a chunk (default: 128 MiB of them, or what the file itself has as chunks).
    """
    if not isinstance(path, (str, os.PathLike)):
        parts = [open(one, chunk_rows) for one in path]
        if not parts:
            raise ValueError("no files are named")
        return da.concatenate(parts, axis=0)
    if chunk_rows is not None:
        chunk_rows = _abi.whole("chunk_rows", chunk_rows, 1)
    text = os.fspath(path)
    file, _ = _files.split(text)
    if Path(file).suffix.lower() == ".parquet":
        return _open_parquet(text)
    array = _files.open_array(text)
    if not hasattr(array, "dtype"):
        rows, _ = divergences.as_numpy(array)
        shape, dtype = rows.shape, rows.dtype
    else:
        shape, dtype = array.shape, array.dtype
    if len(shape) < 2:
        raise ValueError(f"{text} of shape {shape}: rows of classes are needed")
    row_bytes = max(1, int(np.prod(shape[1:])) * dtype.itemsize)
    own = getattr(array, "chunks", None)
    step = chunk_rows or (own[0] if own else max(1, CHUNK_BYTES // row_bytes))
    pieces = max(1, -(-shape[0] // step))
    heights = tuple(min(shape[0], (piece + 1) * step) - piece * step for piece in range(pieces))
    # Blocks of blocks become one task with what is done to them, so that no rows travel from worker to worker.
    return da.map_blocks(
        _read,
        da.from_array(np.arange(pieces), chunks=1),
        path=text,
        step=step,
        stamp=_stamp(file),
        chunks=(heights, *((size,) for size in shape[1:])),
        new_axis=list(range(1, len(shape))),
        dtype=dtype,
        meta=np.empty((0,) * len(shape), dtype),
    )


def _stamp(file: str) -> tuple[int, int]:
    """What tells a file that was written again from the one before: it is in the tasks' names."""
    status = os.stat(file)
    return status.st_mtime_ns, status.st_size


def _read(piece: np.ndarray, path: str, step: int, stamp: tuple[int, int]) -> np.ndarray:
    array = _files.open_array(path)
    if not hasattr(array, "dtype"):
        array = divergences.as_numpy(array)[0]
    start = int(piece[0]) * step
    return array[start : start + step]


def _open_parquet(path: str) -> Any:
    import pyarrow.parquet as pq

    file, _ = _files.split(path)
    groups = pq.ParquetFile(file).metadata
    first = _read_group(path, 0, _stamp(file))
    read, stamp = delayed(_read_group, pure=True), _stamp(file)
    blocks = [
        da.from_delayed(read(path, group, stamp), (groups.row_group(group).num_rows, first.shape[1]), first.dtype)
        for group in range(groups.num_row_groups)
    ]
    return da.concatenate(blocks, axis=0)


def _read_group(path: str, group: int, stamp: tuple[int, int]) -> np.ndarray:
    import pyarrow.parquet as pq

    file, name = _files.split(path)
    table = pq.ParquetFile(file).read_row_group(group, columns=None if name is None else [name])
    return divergences.as_numpy(table)[0]


def _whole_rows(given: Any) -> Any:
    array: Any = da.from_array(given, chunks=-1) if not isinstance(given, dask.array.Array) else given
    if array.ndim < 1:
        raise ValueError("a distribution has an axis of classes")
    if any(np.isnan(size) for size in array.shape):
        raise ValueError("the array has chunks of unknown sizes: call its compute_chunk_sizes() first")
    return array.rechunk({array.ndim - 1: -1})


def _refuse(options: Mapping[str, Any]) -> None:
    for name in ("progress", "out", "axis", "first_row"):
        if name in options:
            raise ValueError(f"{name} is not for Dask's arrays" + (": move the axis first" if name == "axis" else ""))


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    # A worker has as many threads as it was given, and calls with one each.
    return {"threads": 1, **options}


def evaluate(
    target: Any, model: Any, measures: Sequence[str] | str = ONE_READ, **options: Any
) -> dict[str, Any]:
    """Several measures of each pair of rows: a Dask array for each, from one reading.

    Parameters
    ----------
    target, model
        Arrays of the same shape whose last axis is classes; another chunking of rows is put right.
    options
        Those of `kullback.evaluate`.
    """
    _refuse(options)
    names = [_abi.measure(name)["name"] for name in evaluation.names_of(measures)]
    p, q = _whole_rows(target), _whole_rows(model)
    if p.shape[-1] != q.shape[-1]:
        raise ValueError(f"target of shape {p.shape} and model of shape {q.shape} do not have the same classes")
    axes = max(p.ndim, q.ndim)
    letters = tuple(range(axes))
    table = da.blockwise(
        _evaluate_block,
        (axes, *letters[:-1]),
        p,
        letters[axes - p.ndim :],
        q,
        letters[axes - q.ndim :],
        names=tuple(names),
        options=_options(options),
        new_axes={axes: len(names)},
        dtype=np.float64,
        concatenate=True,
        meta=np.empty((0,) * axes),
    )
    return {name: table[place] for place, name in enumerate(names)}


def _evaluate_block(p: np.ndarray, q: np.ndarray, names: tuple[str, ...], options: dict[str, Any]) -> np.ndarray:
    try:
        found = evaluation.evaluate(p, q, names, **options)
    except divergences.InvalidRows as error:
        raise divergences.InvalidRows(f"{error} (counted from the first row of its chunk)", error.rows) from None
    return np.stack([found[name] for name in names])


def forward_kl(target: Any, model: Any, **options: Any) -> Any:
    """Forward KL, D(target‖model), of each pair of rows, as a Dask array."""
    return evaluate(target, model, "forward-kl", **options)["forward-kl"]


def reverse_kl(target: Any, model: Any, **options: Any) -> Any:
    """Reverse KL, D(model‖target), of each pair of rows, as a Dask array."""
    return evaluate(target, model, "reverse-kl", **options)["reverse-kl"]


def summaries(results: Mapping[str, Any], exact_limit: int = 100_000) -> Any:
    """A delayed mapping of measures to `Summary`, made where the chunks are and merged as a tree.

    Parameters
    ----------
    results
        What `evaluate` gives.
    exact_limit
        Of up to so many rows quantiles are exact; of more they have a relative error of at most 0.05 %.
    """
    one = delayed(_summarise, pure=True)
    merge = delayed(_merge, pure=True)
    trees: dict[str, Any] = {}
    for name, values in results.items():
        flat = values.reshape(-1)
        starts = np.cumsum([0, *flat.chunks[0]])
        parts = [one(block, int(start), exact_limit) for block, start in zip(flat.to_delayed(), starts)]
        while len(parts) > 1:
            parts = [merge(parts[place : place + 8]) for place in range(0, len(parts), 8)]
        trees[name] = parts[0]
    return delayed(trees)


def _summarise(values: np.ndarray, first_row: int, exact_limit: int) -> Summary:
    result = Summary(exact_limit=exact_limit)
    result.add(values, first_row)
    return result


def _merge(parts: list[Summary]) -> Summary:
    result = parts[0]
    for part in parts[1:]:
        result = result + part
    return result


def compare(target: Any, models: Mapping[str, Any], measure: str = "forward-kl", **options: Any) -> Any:
    """A delayed `kullback.Comparison` of several models with one target."""
    if not isinstance(models, Mapping) or not models:
        raise ValueError("models are a mapping of names to arrays: {'4 bits': q4, '8 bits': q8}")
    measure = _abi.measure(measure)["name"]
    values = [evaluate(target, model, measure, **options)[measure].reshape(-1) for model in models.values()]
    return delayed(evaluation.Comparison)(list(models), measure, da.stack(values))


def pairwise(targets: Any, models: Any = None, measure: str = "forward-kl", **options: Any) -> Any:
    """A measure of every target and every model, a block for each pair of chunks.

    Without models the targets are compared with each other, and the diagonal of a divergence is 0 exactly.

    Parameters
    ----------
    options
        Those of `kullback.pairwise`.
    """
    _refuse(options)
    measure = _abi.measure(measure)["name"]
    p = _whole_rows(targets)
    q = p if models is None else _whole_rows(models)
    if p.ndim != 2 or q.ndim != 2 or p.shape[1] != q.shape[1]:
        raise ValueError(f"shapes {p.shape} and {q.shape}: matrices with the same classes are needed")
    dtype = np.dtype(options.get("dtype") or np.float64)
    block = delayed(_pairwise_block, pure=True)
    left, right = p.to_delayed()[:, 0], q.to_delayed()[:, 0]
    rows = [
        [
            da.from_delayed(
                block(a, None if models is None and i == j else b, measure, _options(options)), (height, width), dtype
            )
            for j, (b, width) in enumerate(zip(right, q.chunks[0]))
        ]
        for i, (a, height) in enumerate(zip(left, p.chunks[0]))
    ]
    return da.block(rows)


def _pairwise_block(
    targets: np.ndarray, models: np.ndarray | None, measure: str, options: dict[str, Any]
) -> np.ndarray:
    return pairs.pairwise(targets, models, measure, **options)


class DivergenceKMeans:
    """k-means by a Kullback-Leibler divergence over the chunks of a Dask array, where they are.

    Parameters
    ----------
    n_clusters, divergence, form, temperature, smoothing, n_init, max_iter, tol, random_state
        As for `kullback.DivergenceKMeans`; `n_init` choices are tried on the sample alone.
    sample_rows
        The rows to begin at are chosen among so many that are spread over the array.

    Attributes
    ----------
    cluster_centers_
        Probabilities, a centroid a row.
    inertia_, n_iter_
        The sum of divergences to centroids; iterations.

    Notes
    -----
    An iteration sends the centroids to the chunks, and of each chunk sums of its clusters come back, as pairs of float64
    with twice the digits: the result does not depend on the chunks but for its last digits.
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        divergence: str = "forward-kl",
        form: str = "logits",
        temperature: float = 1.0,
        smoothing: float = 0.0,
        n_init: int = 5,
        max_iter: int = 100,
        tol: float = 0.0,
        random_state: int = 0,
        sample_rows: int = 10_000,
    ) -> None:
        divergences.check_choice("divergence", divergence, ("forward-kl", "reverse-kl"))
        self.n_clusters = _abi.whole("n_clusters", n_clusters, 1)
        self.divergence = divergence
        self.form = form
        self.temperature = temperature
        self.smoothing = smoothing
        self.n_init = _abi.whole("n_init", n_init, 1)
        self.max_iter = _abi.whole("max_iter", max_iter, 1)
        self.tol = tol
        self.random_state = _abi.whole("random_state", random_state, 0)
        self.sample_rows = _abi.whole("sample_rows", sample_rows, 1)

    def _options(self) -> dict[str, Any]:
        return {"form": self.form, "temperature": self.temperature, "smoothing": self.smoothing}

    def fit(self, X: Any, y: Any = None) -> DivergenceKMeans:
        """Finds the clusters of the rows of X."""
        rows = _whole_rows(X)
        if rows.ndim != 2:
            raise ValueError(f"X of shape {rows.shape}: a matrix is needed, a distribution a row")
        if rows.shape[0] < self.n_clusters:
            raise ValueError(f"{rows.shape[0]} rows are fewer than {self.n_clusters} clusters")
        step = max(1, rows.shape[0] // self.sample_rows)
        sample = rows[::step][: max(self.sample_rows, self.n_clusters)].compute()
        if len(sample) < self.n_clusters:
            sample = rows[: self.n_clusters].compute()
        centers = _clusters.start(sample, self)
        assign = delayed(_clusters.step, pure=False)
        merge = delayed(_clusters.merge, pure=False)
        blocks = list(rows.to_delayed()[:, 0])
        before = np.inf
        for iteration in range(1, self.max_iter + 1):
            parts = [assign(block, centers, self.divergence, self._options()) for block in blocks]
            while len(parts) > 1:
                parts = [merge(parts[place : place + 8]) for place in range(0, len(parts), 8)]
            part = compute(parts[0])[0]
            self.inertia_, self.n_iter_ = part.objective, iteration
            moved = part.centroids(centers)
            same = np.array_equal(moved, centers)
            centers = moved
            if same or not before - self.inertia_ > self.tol * abs(before):
                break
            before = self.inertia_
        self.cluster_centers_ = centers
        return self

    def fit_predict(self, X: Any, y: Any = None) -> Any:
        """The cluster of each row, as a Dask array, after `fit`."""
        return self.fit(X).predict(X)

    def predict(self, X: Any) -> Any:
        """The nearest centroid of each row, as a Dask array; -1 where all are at an infinite divergence."""
        if not hasattr(self, "cluster_centers_"):
            raise ValueError("there are no clusters yet: call fit first")
        rows = _whole_rows(X)
        label = delayed(_clusters.labels, pure=True)
        blocks = [
            da.from_delayed(
                label(block, self.cluster_centers_, self.divergence, self._options()), (height,), np.int64
            )
            for block, height in zip(rows.to_delayed()[:, 0], rows.chunks[0])
        ]
        return da.concatenate(blocks)
