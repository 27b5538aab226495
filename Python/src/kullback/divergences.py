"""Divergences of the rows of two arrays: array in, array out."""

from __future__ import annotations

import math
import warnings
from typing import Any, Callable, Literal, Sequence

import numpy as np

from . import _abi
from ._arrays import BLOCK_BYTES, Rows, as_numpy, check_options, sides

Form = Literal["logits", "log-probabilities", "probabilities", "weights"]
Invalid = Literal["warn", "raise", "nan"]
Progress = Callable[[int, int], None]

FORMS_DOC = """
    Parameters
    ----------
    target, model
        Arrays of distributions: of NumPy, PyTorch or JAX (on the CPU), Arrow, Polars, pandas, or anything
        that NumPy makes an array of. Their batch dimensions are broadcast.
    form
        What rows hold, "logits", "log-probabilities", "probabilities" or "weights" (counts); a pair is the
        target's and the model's.
    axis
        The axis that classes run along; a name where the array names its axes.
    temperature
        Divides logits; a pair is the target's and the model's.
    smoothing
        Added to every weight before rows are normalised.
    tolerance
        How far sums of (log-)probabilities may be from 1 (default: by type and number of classes).
    base
        Of the logarithms: None is e (nats), 2 is bits.
    invalid
        What invalid rows do, whose results are NaN: "warn", "raise" a ValueError, or nothing with "nan".
    threads
        At most so many (default: what this process may use; see `kullback.info`).
    progress
        Called with rows done and rows in all from time to time; what it raises ends the call.
    out
        A C-contiguous float64 array for the results.

    Returns
    -------
    A float64 array of the batch's shape, in nats or `base`'s unit; a number for a single row.
"""


class InvalidRows(ValueError):
    """Rows that hold no distributions.

    Attributes
    ----------
    rows
        Their numbers, in the flattened batch.
    """

    def __init__(self, message: str, rows: np.ndarray) -> None:
        super().__init__(message)
        self.rows = rows

    def __reduce__(self) -> Any:
        return InvalidRows, (str(self), self.rows)


class InvalidRowWarning(UserWarning):
    """Some rows hold no distributions; their results are NaN."""


def _place(row: int, batch: Sequence[int]) -> str:
    if len(batch) <= 1:
        return str(row)
    return str(tuple(int(index) for index in np.unravel_index(row, tuple(batch))))


def report_invalid(status: np.ndarray, invalid: Invalid, batch: Sequence[int], names: Sequence[str]) -> None:
    """Warns of rows with a status, or raises.

    `status` holds a byte a row: the reason of the first side, and that of the second in the upper four bits.
    """
    if invalid == "nan" or not np.count_nonzero(status):
        return
    rows = np.flatnonzero(status)
    first = int(rows[0])
    code = int(status[first])
    name, reason = (names[0], code & 15) if code & 15 else (names[-1], code >> 4)
    text = "row is" if len(rows) == 1 else "rows are"
    message = (
        f"{len(rows):,} {text} invalid; first: row {_place(first, batch)} of {name} {_abi.reason(reason)}"
    )
    if invalid == "raise":
        raise InvalidRows(message, rows)
    warnings.warn(message, InvalidRowWarning, stacklevel=_outside())


def _outside() -> int:
    """How far up the stack the caller of the package is."""
    import sys

    level = 2
    frame = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__", "").split(".")[0] == "kullback":
        level += 1
        frame = frame.f_back
    return level


