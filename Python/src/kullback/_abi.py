"""The C interface of the Swift library, by ctypes: its structures and how calls run, stop and fail."""

from __future__ import annotations

import ctypes
import difflib
import json
import operator
import os
import sys
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable

import numpy as np

ABI_VERSION = 1

ELEMENTS = {"float32": 0, "float64": 1, "float16": 2, "bfloat16": 3, "int32": 4, "int64": 5}
FORMS = {"logits": 0, "log-probabilities": 1, "probabilities": 2, "weights": 3}

_OK, _INVALID, _CANCELLED, _INTERNAL, TOO_SMALL, _FAILED = range(6)

_REASONS = {
    1: "contains NaN",
    2: "contains infinity",
    3: "contains a negative number",
    4: "has no mass",
    5: "does not sum to 1",
    6: "has a label that is no class",
    7: "has numbers out of range",
}


class Set(ctypes.Structure):
    """Distributions over the same classes, one a row."""

    _fields_ = [
        ("size", ctypes.c_uint32),
        ("element", ctypes.c_int32),
        ("form", ctypes.c_int32),
        ("reserved", ctypes.c_int32),
        ("base", ctypes.c_void_p),
        ("rows", ctypes.c_int64),
        ("columns", ctypes.c_int64),
        ("row_stride", ctypes.c_int64),
        ("column_stride", ctypes.c_int64),
        ("temperature", ctypes.c_double),
        ("smoothing", ctypes.c_double),
        ("tolerance", ctypes.c_double),
    ]
    memory: Any


class Result(ctypes.Structure):
    """A matrix for results."""

    _fields_ = [
        ("size", ctypes.c_uint32),
        ("element", ctypes.c_int32),
        ("base", ctypes.c_void_p),
        ("rows", ctypes.c_int64),
        ("columns", ctypes.c_int64),
        ("row_stride", ctypes.c_int64),
    ]
    memory: Any

    @classmethod
    def of(cls, matrix: np.ndarray) -> Result:
        """The rows of a matrix, which are contiguous each."""
        rows, columns = matrix.shape
        row = matrix.strides[0] // matrix.itemsize if rows > 1 else columns
        element = ELEMENTS[matrix.dtype.name]
        result = cls(RESULT_BYTES, element, matrix.ctypes.data, rows, columns, row)
        result.memory = matrix
        return result


class Run(ctypes.Structure):
    """How a call runs, and what may be watched and stopped meanwhile."""

    _fields_ = [
        ("size", ctypes.c_uint32),
        ("threads", ctypes.c_int32),
        ("cancel", ctypes.c_void_p),
        ("progress", ctypes.c_void_p),
        ("message", ctypes.c_void_p),
        ("message_size", ctypes.c_uint64),
        ("working_memory", ctypes.c_uint64),
    ]
    kept: Any


class Labels(ctypes.Structure):
    """Class labels, and how they are scored."""

    _fields_ = [
        ("size", ctypes.c_uint32),
        ("element", ctypes.c_int32),
        ("base", ctypes.c_void_p),
        ("count", ctypes.c_int64),
        ("stride", ctypes.c_int64),
        ("ignored", ctypes.c_int64),
        ("has_ignored", ctypes.c_int32),
        ("reserved", ctypes.c_int32),
        ("smoothing", ctypes.c_double),
        ("class_weights", ctypes.c_void_p),
        ("class_weight_count", ctypes.c_int64),
    ]
    memory: Any


class SummaryValues(ctypes.Structure):
    """What a summary says."""

    _fields_ = [
        ("size", ctypes.c_uint32),
        ("quantiles_are_exact", ctypes.c_int32),
        ("count", ctypes.c_int64),
        ("invalid", ctypes.c_int64),
        ("infinite", ctypes.c_int64),
        ("max_row", ctypes.c_int64),
        ("mean", ctypes.c_double),
        ("variance", ctypes.c_double),
        ("standard_error", ctypes.c_double),
        ("min", ctypes.c_double),
        ("max", ctypes.c_double),
    ]


def _structure(name: str, **fields: Any) -> type[ctypes.Structure]:
    """A structure that begins with its size, and holds on to the memory that its addresses are of."""

    def initialise(self: Any, **values: Any) -> None:
        ctypes.Structure.__init__(self, size=ctypes.sizeof(type(self)))
        self.memory = [value for value in values.values() if isinstance(value, np.ndarray)]
        for key, value in values.items():
            setattr(self, key, value.__array_interface__["data"][0] if isinstance(value, np.ndarray) else value)

    return type(
        name,
        (ctypes.Structure,),
        {"_fields_": [("size", ctypes.c_uint32), *fields.items()], "__init__": initialise, "__slots__": ("memory",)},
    )


