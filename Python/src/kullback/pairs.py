"""All rows with all rows: matrices of divergences, and nearest rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _abi
from ._arrays import Rows, by_name, pairs_of_options
from .divergences import INVALID, Form, Invalid, Progress, check_choice, report_invalid, unit_factor


def pairwise(
    targets: Any,
    models: Any = None,
    measure: str = "forward-kl",
    *,
    form: Form | tuple[Form, Form] = "logits",
    temperature: float | tuple[float, float] = 1.0,
    smoothing: float = 0.0,
    tolerance: float | None = None,
    base: float | None = None,
    dtype: Any = None,
    invalid: Invalid = "warn",
    threads: int | None = None,
    progress: Progress | None = None,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """A measure of every target and every model, as a matrix.

    Parameters
    ----------
    targets, models
        Matrices of distributions; without models the targets are compared with each other, their diagonal is 0
        exactly, and of a symmetric measure half of the work is left out.
    measure
        A name of `kullback.measures`, "forward-kl" or "renyi:2" for example.
    dtype
        float64 (the default) or float32.
    out
        A matrix of either type for the results, whose rows are contiguous.
    Others
        As for `forward_kl`.

    Returns
    -------
    An array of targets x models: element [i, j] is the measure of target i and model j.

    Examples
    --------
    >>> import kullback
    >>> kullback.pairwise([[1.0, 3.0], [2.0, 2.0]], form="weights", measure="total-variation")
    array([[0.  , 0.25],
           [0.25, 0.  ]])
    """
    check_choice("invalid", invalid, INVALID)
    p, q = _sets(targets, models, form, temperature, smoothing, tolerance)
    other = p if q is None else q
    shape = (p.count, other.count)
    if out is None:
        result = np.empty(shape, np.float64 if dtype is None else dtype)
    elif dtype is not None:
        raise ValueError("dtype is the type of out where that is given")
    elif not isinstance(out, np.ndarray) or out.shape != shape or not out.flags.writeable:
        raise ValueError(f"out has to be a writeable array of shape {shape}")
    else:
        result = out
    if result.dtype.name not in ("float32", "float64") or not result.dtype.isnative:
        raise ValueError(f"a result of type {result.dtype.name} cannot be written: take float32 or float64")
    row, column = result.strides
    size = result.itemsize
    if result.size and (
        (column != size and shape[1] > 1) or (shape[0] > 1 and (row < shape[1] * size or row % size))
    ):
        raise ValueError("the rows of out have to be contiguous")
    described = _abi.measure(measure)
    status, model_status = np.zeros(p.count, np.uint8), np.zeros(other.count, np.uint8)
    target = _abi.Result.of(result)
    _abi.call(
        _abi.PAIRWISE, described["name"].encode(), p.set(), None if q is None else q.set(), target, status,
        model_status, None, threads=threads, progress=progress,
        work=p.count * other.count * 8 + p.count * other.count * p.classes // 16,
    )
    report_invalid(status, invalid, (p.count,), ("targets",))
    if q is not None:
        report_invalid(model_status, invalid, (q.count,), ("models",))
    if base is not None:
        result *= unit_factor(described["dimension"], base)
    return result


def _sets(
    targets: Any,
    models: Any,
    form: Form | tuple[Form, Form],
    temperature: float | tuple[float, float],
    smoothing: float,
    tolerance: float | None,
) -> tuple[Rows, Rows | None]:
    forms, heats = pairs_of_options(form, temperature, smoothing)
    if models is not None:
        models = by_name(targets, models)
    p = Rows(targets, forms[0], -1, heats[0], smoothing, tolerance, "targets")
    q = None if models is None else Rows(models, forms[1], -1, heats[1], smoothing, tolerance, "models")
    for side, name in ((p, "targets"), (q, "models")):
        if side is not None and side.array.ndim != 2:
            raise ValueError(f"{name} of shape {side.array.shape}: a matrix is needed, a distribution a row")
    if q is not None and p.classes != q.classes:
        raise ValueError(f"targets have {p.classes} classes and models have {q.classes}")
    return p, q


@dataclass(frozen=True)
class Neighbours:
    """The nearest rows of each query.

    Attributes
    ----------
    rows
        Queries x count numbers of rows, nearest first; -1 where there are no more.
    values
        Their values; NaN where there are no more.
    """

    rows: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class NeighboursWithin:
    """The rows within a radius of each query.

    Attributes
    ----------
    offsets
        Those of query i are at offsets[i] to offsets[i + 1] of the other two.
    rows
        Numbers of rows, nearest first for each query.
    values
        Their values.
    """

    offsets: np.ndarray
    rows: np.ndarray
    values: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, query: int) -> Neighbours:
        """The rows and values of one query."""
        count = len(self)
        if not -count <= query < count:
            raise IndexError(f"query {query} of {count}")
        part = slice(self.offsets[query % count], self.offsets[query % count + 1])
        return Neighbours(self.rows[part], self.values[part])


def nearest(
    queries: Any,
    among: Any = None,
    k: int | None = None,
    *,
    radius: float | None = None,
    measure: str = "forward-kl",
    form: Form | tuple[Form, Form] = "logits",
    temperature: float | tuple[float, float] = 1.0,
    smoothing: float = 0.0,
    tolerance: float | None = None,
    base: float | None = None,
    include_self: bool = False,
    invalid: Invalid = "warn",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Any:
    """The rows of a set that are nearest to each query, by a measure with queries as targets and the set as models.

    Parameters
    ----------
    queries, among
        Matrices of distributions; without `among` the queries are compared with each other.
    k
        How many neighbours (default 10, or any number within a radius).
    radius
        Instead of k: all that are no farther, in nats or `base`'s unit.
    include_self
        Whether a query is its own neighbour, where the queries are compared with each other.
    Others
        As for `forward_kl`.

    Returns
    -------
    `Neighbours` with arrays `rows` and `values` of queries x k, or `NeighboursWithin` a radius.

    Examples
    --------
    >>> import kullback
    >>> found = kullback.nearest([[1.0, 3.0]], [[3.0, 1.0], [2.0, 6.0], [1.0, 1.0]], k=2, form="weights")
    >>> found.rows
    array([[1, 2]])
    """
    check_choice("invalid", invalid, INVALID)
    if k is not None and radius is not None:
        raise ValueError("either k or radius, not both")
    p, q = _sets(queries, among, form, temperature, smoothing, tolerance)
    other = p if q is None else q
    described = _abi.measure(measure)
    if described["isAgreement"]:
        raise ValueError(f"{described['name']} is the larger the nearer rows are: nearest takes measures of distance")
    factor = unit_factor(described["dimension"], base)
    alone = int(q is None and not include_self)
    status, set_status = np.zeros(p.count, np.uint8), np.zeros(other.count, np.uint8)
    first, second = p.set(), None if q is None else q.set()
    work = p.count * other.count * p.classes // 16
    options: dict[str, Any] = {"threads": threads, "progress": progress, "work": work}
    if radius is None:
        count = _abi.whole("k", 10 if k is None else k, 1)
        rows, values = np.empty((p.count, count), np.int64), np.empty((p.count, count))
        _abi.call(
            _abi.NEAREST, described["name"].encode(), first, second, count, alone, rows, values,
            status, set_status, **options,
        )
        values *= factor
        found: Any = Neighbours(rows, values)
    else:
        offsets = np.zeros(p.count + 1, np.int64)
        room = max(1024, 16 * p.count)
        while True:
            rows, values = np.empty(room, np.int64), np.empty(room)
            outcome = _abi.call(
                _abi.WITHIN, described["name"].encode(), first, second, radius / factor, alone, offsets,
                rows, values, room, status, set_status,
                accepted=_abi.TOO_SMALL, **options,
            )
            needed = int(offsets[-1])
            if outcome != _abi.TOO_SMALL:
                break
            room = needed
        rows, values = rows[:needed].copy(), values[:needed] * factor
        found = NeighboursWithin(offsets, rows, values)
    report_invalid(status, invalid, (p.count,), ("queries",))
    if q is not None:
        report_invalid(set_status, invalid, (q.count,), ("among",))
    return found