def check_choice(name: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise ValueError(f"{name}={value!r} is none of {', '.join(choices)}")


INVALID = ("warn", "raise", "nan")


def output(out: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray:
    """The array for results: the caller's, held to its shape, or a new one."""
    if out is None:
        return np.empty(shape)
    if not isinstance(out, np.ndarray) or out.shape != shape or out.dtype != np.float64:
        raise ValueError(f"out has to be a float64 array of shape {shape}")
    if not out.flags.c_contiguous or not out.flags.writeable or not out.dtype.isnative:
        raise ValueError("out has to be writeable, C-contiguous and in this machine's byte order")
    return out


def unit_factor(dimension: str, base: float | None) -> float:
    """What a value in nats is multiplied by for its unit."""
    if base is None or dimension == "number":
        return 1.0
    if not base > 1 or math.isinf(base):
        raise ValueError(f"base={base!r}: the base of logarithms is a finite number above 1")
    return 1 / math.sqrt(math.log(base)) if dimension == "rootInformation" else 1 / math.log(base)


def compute(
    names: Sequence[str],
    p: Rows,
    q: Rows,
    values: np.ndarray,
    status: np.ndarray,
    threads: int | None,
    progress: Progress | None,
) -> None:
    """Fills values, measures by rows, and a status for each row."""
    rows = values.shape[1]
    text = ",".join(names).encode()
    for start, stop in p.blocks(q):
        first = p.set() if p.count == 1 else p.set(start, stop)
        second = q.set() if q.count == 1 else q.set(start, stop)
        _abi.call(
            _abi.EVALUATE, first, second, text, values[:, start:], stop - start, rows,
            status[start:], threads=threads, progress=_shifted(progress, start, stop, rows),
            work=(stop - start) * (p.row_bytes + q.row_bytes),
        )


def _measure(
    name: str,
    target: Any,
    model: Any,
    form: Form | tuple[Form, Form],
    axis: int | str,
    temperature: float | tuple[float, float],
    smoothing: float,
    tolerance: float | None,
    base: float | None,
    invalid: Invalid,
    threads: int | None,
    progress: Progress | None,
    out: np.ndarray | None,
) -> Any:
    if invalid not in INVALID:
        check_choice("invalid", invalid, INVALID)
    p, q, batch = sides(target, model, form, axis, temperature, smoothing, tolerance)
    values = output(out, batch)
    rows = values.size
    status = np.zeros(rows, np.uint8)
    compute((name,), p, q, values.reshape(1, rows), status, threads, progress)
    report_invalid(status, invalid, batch, ("target", "model"))
    if base is not None:
        values *= unit_factor(_abi.measure(name)["dimension"], base)
    return values if batch or out is not None else float(values)


def _of_pairs(name: str, summary: str) -> Any:
    def measure(
        target: Any,
        model: Any,
        *,
        form: Form | tuple[Form, Form] = "logits",
        axis: int | str = -1,
        temperature: float | tuple[float, float] = 1.0,
        smoothing: float = 0.0,
        tolerance: float | None = None,
        base: float | None = None,
        invalid: Invalid = "warn",
        threads: int | None = None,
        progress: Progress | None = None,
        out: np.ndarray | None = None,
    ) -> Any:
        return _measure(
            name, target, model, form, axis, temperature, smoothing, tolerance, base, invalid, threads,
            progress, out,
        )

    measure.__name__ = measure.__qualname__ = name.replace("-", "_")
    measure.__doc__ = f"{summary}\n{FORMS_DOC}"
    return measure


forward_kl = _of_pairs("forward-kl", "Forward KL, D(target‖model), of each pair of rows.")
reverse_kl = _of_pairs("reverse-kl", "Reverse KL, D(model‖target), of each pair of rows.")
jeffreys = _of_pairs("jeffreys", "Jeffreys divergence, D(target‖model) + D(model‖target), of each pair of rows.")
reverse_cross_entropy = _of_pairs("reverse-cross-entropy", "H(model, target), of each pair of rows.")
jensen_shannon = _of_pairs("jensen-shannon", "Jensen-Shannon divergence of each pair of rows.")
jensen_shannon_distance = _of_pairs(
    "jensen-shannon-distance", "The square root of the Jensen-Shannon divergence of each pair of rows."
)
total_variation = _of_pairs("total-variation", "Total variation, ½ Σ |p − q|, of each pair of rows.")
hellinger = _of_pairs("hellinger", "Hellinger distance, √(½ Σ (√p − √q)²), of each pair of rows.")
squared_hellinger = _of_pairs("squared-hellinger", "The square of the Hellinger distance of each pair of rows.")
triangular = _of_pairs("triangular", "Triangular discrimination, Σ (p − q)² / (p + q), of each pair of rows.")
bhattacharyya = _of_pairs("bhattacharyya", "Bhattacharyya distance, −log Σ √(p q), of each pair of rows.")
chi_squared = _of_pairs("chi-squared", "Chi-squared divergence, Σ (p − q)² / q, of each pair of rows.")
reverse_chi_squared = _of_pairs(
    "reverse-chi-squared", "Reverse chi-squared divergence, Σ (p − q)² / p, of each pair of rows."
)
top_agreement = _of_pairs("top-agreement", "1 where the largest class of both rows is the same, else 0.")
top_rank = _of_pairs("top-rank", "The rank that the target's largest class has in the model, from 1.")


def _order(family: str, order: Any) -> str:
    if family == "top-overlap":
        return str(_abi.whole("order", order, 1))
    try:
        return repr(float(order))
    except (TypeError, ValueError):
        raise ValueError(f"order={order!r} is no number") from None


def _of_orders(family: str, parameter: str, summary: str) -> Any:
    def measure(
        target: Any,
        model: Any,
        order: float,
        *,
        form: Form | tuple[Form, Form] = "logits",
        axis: int | str = -1,
        temperature: float | tuple[float, float] = 1.0,
        smoothing: float = 0.0,
        tolerance: float | None = None,
        base: float | None = None,
        invalid: Invalid = "warn",
        threads: int | None = None,
        progress: Progress | None = None,
        out: np.ndarray | None = None,
    ) -> Any:
        return _measure(
            f"{family}:{_order(family, order)}", target, model, form, axis, temperature, smoothing, tolerance, base,
            invalid, threads, progress, out,
        )

    measure.__name__ = measure.__qualname__ = family.replace("-", "_")
    measure.__doc__ = f"{summary}\n{FORMS_DOC}".replace(
        "    form\n", f"    order\n        {parameter}\n    form\n", 1
    )
    return measure


renyi = _of_orders("renyi", "From 0 to infinity; 1 is forward KL.", "Rényi divergence of each pair of rows.")
tsallis = _of_orders("tsallis", "0 or above; 1 is forward KL.", "Tsallis divergence of each pair of rows.")
alpha = _of_orders(
    "alpha", "Any finite number; 1 is forward KL, 0 reverse KL.", "Amari's alpha divergence of each pair of rows."
)
skew = _of_orders(
    "skew",
    "The model's weight in the mixture, above 0 and at most 1; 1 is forward KL.",
    "Skew divergence, D(target‖(1 − order) target + order model), of each pair of rows.",
)
top_overlap = _of_orders(
    "top-overlap",
    "How many of the largest classes are compared, a whole number.",
    "The share of their largest classes that both rows have in common.",
)


def cross_entropy(
    target: Any,
    model: Any,
    *,
    form: Form | tuple[Form, Form] = "logits",
    axis: int | str = -1,
    temperature: float | tuple[float, float] = 1.0,
    smoothing: float = 0.0,
    tolerance: float | None = None,
    base: float | None = None,
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    class_weights: Any = None,
    invalid: Invalid = "warn",
    threads: int | None = None,
    progress: Progress | None = None,
    out: np.ndarray | None = None,
) -> Any:
    """H(target, model) of each pair of rows, or of class labels and rows.

    Whole numbers with one dimension less than `model` are labels, and the result is −log q[label].

    Parameters
    ----------
    target
        Distributions as for `forward_kl`, or class labels from 0 on.
    ignore_index
        The label whose rows count 0.
    label_smoothing
        The share of each label, from 0 to 1, that all classes get alike.
    class_weights
        A factor for each class.
    Others
        As for `forward_kl`. Labels have no form: `form` is the model's.

    Returns
    -------
    A float64 array of the batch's shape, in nats or `base`'s unit; a number for a single row.
    """
    # A pair of forms says that the target is a distribution.
    labels = None if not isinstance(form, str) else _labels(target, model)
    if labels is None:
        if ignore_index is not None or label_smoothing or class_weights is not None:
            raise ValueError("ignore_index, label_smoothing and class_weights are for labels: pass whole numbers")
        return _measure(
            "cross-entropy", target, model, form, axis, temperature, smoothing, tolerance, base, invalid,
            threads, progress, out,
        )
    check_choice("invalid", invalid, INVALID)
    heat = temperature[1] if isinstance(temperature, tuple) else temperature
    q = Rows(model, str(form), axis, heat, smoothing, tolerance, "model")
    if labels.shape != q.batch:
        raise ValueError(f"labels of shape {labels.shape} and a model whose rows have the shape {q.batch}")
    flat = np.ascontiguousarray(labels.reshape(-1))
    values, status = output(out, q.batch), np.zeros(q.count, np.uint8)
    rows = values.reshape(-1)
    factors = None if class_weights is None else np.ascontiguousarray(class_weights, dtype=np.float64)
    if factors is not None and factors.shape != (q.classes,):
        raise ValueError(f"class_weights of shape {factors.shape} for {q.classes} classes")
    for start, stop in q.blocks():
        chosen = flat[start:stop]
        part = _abi.Labels(
            _abi.LABELS_BYTES,
            _abi.ELEMENTS[flat.dtype.name],
            chosen.ctypes.data,
            stop - start,
            1,
            0 if ignore_index is None else _abi.whole("ignore_index", ignore_index, -(2**62)),
            int(ignore_index is not None),
            0,
            label_smoothing,
            None if factors is None else factors.ctypes.data,
            0 if factors is None else len(factors),
        )
        part.memory = chosen, factors
        _abi.call(
            _abi.CROSS_ENTROPY, part, q.set(start, stop), rows[start:], None,
            status[start:], threads=threads, progress=progress, work=(stop - start) * q.row_bytes,
        )
    report_invalid(status, invalid, q.batch, ("labels", "model"))
    if base is not None:
        values *= unit_factor("information", base)
    return values if q.batch or out is not None else float(values)


def _labels(target: Any, model: Any) -> np.ndarray | None:
    """The target as labels, where it is labels."""
    array, name = as_numpy(target)
    rows = as_numpy(model)[0]
    if array.ndim != rows.ndim - 1:
        return None
    if name == "bfloat16" or array.dtype.kind not in "iu":
        if array.ndim and array.shape == rows.shape[:-1]:
            raise ValueError(
                f"target of shape {array.shape} has the shape of labels, but not whole numbers: pass target.astype(int), "
                "or a distribution for all rows as target[None]"
            )
        return None
    return array if array.dtype.name in ("int32", "int64") else array.astype(np.int64)


def _of_each(function: Any, name: str, summary: str) -> Any:
    def statistic(
        array: Any,
        *,
        form: Form = "logits",
        axis: int | str = -1,
        temperature: float = 1.0,
        smoothing: float = 0.0,
        tolerance: float | None = None,
        base: float | None = None,
        invalid: Invalid = "warn",
        threads: int | None = None,
        progress: Progress | None = None,
        out: np.ndarray | None = None,
    ) -> Any:
        check_options((form,), (temperature,), smoothing)
        rows = Rows(array, form, axis, temperature, smoothing, tolerance)
        return _of_rows(function, rows, base, invalid, threads, progress, out)

    statistic.__name__ = statistic.__qualname__ = name
    statistic.__doc__ = f"{summary}\n{FORMS_DOC}".replace("target, model\n        Arrays", "array\n        An array")
    return statistic


entropy = _of_each(_abi.ENTROPY, "entropy", "Shannon's entropy of each row.")
log_sum_exp = _of_each(
    _abi.LOG_SUM_EXP,
    "log_sum_exp",
    "log Σ exp(x / temperature) of each row of logits; of other forms the logarithm of the row's sum.",
)


def _of_rows(
    function: Any,
    rows: Rows,
    base: float | None,
    invalid: Invalid,
    threads: int | None,
    progress: Progress | None,
    out: np.ndarray | None,
) -> Any:
    check_choice("invalid", invalid, INVALID)
    values, status = output(out, rows.batch), np.zeros(rows.count, np.uint8)
    flat = values.reshape(-1)
    for start, stop in rows.blocks():
        _abi.call(
            function, rows.set(start, stop), flat[start:], status[start:],
            threads=threads, progress=_shifted(progress, start, stop, rows.count),
            work=(stop - start) * rows.row_bytes,
        )
    report_invalid(status, invalid, rows.batch, ("array",))
    if base is not None:
        values *= unit_factor("information", base)
    return values if rows.batch or out is not None else float(values)


def _shifted(progress: Progress | None, start: int, stop: int, rows: int) -> Progress | None:
    """Progress of a block told as that of all rows."""
    if progress is None or (start, stop) == (0, rows):
        return progress
    return lambda done, _: progress(start + done, rows)


def _writer(function: Any, name: str, summary: str) -> Any:
    def write(
        array: Any,
        *,
        form: Form = "logits",
        axis: int | str = -1,
        temperature: float = 1.0,
        smoothing: float = 0.0,
        tolerance: float | None = None,
        dtype: Any = None,
        invalid: Invalid = "warn",
        threads: int | None = None,
        progress: Progress | None = None,
        out: np.ndarray | None = None,
    ) -> np.ndarray:
        check_options((form,), (temperature,), smoothing)
        rows = Rows(array, form, axis, temperature, smoothing, tolerance)
        return _written(function, rows, dtype, invalid, threads, progress, out)

    write.__name__ = write.__qualname__ = name
    write.__doc__ = f"{summary}\n{_WRITER_DOC}"
    return write


_WRITER_DOC = """
    Parameters
    ----------
    dtype
        Of the result: float16, float32, float64 or ml_dtypes' bfloat16 (default: the array's where it is one of these, of
        PyTorch's bfloat16 float32, else float64).
    out
        An array for the results; it may be `array` itself.
    Others
        As for `forward_kl`.

    Returns
    -------
    An array of the same shape.
"""

log_softmax = _writer(_abi.LOG_SOFTMAX, "log_softmax", "The logarithms of the probabilities of each row.")
softmax = _writer(_abi.SOFTMAX, "softmax", "The probabilities of each row.")


_FLOATS = ("float16", "bfloat16", "float32", "float64")


def _written(
    function: Any,
    rows: Rows,
    dtype: Any,
    invalid: Invalid,
    threads: int | None,
    progress: Progress | None,
    out: np.ndarray | None,
) -> np.ndarray:
    check_choice("invalid", invalid, INVALID)
    sizes = list(rows.batch)
    sizes.insert(rows.axis, rows.classes)
    shape = tuple(sizes)
    if out is None:
        if dtype is None:
            own = rows.array.dtype
            dtype = own if own.name in _FLOATS else np.float64
            if rows.element == "bfloat16":
                dtype = np.float32
        result = np.empty(shape, np.dtype(dtype).newbyteorder("="))
    elif dtype is not None:
        raise ValueError("dtype is the type of out where that is given")
    elif not isinstance(out, np.ndarray) or out.shape != shape:
        raise ValueError(f"out has to be an array of shape {shape}")
    else:
        result = out
    if result.dtype.name not in _FLOATS or not result.dtype.isnative or not result.flags.writeable:
        raise ValueError(f"a result of type {result.dtype.name} cannot be written: take float16, 32 or 64, or bfloat16")
    view = np.moveaxis(result, rows.axis, -1)
    # The library writes no memory that it reads.
    in_place = view.flags.c_contiguous and not (out is not None and np.may_share_memory(result, rows.array))
    flat = view.reshape(rows.count, rows.classes) if in_place else None
    size = max(1, BLOCK_BYTES // (rows.classes * 8))
    status = np.zeros(rows.count, np.uint8)
    ranges = rows.blocks() if in_place else ((at, min(at + size, rows.count)) for at in range(0, rows.count, size))
    for start, stop in ranges:
        part = flat[start:stop] if flat is not None else np.empty((stop - start, rows.classes), result.dtype)
        target = _abi.Result.of(part)
        _abi.call(
            function, rows.set(start, stop), target, status[start:], threads=threads,
            progress=_shifted(progress, start, stop, rows.count), work=2 * (stop - start) * rows.row_bytes,
        )
        if flat is None:
            view[np.unravel_index(np.arange(start, stop), rows.batch)] = part
    report_invalid(status, invalid, rows.batch, ("array",))
    return result