_i32, _i64, _u64, _f64, _address = (
    ctypes.c_int32, ctypes.c_int64, ctypes.c_uint64, ctypes.c_double, ctypes.c_void_p,
)  # fmt: skip
ClusterOptions = _structure(
    "ClusterOptions", divergence=_i32, clusters=_i64, seed=_u64, maximum_iterations=_i64, restarts=_i64,
    tolerance=_f64,
)  # fmt: skip
ClusterResult = _structure(
    "ClusterResult", has_converged=_i32, assignments=_address, divergences=_address, centroids=_address,
    sizes=_address, iterations=_i64, objective=_f64,
)  # fmt: skip
ClusterPart = _structure(
    "ClusterPart", divergence=_i32, clusters=_i64, classes=_i64, sums=_address, sizes=_address, objective=_address,
)  # fmt: skip
Matrix = _structure(
    "Matrix", element=_i32, base=_address, rows=_i64, columns=_i64, row_stride=_i64, column_stride=_i64,
)  # fmt: skip
SoftmaxOptions = _structure(
    "SoftmaxOptions", has_intercepts=_i32, forward_share=_f64, penalty=_f64, temperature=_f64, label_smoothing=_f64,
    gradient_tolerance=_f64, maximum_iterations=_i64,
)  # fmt: skip
SoftmaxResult = _structure(
    "SoftmaxResult", convergence=_i32, weights=_address, intercepts=_address, iterations=_i64, objective=_f64,
    gradient_norm=_f64,
)  # fmt: skip
MixtureOptions = _structure(
    "MixtureOptions", is_diagonal=_i32, components=_i64, restarts=_i64, seed=_u64, regularisation=_f64,
    tolerance=_f64, maximum_iterations=_i64,
)  # fmt: skip
MixtureResult = _structure(
    "MixtureResult", convergence=_i32, weights=_address, means=_address, covariances=_address, iterations=_i64,
    cross_entropy=_f64,
)  # fmt: skip
Density = _structure(
    "Density", reserved=_i32, dimension=_i64, room=_i64, points=_address, values=_address, gradients=_address,
    asked=_address,
)  # fmt: skip
NormalOptions = _structure(
    "NormalOptions", is_diagonal=_i32, draws=_i64, diagnostic_draws=_i64, maximum_iterations=_i64,
    gradient_tolerance=_f64, seed=_u64,
)  # fmt: skip
NormalResult = _structure(
    "NormalResult", convergence=_i32, mean=_address, covariance=_address, mean_errors=_address, iterations=_i64,
    lower_bound=_f64, lower_bound_error=_f64, cross_entropy=_f64, entropy=_f64, pareto_k=_f64, effective_draws=_f64,
    is_trusted=_i32, reserved=_i32,
)  # fmt: skip

SET_BYTES = ctypes.sizeof(Set)
RESULT_BYTES = ctypes.sizeof(Result)
LABELS_BYTES = ctypes.sizeof(Labels)
_RUN_BYTES = ctypes.sizeof(Run)
_MESSAGE_BYTES = 1024


class InternalError(RuntimeError):
    """A fault of the library."""


def _load() -> ctypes.CDLL:
    path = os.environ.get("KULLBACK_LIBRARY") or str(Path(__file__).parent / "_lib" / "libkullback.so")
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(
            f"the library of this package cannot be loaded: {error}. Wheels are for Linux on x86-64 with "
            "glibc 2.34 or newer; a checkout of the sources is built with: make python"
        ) from None
    version = library.kullback_abi_version()
    if version != ABI_VERSION:
        raise ImportError(f"{path} has version {version} of the C interface, and this package needs {ABI_VERSION}")
    return library


_library = _load()


class _Memory:
    """The memory of an array. The array itself is the argument, so that who holds the arguments holds the memory."""

    @classmethod
    def from_param(cls, array: np.ndarray | None) -> ctypes.c_void_p | None:
        return None if array is None else ctypes.c_void_p(array.__array_interface__["data"][0])


_pointer, _set, _int = _Memory, ctypes.POINTER(Set), ctypes.c_int64
_result, _run, _labels = ctypes.POINTER(Result), ctypes.POINTER(Run), ctypes.POINTER(Labels)
_text, _flag, _number = ctypes.c_char_p, ctypes.c_int32, ctypes.c_double


