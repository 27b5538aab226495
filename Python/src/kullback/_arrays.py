"""Arrays of any library as rows that the Swift library reads where they lie, or copies of some at a time."""

from __future__ import annotations

import math
from typing import Any, Iterator, Sequence

import numpy as np
from numpy.ma import MaskedArray

from . import _abi, _arrow, _dlpack
from ._abi import ELEMENTS, FORMS

# What cannot be read in place is copied so many bytes of rows at a time, never whole.
BLOCK_BYTES = 64 << 20


# The types that are read as they are, in this machine's byte order.
_OWN = {np.dtype(name): name for name in ELEMENTS if name != "bfloat16"}


def as_numpy(given: Any) -> tuple[np.ndarray, str]:
    """A NumPy array of the numbers, a view where there can be one, and the name of their type.

    bfloat16 comes as uint16, and the name tells.
    """
    if isinstance(given, MaskedArray):
        raise ValueError("a masked array: fill it, or take the rows that are whole")
    if isinstance(given, np.ndarray):
        array = given
    elif is_stored(given):
        array = given[()] if hasattr(given, "id") else given[...]
    elif _has_numpy_rows(given):
        array = _numpy_rows(given)
    elif _arrow.is_arrow(given):
        # Before DLPack, of which pyarrow's arrays know something too, but not of lists.
        array = _arrow.view(given)
    elif hasattr(given, "__dlpack__") and hasattr(given, "__dlpack_device__"):
        return _dlpack.view(given)
    else:
        try:
            array = np.asarray(given)
        except ValueError as error:
            raise ValueError(f"the rows do not have the same number of classes: {error}") from None
    name = array.dtype.name
    if name == "bfloat16":
        return array.view(np.uint16), name
    return array, name


def is_stored(given: Any) -> bool:
    """Whether it is an array of h5py or zarr, of which rows are read when they are wanted."""
    return type(given).__module__.split(".")[0] in ("h5py", "zarr") and hasattr(given, "dtype")


def _has_numpy_rows(given: Any) -> bool:
    """Whether it is a frame of pandas or an array of xarray, whose own way to NumPy needs no other package."""
    return type(given).__module__.split(".")[0] in ("pandas", "xarray") and hasattr(given, "to_numpy")


def _numpy_rows(given: Any) -> np.ndarray:
    kinds = getattr(given, "dtypes", ())
    kinds = kinds if hasattr(kinds, "__iter__") else (kinds,)
    if any(not isinstance(kind, np.dtype) for kind in kinds) and given.isna().to_numpy().any():
        raise ValueError("the frame has nulls: fill or drop them first")
    array = given.to_numpy()
    if array.dtype.kind != "O":
        return array
    if array.ndim == 1:
        # A column of lists.
        return as_numpy(array.tolist())[0]
    try:
        # Columns of types that know nulls, but have none.
        return given.to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the frame has nulls, or columns that hold no numbers: {error}") from None


def _readable(array: np.ndarray, name: str) -> str:
    """The type in which the library reads numbers of a type; refuses those that are none."""
    if name in ELEMENTS:
        return name
    kind = array.dtype.kind
    if kind == "b" or (kind in "iu" and array.dtype.itemsize <= 4):
        return "int64"
    if kind in "iuf" or name.startswith("float8"):
        return "float64"
    reason = {
        "c": "complex numbers are no weights or logits: pass their absolute values or real parts",
        "O": "an array of Python objects: convert it to numbers first, by array.astype(float)",
        "V": "structured or unknown elements: pass an array of numbers",
    }.get(kind, f"elements of type {name} are no numbers that a distribution can have")
    raise ValueError(reason)


