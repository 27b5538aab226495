"""Divergences between distributions of a family, in closed form.

A family is an attribute of this module: `kullback.families.normal`. Its parameters are the last axis of an array, in the
order of `Family.parameters`.

Examples
--------
>>> from kullback import families
>>> families.normal.parameters
('mean', 'standard-deviation')
>>> round(families.normal.forward_kl((0, 1), (1, 2)), 6)
0.443147
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import _abi

_COLUMNS = ("forward_kl", "reverse_kl", "entropy", "model_entropy", "cross_entropy")


class Family:
    """Distributions that differ by their parameters.

    Attributes
    ----------
    name
        As the library calls it.
    parameters
        The names of its parameters; empty where there is one for each class.
    """

    def __init__(self, name: str, parameters: tuple[str, ...]) -> None:
        self.name = name
        self.parameters = parameters

    def __repr__(self) -> str:
        return f"<family {self.name}({', '.join(self.parameters) or 'one for each class'})>"

    def _rows(self, given: Any, role: str) -> np.ndarray:
        if isinstance(given, np.ma.MaskedArray):
            raise ValueError(f"{role} is a masked array: fill it, or take the rows that are whole")
        array = np.asarray(given, dtype=np.float64)
        if array.ndim == 0:
            array = array[None]
        if self.parameters and array.shape[-1] != len(self.parameters):
            raise ValueError(
                f"{role} of shape {array.shape}: {self.name} has the parameters {', '.join(self.parameters)}, "
                "which run along the last axis"
            )
        return array

    def _evaluate(self, target: Any, model: Any, threads: int | None) -> np.ndarray:
        p, q = self._rows(target, "target"), self._rows(model, "model")
        if p.shape[-1] != q.shape[-1]:
            raise ValueError(f"target has {p.shape[-1]} parameters and model has {q.shape[-1]}")
        batch = np.broadcast_shapes(p.shape[:-1], q.shape[:-1])
        size, rows = p.shape[-1], math.prod(batch)
        sides = [np.ascontiguousarray(np.broadcast_to(side, (*batch, size))).reshape(rows, size) for side in (p, q)]
        values, status = np.empty((5, rows)), np.zeros(rows, np.uint8)
        _abi.call(
            _abi.FAMILY, self.name.encode(), sides[0], rows, sides[1], rows, size, values, rows, status,
            threads=threads, work=rows * 1024,
        )
        if status.any():
            row = int(np.flatnonzero(status)[0])
            side, role = (sides[0], "target") if status[row] & 15 else (sides[1], "model")
            raise ValueError(
                f"{np.count_nonzero(status):,} rows have parameters that {self.name} cannot have; "
                f"first: row {row} of {role}, {side[row].tolist()}"
            )
        return values.reshape(5, *batch)

    def _one(self, name: str, target: Any, model: Any, threads: int | None) -> Any:
        values = self._evaluate(target, model, threads)[_COLUMNS.index(name)]
        return values if values.ndim else float(values)

    def forward_kl(self, target: Any, model: Any, *, threads: int | None = None) -> Any:
        """D(target‖model) of each pair, in nats; batch dimensions are broadcast."""
        return self._one("forward_kl", target, model, threads)

    def reverse_kl(self, target: Any, model: Any, *, threads: int | None = None) -> Any:
        """D(model‖target) of each pair, in nats."""
        return self._one("reverse_kl", target, model, threads)

    def entropy(self, target: Any, *, threads: int | None = None) -> Any:
        """The entropy of each distribution, in nats."""
        return self._one("entropy", target, target, threads)

    def cross_entropy(self, target: Any, model: Any, *, threads: int | None = None) -> Any:
        """H(target, model) of each pair, in nats."""
        return self._one("cross_entropy", target, model, threads)


_FAMILIES = {
    name.replace("-", "_"): Family(name, tuple(parameters)) for name, parameters in _abi.families().items()
}


def __getattr__(name: str) -> Family:
    try:
        return _FAMILIES[name]
    except KeyError:
        raise AttributeError(f"there is no family {name!r}; there are: {', '.join(_FAMILIES)}") from None


def __dir__() -> list[str]:
    return sorted([*globals(), *_FAMILIES])


def names() -> list[str]:
    """The families, as attributes of this module."""
    return list(_FAMILIES)