def _function(name: str, *arguments: Any) -> Any:
    function = getattr(_library, name)
    function.argtypes = [*arguments, _run]
    function.restype = ctypes.c_int32
    return function


EVALUATE = _function("kullback_evaluate", _set, _set, _text, _pointer, _int, _int, _pointer)
LOG_SOFTMAX = _function("kullback_log_softmax", _set, _result, _pointer)
SOFTMAX = _function("kullback_softmax", _set, _result, _pointer)
ENTROPY = _function("kullback_entropy", _set, _pointer, _pointer)
LOG_SUM_EXP = _function("kullback_log_sum_exp", _set, _pointer, _pointer)
CROSS_ENTROPY = _function("kullback_cross_entropy", _labels, _set, _pointer, _pointer, _pointer)
GRADIENT = _function("kullback_gradient", _text, _set, _set, _result, _pointer, _pointer)
PAIRWISE = _function("kullback_pairwise", _text, _set, _set, _result, _pointer, _pointer, _pointer)
NEAREST = _function(
    "kullback_nearest", _text, _set, _set, _int, _flag, _pointer, _pointer, _pointer, _pointer
)
WITHIN = _function(
    "kullback_within", _text, _set, _set, _number, _flag, _pointer, _pointer, _pointer, _int, _pointer, _pointer
)
_handle, _size = ctypes.c_uint64, ctypes.c_uint64
_handle_result = ctypes.POINTER(ctypes.c_uint64)
SUMMARY_NEW = _function("kullback_summary_new", _int, _handle_result)
SUMMARY_ADD = _function("kullback_summary_add", _handle, _pointer, _int, _int, _int)
SUMMARY_MERGE = _function("kullback_summary_merge", _handle, _handle)
SUMMARY_ENCODE = _function("kullback_summary_encode", _handle, _text, _size, _handle_result)
SUMMARY_DECODE = _function("kullback_summary_decode", _text, _size, _handle_result)
SUMMARY_READ = _function("kullback_summary_read", _handle, ctypes.POINTER(SummaryValues))
SUMMARY_QUANTILES = _function("kullback_summary_quantiles", _handle, _pointer, _int, _pointer)
SUMMARY_FREE: Any = _library.kullback_summary_free
SUMMARY_FREE.argtypes, SUMMARY_FREE.restype = [_handle], ctypes.c_int32
_options = ctypes.POINTER
CLUSTER_FIT = _function(
    "kullback_cluster_fit", _set, _options(ClusterOptions), _options(ClusterResult), _pointer
)
CLUSTER_ASSIGN = _function("kullback_cluster_assign", _set, _flag, _pointer, _int, _pointer, _pointer, _pointer)
CLUSTER_STEP = _function(
    "kullback_cluster_step", _set, _pointer, _options(ClusterPart), _pointer, _pointer, _pointer
)
CLUSTER_MERGE = _function("kullback_cluster_merge", _options(ClusterPart), _options(ClusterPart))
CLUSTER_CENTROIDS = _function("kullback_cluster_centroids", _options(ClusterPart), _pointer, _pointer)
FAMILY = _function("kullback_family", _text, _pointer, _int, _pointer, _int, _int, _pointer, _int, _pointer)
FIT_SOFTMAX = _function(
    "kullback_fit_softmax", _options(Matrix), _labels, _set, _int, _pointer, _options(SoftmaxOptions),
    _options(SoftmaxResult),
)
FIT_MIXTURE = _function(
    "kullback_fit_mixture", _options(Matrix), _pointer, _options(MixtureOptions), _options(MixtureResult)
)
FIT_NORMAL = _function(
    "kullback_fit_normal", _options(Density), _options(NormalOptions), _options(NormalResult)
)
_MEASURE = _function("kullback_measure", _text, _text, ctypes.c_uint64, _pointer)



def whole(name: str, value: Any, low: int, high: int = 2**62) -> int:
    """A whole number between bounds, which ctypes would cut to its bits instead."""
    try:
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name}={value!r} is no whole number") from None
    if not low <= number <= high:
        raise ValueError(f"{name}={number} is not between {low} and {high}")
    return number


# Less work than this is done before anyone can press a key.
QUICK_BYTES = 1 << 25

Progress = Callable[[int, int], None]