class Rows:
    """The rows of an array along one of its axes, as the library takes them.

    Parameters
    ----------
    given
        An array of NumPy, PyTorch, JAX, Arrow, Polars, pandas, or what NumPy makes one of.
    form
        "logits", "log-probabilities", "probabilities" or "weights".
    axis
        The axis that classes run along; a name where the array names its axes.
    """

    def __init__(
        self,
        given: Any,
        form: str = "logits",
        axis: int | str = -1,
        temperature: float = 1.0,
        smoothing: float = 0.0,
        tolerance: float | None = None,
        name: str = "array",
    ) -> None:
        if form not in FORMS:
            raise ValueError(f"form {form!r} is none of {', '.join(FORMS)}")
        if isinstance(axis, str):
            axis = _named_axis(given, axis)
        else:
            axis = _abi.whole("axis", axis, -(2**31), 2**31)
        own = _OWN.get(given.dtype) if type(given) is np.ndarray else None
        # A matrix of rows in a file stays there: slices of it are NumPy's arrays.
        if own is not None:
            array, element = given, own
        elif is_stored(given) and given.ndim == 2 and axis in (1, -1):
            array, element = given, given.dtype.name
        else:
            array, element = as_numpy(given)
        if array.ndim == 0:
            if hasattr(given, "toarray"):
                raise ValueError(f"{name} is a sparse matrix: pass {name}.toarray()")
            raise ValueError(f"{name} is a single number: a distribution has an axis of classes")
        if not -array.ndim <= axis < array.ndim:
            raise ValueError(f"axis {axis} of an array of {array.ndim} dimensions")
        if axis != -1 and axis % array.ndim != array.ndim - 1:
            array = np.moveaxis(array, axis, -1)
        if array.shape[-1] == 0:
            raise ValueError(f"{name} of shape {array.shape} has no classes")
        self.array = array
        self.given = given
        self.axis: int = axis % array.ndim
        self.batch: tuple[int, ...] = array.shape[:-1]
        self.classes: int = array.shape[-1]
        self.count: int = math.prod(self.batch)
        self.element = own or _readable(array, element)
        if form != "weights" and array.dtype.kind in "biu" and element != "bfloat16":
            raise ValueError(
                f"{name} has whole numbers, which are counts: pass form='weights', or {name}.astype(float) "
                f"where they are {form}"
            )
        self._is_own_type = own is not None or (self.element == element and array.dtype.isnative)
        self._options = (
            FORMS[form],
            float(temperature),
            float(smoothing),
            -1.0 if tolerance is None else float(tolerance),
        )
        self._matrix = self._in_place()

    @property
    def row_bytes(self) -> int:
        """Bytes of a row as the library reads it."""
        return self.classes * ELEMENT_BYTES[self.element]

    @property
    def is_in_place(self) -> bool:
        """Whether the library can read the rows where they lie."""
        return self._matrix is not None

    def broadcast(self, batch: tuple[int, ...]) -> None:
        """Lets the rows stand for those of a larger batch, by NumPy's rules."""
        if self.batch == batch:
            return
        self.array = np.broadcast_to(self.array, (*batch, self.classes))
        self.batch, self.count = batch, math.prod(batch)
        self._matrix = self._in_place()

    def _in_place(self) -> np.ndarray | None:
        """The rows as a matrix over the same memory, where the library can read that."""
        array = self.array
        if not self._is_own_type or not isinstance(array, np.ndarray):
            return None
        if array.flags.c_contiguous:
            return array if array.ndim == 2 else array.reshape(self.count, self.classes)
        size, step = array.itemsize, array.strides[-1]
        if self.classes > 1 and (step % size or step <= 0):
            return None
        stride = _row_stride(array)
        if stride is None or (self.count > 1 and (stride % size or stride <= 0)):
            return None
        # Rows that share memory, of a sliding window, are copied apart.
        if stride < self.classes * step and step < self.count * stride and self.count > 1 < self.classes:
            return None
        return np.lib.stride_tricks.as_strided(
            array, (self.count, self.classes), (stride, step), writeable=False
        )

    def set(self, start: int = 0, stop: int | None = None) -> _abi.Set:
        """The library's set of some rows, which keeps the memory that it points to."""
        stop = self.count if stop is None else stop
        if self._matrix is not None:
            matrix = self._matrix if (start, stop) == (0, self.count) else self._matrix[start:stop]
        else:
            matrix = self._copy(start, stop)
        form, temperature, smoothing, tolerance = self._options
        row, column = matrix.strides
        size = matrix.itemsize
        result = _abi.Set(
            _abi.SET_BYTES,
            ELEMENTS[self.element],
            form,
            0,
            matrix.__array_interface__["data"][0] if matrix.size else None,
            len(matrix),
            self.classes,
            row // size if len(matrix) > 1 else self.classes,
            column // size if self.classes > 1 else 1,
            temperature,
            smoothing,
            tolerance,
        )
        result.memory = matrix
        return result

    def _copy(self, start: int, stop: int) -> np.ndarray:
        array = self.array
        if array.ndim == 1:
            part = array[None]
        elif array.ndim == 2:
            part = np.asarray(array[start:stop])
            if part.dtype.name == "bfloat16":
                part = part.view(np.uint16)
        else:
            part = array[np.unravel_index(np.arange(start, stop), self.batch)]
        dtype = np.uint16 if self.element == "bfloat16" else np.dtype(self.element)
        return np.ascontiguousarray(part, dtype=dtype)

    def blocks(self, *others: Rows) -> Iterator[tuple[int, int]]:
        """Ranges of rows to go through: one where all sets can be read in place."""
        sets = (self, *others)
        rows = max(side.count for side in sets)
        if all(side.is_in_place or side.count <= 1 for side in sets):
            yield 0, rows
            return
        size = max(1, BLOCK_BYTES // sum(side.row_bytes for side in sets if not side.is_in_place))
        for start in range(0, rows, size):
            yield start, min(rows, start + size)


ELEMENT_BYTES = {"float32": 4, "float64": 8, "float16": 2, "bfloat16": 2, "int32": 4, "int64": 8}


def _named_axis(given: Any, name: str) -> int:
    names = getattr(given, "dims", None)
    if names is None or isinstance(names, int):
        raise ValueError(f"axis {name!r}: the array does not name its axes")
    if name not in names:
        raise ValueError(f"axis {name!r} is none of {', '.join(map(str, names))}")
    return list(names).index(name)


def _row_stride(array: np.ndarray) -> int | None:
    """The distance from row to row, where it is the same over all axes but the last."""
    stride: int | None = None
    expected = 0
    for size, step in zip(reversed(array.shape[:-1]), reversed(array.strides[:-1])):
        if size == 1:
            continue
        if stride is None:
            stride = step
        elif step != expected:
            return None
        expected = step * size
    return array.strides[-1] * array.shape[-1] if stride is None else stride


def pairs_of_options(
    form: str | tuple[str, str], temperature: float | tuple[float, float], smoothing: float
) -> tuple[tuple[str, str], tuple[float, float]]:
    """The forms and the temperatures of target and model; refuses options that would count nothing."""
    forms = (form, form) if isinstance(form, str) else tuple(form)
    temperatures = tuple(temperature) if isinstance(temperature, (tuple, list)) else (temperature, temperature)
    if len(forms) != 2 or len(temperatures) != 2:
        raise ValueError("a pair of options is the target's and the model's")
    check_options(forms, temperatures, smoothing)
    return (forms[0], forms[1]), (temperatures[0], temperatures[1])


def check_options(forms: Sequence[str], temperatures: Sequence[float], smoothing: float) -> None:
    """Refuses a temperature where nothing is logits, and smoothing where nothing is weights."""
    if any(form not in FORMS for form in forms):
        return
    if "logits" not in forms and any(temperature != 1 for temperature in temperatures):
        raise ValueError(f"temperature={temperatures[0]}: it divides logits, and the form is {forms[0]}")
    if "weights" not in forms and smoothing != 0:
        raise ValueError(f"smoothing={smoothing}: it is added to weights, and the form is {forms[0]}")


def _names(frame: Any) -> list[str] | None:
    """The names of a frame's or table's columns, where it has any."""
    names = getattr(frame, "column_names", None)
    if names is None and hasattr(frame, "shape"):
        names = getattr(frame, "columns", None)
    if names is None:
        return None
    listed = list(names)
    return listed if listed and all(isinstance(name, str) for name in listed) else None


def by_name(target: Any, model: Any) -> Any:
    """The model with its columns in the target's order, where both name them."""
    theirs, ours = _names(target), _names(model)
    # A single column holds whole rows as lists.
    if theirs is None or ours is None or theirs == ours or len(theirs) == len(ours) == 1:
        return model
    for first, second, sides in ((theirs, ours, ("target", "model")), (ours, theirs, ("model", "target"))):
        if len(set(first)) < len(first):
            raise ValueError(f"two columns of {sides[0]} have the same name: rename them, or pass arrays")
        other = next((name for name in first if name not in second), None)
        if other is not None:
            raise ValueError(f"{sides[0]} has a class {other!r} and {sides[1]} has none of this name: rename the columns")
    return model.select(theirs) if hasattr(model, "column_names") else model[theirs]


def _aligned(target: Any, model: Any, axis: int | str) -> tuple[Any, Any, int | str]:
    """Target and model of a call with what they name in the same order: columns, rows, or xarray's dimensions."""
    kinds = {type(side).__module__.split(".")[0] for side in (target, model)}
    if kinds == {"xarray"}:
        import xarray

        if isinstance(axis, int):
            names = {str(side.dims[axis]) for side in (target, model)}
            if len(names) > 1:
                raise ValueError(f"classes run along {' and '.join(sorted(names))}: name the axis")
            axis = names.pop()
        try:
            target, model = xarray.align(target, model, join="exact", copy=False)
        except ValueError as error:
            raise ValueError(f"target and model have other coordinates: {error}") from None
        target, model = xarray.broadcast(target, model)
        return target, model, axis
    model = by_name(target, model)
    if kinds == {"pandas"} and hasattr(target, "index") and not target.index.equals(model.index):
        if target.ndim == model.ndim == 1 or len(target) == len(model):
            if not (model.index.is_unique and set(target.index) == set(model.index)):
                raise ValueError("target and model have other labels: give both the same index, or pass arrays")
            model = model.reindex(target.index)
    return target, model, axis


def sides(
    target: Any,
    model: Any,
    form: str | tuple[str, str],
    axis: int | str,
    temperature: float | tuple[float, float],
    smoothing: float,
    tolerance: float | None,
) -> tuple[Rows, Rows, tuple[int, ...]]:
    """Target and model of a call, and the shape of its results."""
    forms, temperatures = pairs_of_options(form, temperature, smoothing)
    target, model, axis = _aligned(target, model, axis)
    p = Rows(target, forms[0], axis, temperatures[0], smoothing, tolerance, "target")
    q = Rows(model, forms[1], axis, temperatures[1], smoothing, tolerance, "model")
    if p.classes != q.classes:
        raise ValueError(
            f"target has {p.classes} classes and model has {q.classes}: "
            f"their shapes are {_shape(target)} and {_shape(model)}"
        )
    if p.batch == q.batch:
        return p, q, p.batch
    try:
        batch = np.broadcast_shapes(p.batch, q.batch)
    except ValueError:
        raise ValueError(
            f"target of shape {_shape(target)} and model of shape {_shape(model)} do not have the same rows"
        ) from None
    # The library itself repeats a single row.
    for side in (p, q):
        if side.count != 1 or 0 in batch:
            side.broadcast(batch)
    return p, q, batch


def _shape(given: Any) -> tuple[int, ...]:
    return tuple(getattr(given, "shape", None) or np.shape(given))
