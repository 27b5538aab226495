"""Summaries of very many values, which merge whichever way the values were split."""

from __future__ import annotations

import ctypes
import math
import os
import threading
import weakref
from typing import Any, Sequence

import numpy as np
from numpy.ma import MaskedArray

from . import _abi


# The library holds its table of summaries by a lock, which a fork in the middle of a call would leave held in the child:
# so forks wait for such calls. It may be freed while it is held, by the collector of garbage.
_LOCK = threading.RLock()
os.register_at_fork(before=_LOCK.acquire, after_in_parent=_LOCK.release, after_in_child=_LOCK.release)


def _call(function: Any, *arguments: Any, accepted: int = 0) -> None:
    with _LOCK:
        _abi.call(function, *arguments, work=0, accepted=accepted)


def _free(handle: int, process: int) -> None:
    # A child of a fork leaves the parent's alone.
    if os.getpid() == process:
        with _LOCK:
            _abi.SUMMARY_FREE(handle)


class Summary:
    """Count, mean, spread, extremes and quantiles of values that are added or merged.

    Parameters
    ----------
    exact_limit
        Of up to so many values quantiles are exact, 8 bytes each (default: 10 million); of more they have a relative
        error of at most 0.05 %.

    Notes
    -----
    Sums have twice the digits of a float64: what is merged says the same, however values were split and in whatever order.

    Examples
    --------
    >>> import kullback
    >>> first, second = kullback.Summary(), kullback.Summary()
    >>> first.add([1.0, 2.0])
    >>> second.add([6.0, float("nan")], first_row=2)
    >>> both = first + second
    >>> both.count, both.invalid, both.mean, both.max_row
    (3, 1, 3.0, 2)
    """

    def __init__(self, exact_limit: int | None = None) -> None:
        limit = -1 if exact_limit is None else _abi.whole("exact_limit", exact_limit, 0)
        handle = ctypes.c_uint64()
        _call(_abi.SUMMARY_NEW, limit, handle)
        self._take(handle.value)

    def _take(self, handle: int) -> None:
        self._handle = handle
        self._values: _abi.SummaryValues | None = None
        weakref.finalize(self, _free, handle, os.getpid())

    def add(self, values: Any, first_row: int = 0) -> None:
        """Adds the values of rows that are numbered from `first_row` on; NaN is a row that is not valid."""
        if isinstance(values, MaskedArray):
            raise ValueError("a masked array: fill it, with NaN where there is nothing")
        first_row = _abi.whole("first_row", first_row, 0)
        array = np.ascontiguousarray(values, dtype=np.float64).reshape(-1)
        self._values = None
        _call(_abi.SUMMARY_ADD, self._handle, array, array.size, 1, first_row)

    def __add__(self, other: Summary) -> Summary:
        if not isinstance(other, Summary):
            return NotImplemented
        result = Summary.from_bytes(self.to_bytes())
        _call(_abi.SUMMARY_MERGE, result._handle, other._handle)
        return result

    def __radd__(self, other: Any) -> Summary:
        # So that sum() adds summaries up.
        return self if isinstance(other, int) and other == 0 else NotImplemented

    def to_bytes(self) -> bytes:
        """The summary for another machine or a later version, which `from_bytes` reads."""
        needed = ctypes.c_uint64()
        _call(_abi.SUMMARY_ENCODE, self._handle, None, 0, needed, accepted=_abi.TOO_SMALL)
        room = ctypes.create_string_buffer(needed.value)
        _call(_abi.SUMMARY_ENCODE, self._handle, room, needed.value, needed)
        return room.raw[: needed.value]

    @classmethod
    def from_bytes(cls, data: bytes) -> Summary:
        """The summary of `to_bytes`; refuses anything else with a ValueError."""
        handle = ctypes.c_uint64()
        _call(_abi.SUMMARY_DECODE, bytes(data), len(data), handle)
        result = cls.__new__(cls)
        result._take(handle.value)
        return result

    def __reduce__(self) -> Any:
        return Summary.from_bytes, (self.to_bytes(),)

    def __eq__(self, other: object) -> bool:
        """Whether both say the same of the same values."""
        if not isinstance(other, Summary):
            return NotImplemented
        mine, yours = self._read(), other._read()
        return all(
            _same(getattr(mine, field[0]), getattr(yours, field[0])) for field in _abi.SummaryValues._fields_
        ) and np.array_equal(self.quantiles(_USUAL), other.quantiles(_USUAL), equal_nan=True)

    __hash__ = None  # type: ignore[assignment]

    def _read(self) -> _abi.SummaryValues:
        if self._values is None:
            values = _abi.SummaryValues(ctypes.sizeof(_abi.SummaryValues))
            _call(_abi.SUMMARY_READ, self._handle, values)
            self._values = values
        return self._values

    @property
    def count(self) -> int:
        """How many values are numbers, infinite ones among them."""
        return self._read().count

    @property
    def invalid(self) -> int:
        """How many are NaN."""
        return self._read().invalid

    @property
    def infinite(self) -> int:
        """How many are infinite."""
        return self._read().infinite

    @property
    def mean(self) -> float:
        """The mean; NaN of no values."""
        return self._read().mean

    @property
    def standard_deviation(self) -> float:
        """The standard deviation with divisor count - 1; NaN of fewer than two values."""
        variance = self._read().variance
        return math.sqrt(variance) if variance >= 0 else math.nan

    @property
    def standard_error(self) -> float:
        """The standard error of the mean, of values that do not depend on each other."""
        return self._read().standard_error

    @property
    def min(self) -> float:
        """The least value."""
        return self._read().min

    @property
    def max(self) -> float:
        """The largest value."""
        return self._read().max

    @property
    def max_row(self) -> int | None:
        """The first row that has the largest value; None of no values."""
        row = self._read().max_row
        return None if row < 0 else row

    @property
    def quantiles_are_exact(self) -> bool:
        """Whether quantiles are exact, or have a relative error of up to 0.05 %."""
        return bool(self._read().quantiles_are_exact)

    def quantiles(self, probabilities: Sequence[float] | np.ndarray) -> np.ndarray:
        """The quantiles at some probabilities, interpolated linearly as by numpy.quantile; NaN of no values."""
        wanted = np.ascontiguousarray(probabilities, dtype=np.float64)
        if wanted.size and not ((wanted >= 0) & (wanted <= 1)).all():
            raise ValueError("probabilities of quantiles are from 0 to 1")
        values = np.empty(wanted.shape)
        _call(_abi.SUMMARY_QUANTILES, self._handle, wanted, wanted.size, values)
        return values

    def __repr__(self) -> str:
        return (
            f"Summary(count={self.count:,}, mean={self.mean:.6g} ± {self.standard_error:.2g}, "
            f"min={self.min:.6g}, median={self.quantiles([0.5])[0]:.6g}, max={self.max:.6g}, invalid={self.invalid:,})"
        )


_USUAL = np.array([0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999])


def _same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)