def call(
    function: Any,
    *arguments: Any,
    threads: int | None = None,
    progress: Progress | None = None,
    work: int = QUICK_BYTES,
    memory: int = 0,
    accepted: int = _OK,
    serve: Callable[[], bool] | None = None,
) -> int:
    """Calls the library, which holds no lock of the interpreter meanwhile, and raises what it says went wrong.

    Long work goes to a thread of its own while this one waits. So Ctrl-C, and whatever `progress` raises, set the
    word that the library looks at; this returns only when the library no longer reads or writes the arrays.

    Parameters
    ----------
    work
        Bytes that the call goes through, or what takes as long.
    serve
        Called again and again while the library works, in this thread; says whether it did something.
    accepted
        A status besides that of success which is returned instead of raised.
    """
    threads = 0 if threads is None else whole("threads", threads, 1, 1024)
    message = ctypes.create_string_buffer(_MESSAGE_BYTES)
    run = Run(_RUN_BYTES, threads, None, None, ctypes.addressof(message), _MESSAGE_BYTES, memory)
    run.kept = message
    # While the interpreter ends no thread can begin.
    if serve is None and ((work < QUICK_BYTES and progress is None) or sys.is_finalizing()):
        status = function(*arguments, run)
    else:
        status = _watched(function, arguments, run, progress, serve)
    if status == _OK or status == accepted:
        return status
    text = message.value.decode(errors="replace")
    if status == _INVALID:
        raise ValueError(text)
    if status == _FAILED:
        raise ArithmeticError(text)
    raise InternalError(text or f"status {status}")


def _watched(
    function: Any,
    arguments: tuple[Any, ...],
    run: Run,
    progress: Progress | None,
    serve: Callable[[], bool] | None = None,
) -> int:
    cancel, counts = ctypes.c_int32(), (ctypes.c_int64 * 2)()
    run.cancel, run.progress = ctypes.addressof(cancel), ctypes.addressof(counts)
    result: list[int] = []
    done = threading.Event()

    # An interruption may come at any place, while the thread begins too. So all memory that the library sees is held by
    # the thread that calls it: by the arguments, and by `kept`.
    def work(kept: Any) -> None:
        try:
            result.append(function(*arguments, run))
        finally:
            done.set()

    thread = threading.Thread(target=work, args=((cancel, counts, run.kept),), name="kullback", daemon=True)
    try:
        thread.start()
        # Not Thread.join: interrupted, it takes a running thread for one that has ended (until Python 3.12).
        while not done.wait(0.1 if serve is None else 0.0002):
            while serve is not None and not done.is_set() and serve():
                pass
            if progress is not None and counts[1]:
                progress(counts[0], counts[1])
        if progress is not None and result and result[0] == _OK and counts[1]:
            progress(counts[1], counts[1])
    except BaseException:
        cancel.value = 1
        while not done.is_set():
            try:
                # What was interrupted before it began never ends.
                if not done.wait(1) and not thread.is_alive():
                    break
            except BaseException:
                cancel.value = 1
        raise
    return result[0]


def reason(code: int) -> str:
    """What is wrong with a row, in words."""
    return _REASONS.get(code, f"is invalid ({code})")


def _read(function: Any) -> str:
    function.argtypes, function.restype = [_text, ctypes.c_uint64], ctypes.c_uint64
    size = function(None, 0)
    text = ctypes.create_string_buffer(size)
    function(text, size)
    return text.value.decode()


def version() -> str:
    """The version of the library."""
    return _read(_library.kullback_version)


def info() -> dict[str, Any]:
    """The machine and what is used of it."""
    return json.loads(_read(_library.kullback_info))


def measures() -> dict[str, Any]:
    """The measures and their families."""
    return json.loads(_read(_library.kullback_measures))


@lru_cache(maxsize=1)
def families() -> dict[str, list[str]]:
    """The families in closed form and the names of their parameters; those without have one for each class."""
    return {entry["name"]: entry["parameters"] for entry in json.loads(_read(_library.kullback_families))}


@lru_cache(maxsize=256)
def measure(name: str) -> dict[str, Any]:
    """A measure by its name, with an order behind a colon where it has one."""
    if not isinstance(name, str):
        raise ValueError(f"{name!r} is no name of a measure: see kullback.measures()")
    text = ctypes.create_string_buffer(4096)
    try:
        if "\0" in name:
            raise ValueError(f"{name!r} is no measure")
        call(_MEASURE, name.replace("_", "-").encode(), text, len(text), None, work=0)
    except ValueError as error:
        known = measures()
        names = [entry["name"] for entry in known["measures"]] + [entry["pattern"] for entry in known["families"]]
        near = difflib.get_close_matches(name.replace("_", "-"), names, 1)
        raise ValueError(f"{error}" + (f"; did you mean {near[0]}?" if near else "")) from None
    return json.loads(text.value.decode())
