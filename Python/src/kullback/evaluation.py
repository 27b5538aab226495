"""Several measures of the same rows, with what is to be said of them."""

from __future__ import annotations

import html
import math
from typing import Any, Iterator, Mapping, Sequence

import numpy as np

from . import _abi
from ._arrays import sides
from .divergences import (
    INVALID,
    Form,
    Invalid,
    InvalidRows,
    Progress,
    check_choice,
    compute,
    report_invalid,
    unit_factor,
)
from .summary import Summary

ONE_READ = (
    "forward-kl",
    "reverse-kl",
    "jeffreys",
    "target-entropy",
    "model-entropy",
    "cross-entropy",
    "reverse-cross-entropy",
)


def measures() -> list[str]:
    """The names of all measures; those with an order have its name after a colon.

    Examples
    --------
    >>> import kullback
    >>> "forward-kl" in kullback.measures()
    True
    """
    known = _abi.measures()
    return [entry["name"] for entry in known["measures"]] + [entry["pattern"] for entry in known["families"]]


def names_of(measures: Sequence[str] | str) -> list[str]:
    """The names that are asked for, of which there is one at least."""
    if isinstance(measures, str):
        return [measures]
    try:
        names = list(measures)
    except TypeError:
        raise ValueError(f"measures={measures!r} are no names of measures") from None
    if not names:
        raise ValueError("no measures are asked for")
    return names


class Evaluation(Mapping[str, np.ndarray]):
    """The values of several measures, an array for each, in the batch's shape.

    Made by `evaluate`. A mapping from the measures' names to arrays of float64.

    Attributes
    ----------
    names
        The measures, in the order in which they were asked for.
    batch
        The shape of the arrays.
    base
        The base of the logarithms of the unit; None is e.
    first_row
        The number of the first row.
    """

    def __init__(
        self,
        names: Sequence[str],
        values: np.ndarray,
        status: np.ndarray,
        batch: tuple[int, ...],
        base: float | None,
        first_row: int,
    ) -> None:
        self.names = list(names)
        self.batch = batch
        self.base = base
        self.first_row = first_row
        self._values = values
        self._status = status

    def __getitem__(self, name: str) -> np.ndarray:
        try:
            row = self.names.index(name if name in self.names else str(name).replace("_", "-"))
        except ValueError:
            raise KeyError(f"{name!r} was not evaluated: {', '.join(self.names)} were") from None
        return self._values[row].reshape(self.batch)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self._values.shape[1]

    @property
    def invalid(self) -> list[tuple[int, str, str]]:
        """The rows without values: their numbers, which side it was, and what is wrong with it."""
        found: list[tuple[int, str, str]] = []
        for row in np.flatnonzero(self._status):
            code = int(self._status[row])
            for side, reason in (("target", code & 15), ("model", code >> 4)):
                if reason:
                    found.append((self.first_row + int(row), side, _abi.reason(reason)))
        return found

    def summary(self, measure: str | None = None, exact_limit: int | None = None) -> Any:
        """A `Summary` of a measure over the valid rows, or a mapping of all measures to theirs.

        Parameters
        ----------
        exact_limit
            Of up to so many rows quantiles are exact; of more they have a relative error of at most 0.05 %.
        """
        if measure is None:
            return {name: self.summary(name, exact_limit) for name in self.names}
        result = Summary(exact_limit=exact_limit)
        result.add(self[measure].reshape(-1), self.first_row)
        return result

    def worst(self, measure: str | None = None, count: int = 10) -> list[tuple[int, float]]:
        """The rows with the largest values, largest first, as pairs of number and value; invalid rows are left out."""
        values = self[self.names[0] if measure is None else measure].reshape(-1)
        valid = np.flatnonzero(~np.isnan(values))
        order = valid[np.argsort(-values[valid], kind="stable")[:count]]
        return [(self.first_row + int(row), float(values[row])) for row in order]

    def to_pandas(self) -> Any:
        """A pandas.DataFrame: a column for each measure, rows by number or by the batch's indices."""
        import pandas as pd

        columns = {name: self._values[place] for place, name in enumerate(self.names)}
        if len(self.batch) > 1:
            levels = [range(size) for size in self.batch]
            names = [f"axis {axis}" for axis in range(len(self.batch))]
            return pd.DataFrame(columns, index=pd.MultiIndex.from_product(levels, names=names))
        index = pd.RangeIndex(self.first_row, self.first_row + self.rows, name="row")
        return pd.DataFrame(columns, index=index)

    def to_arrow(self) -> Any:
        """A pyarrow.Table: the rows' numbers, and a column for each measure."""
        import pyarrow as pa

        numbers = np.arange(self.first_row, self.first_row + self.rows)
        return pa.table({"row": numbers, **{name: self._values[place] for place, name in enumerate(self.names)}})

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def _unit(self, measure: str) -> str:
        dimension = _abi.measure(measure)["dimension"]
        if dimension == "number":
            return ""
        unit = {None: "nats", math.e: "nats", 2: "bits", 10: "bans"}.get(self.base, f"base {self.base}")
        return f"√{unit}" if dimension == "rootInformation" else unit

    def _table(self) -> tuple[list[str], list[list[str]]]:
        head = ["measure", "unit", "mean", "± error", "min", "median", "99.9 %", "max", "at row"]
        lines: list[list[str]] = []
        for name in self.names:
            summary = self.summary(name)
            numbers = (
                summary.mean, summary.standard_error, summary.min, *summary.quantiles((0.5, 0.999)), summary.max
            )
            cells = [f"{number:.5g}" for number in numbers]
            lines.append([name, self._unit(name), *cells, "" if summary.max_row is None else str(summary.max_row)])
        return head, lines

    def __repr__(self) -> str:
        head, lines = self._table()
        widths = [max(len(line[place]) for line in (head, *lines)) for place in range(len(head))]
        wrong = int(np.count_nonzero(self._status))
        title = f"{self.rows:,} rows" + (f", {wrong:,} of them invalid" if wrong else "")
        body = [
            "  ".join(
                cell.ljust(width) if place < 2 else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(line, widths))
            ).rstrip()
            for line in (head, *lines)
        ]
        return "\n".join([title, *body])

    def _repr_html_(self) -> str:
        head, lines = self._table()
        wrong = int(np.count_nonzero(self._status))
        title = f"{self.rows:,} rows" + (f", {wrong:,} of them invalid" if wrong else "")
        rows = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(cell)}</td>" for cell in line)
            + f"<td>{_histogram_svg(self[line[0]])}</td></tr>"
            for line in lines
        )
        heads = "".join(f"<th>{html.escape(cell)}</th>" for cell in [*head, "distribution"])
        return f"<table><caption>{title}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"

    def plot(self, measure: str | None = None, ax: Any = None, bins: int = 60) -> Any:
        """Draws the histogram of a measure's logarithms by matplotlib, and returns the axes.

        Values of 0 and below stand at the left edge; their number is in the title.
        """
        import matplotlib.pyplot as plt

        name = self.names[0] if measure is None else measure
        values = self[name].reshape(-1)
        finite = values[np.isfinite(values)]
        positive = finite[finite > 0]
        if ax is None:
            ax = plt.gca()
        if positive.size:
            low, high = float(positive.min()), float(positive.max())
            edges = np.geomspace(low, high, bins + 1) if high > low else np.array([low / 2, low * 2])
            ax.hist(positive, edges)
            ax.set_xscale("log")
            ax.axvline(float(np.median(finite)), linestyle="--", linewidth=1, color="black", label="median")
            ax.axvline(float(finite.mean()), linewidth=1, color="black", label="mean")
            ax.legend()
        zero = finite.size - positive.size
        ax.set_title(f"{finite.size:,} rows" + (f", {zero:,} of them 0" if zero else ""))
        ax.set_xlabel(f"{_abi.measure(name)['title']} / {self._unit(name)}".rstrip("/ "))
        ax.set_ylabel("rows")
        return ax


def _histogram_svg(values: np.ndarray, bins: int = 24) -> str:
    """A small histogram of the logarithms of positive values."""
    flat = values.reshape(-1)
    positive = flat[np.isfinite(flat) & (flat > 0)]
    if positive.size < 2:
        return ""
    counts, _ = np.histogram(np.log10(positive), bins)
    height = counts / counts.max() * 20
    bars = "".join(
        f'<rect x="{4 * place}" y="{20 - size:.1f}" width="3.5" height="{size:.1f}"/>'
        for place, size in enumerate(height)
    )
    return (
        f'<svg width="{4 * bins}" height="20" role="img" fill="currentColor">'
        f"<title>histogram of the logarithm</title>{bars}</svg>"
    )


def evaluate(
    target: Any,
    model: Any,
    measures: Sequence[str] | str = ONE_READ,
    *,
    form: Form | tuple[Form, Form] = "logits",
    axis: int | str = -1,
    temperature: float | tuple[float, float] = 1.0,
    smoothing: float = 0.0,
    tolerance: float | None = None,
    base: float | None = None,
    first_row: int = 0,
    invalid: Invalid = "warn",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Several measures of each pair of rows, in one reading where they can be had so.

    Parameters
    ----------
    measures
        Names of `kullback.measures`, "forward-kl" or "renyi:2" for example (default: all that one reading gives).
    first_row
        The number of the first row, where these are a part of more.
    Others
        As for `forward_kl`.

    Examples
    --------
    >>> import kullback
    >>> e = kullback.evaluate([[1.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]], ["forward-kl", "jensen-shannon"])
    >>> e["forward-kl"].round(4).tolist()
    [0.1109, 0.0]
    """
    check_choice("invalid", invalid, INVALID)
    known = [_abi.measure(name) for name in names_of(measures)]
    names = [entry["name"] for entry in known]
    factors = [unit_factor(entry["dimension"], base) for entry in known]
    first_row = _abi.whole("first_row", first_row, 0)
    p, q, batch = sides(target, model, form, axis, temperature, smoothing, tolerance)
    rows = math.prod(batch)
    values, status = np.empty((len(names), rows)), np.zeros(rows, np.uint8)
    compute(names, p, q, values, status, threads, progress)
    for place, factor in enumerate(factors):
        if factor != 1:
            values[place] *= factor
    report_invalid(status, invalid, batch, ("target", "model"))
    return Evaluation(names, values, status, batch, base, first_row)


class Comparison:
    """Several models beside one target: how far each is, and what cannot be told apart.

    Attributes
    ----------
    models
        Their names.
    measure
        What was measured.
    values
        Models x rows; NaN in every model where a row of one is invalid.
    """

    def __init__(self, models: Sequence[str], measure: str, values: np.ndarray) -> None:
        self.models = list(models)
        self.measure = measure
        self.values = np.array(values)
        self.values[:, np.isnan(self.values).any(axis=0)] = np.nan

    @property
    def means(self) -> np.ndarray:
        """The mean of each model over the rows that all have; NaN of none."""
        valid = self.values[:, ~np.isnan(self.values).any(axis=0)]
        return valid.mean(axis=1) if valid.size else np.full(len(self.models), math.nan)

    def difference(self, first: str, second: str) -> tuple[float, float]:
        """The mean of the row-by-row differences of two models, first less second, and its standard error."""
        for name in (first, second):
            if name not in self.models:
                raise ValueError(f"{name!r} is none of the models {', '.join(self.models)}")
        a, b = (self.values[self.models.index(name)] for name in (first, second))
        # Where both are infinite the difference is not known.
        with np.errstate(invalid="ignore"):
            differences = (a - b)[~np.isnan(a - b)]
        count = differences.size
        with np.errstate(invalid="ignore"):
            error = float(differences.std(ddof=1) / math.sqrt(count)) if count > 1 else math.nan
        return float(differences.mean()) if count else math.nan, error

    @property
    def ranking(self) -> list[str]:
        """The models, nearest first: with the least mean, of an agreement with the largest."""
        sign = -1 if _abi.measure(self.measure)["isAgreement"] else 1
        return [self.models[place] for place in np.argsort(sign * self.means, kind="stable")]

    def __repr__(self) -> str:
        best = self.ranking[0]
        means = dict(zip(self.models, self.means))
        lines = [f"{self.measure}, nearest first", f"{'model':<24} {'mean':>12} {'to the best':>12} {'± error':>10}"]
        for name in self.ranking:
            more, error = self.difference(name, best)
            alike = "" if name == best or not abs(more) < 2 * error else "  ≈ the best"
            lines.append(f"{name:<24} {means[name]:>12.5g} {more:>12.4g} {error:>10.2g}{alike}")
        return "\n".join(lines)


def compare(
    target: Any,
    models: Mapping[str, Any],
    measure: str = "forward-kl",
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
) -> Comparison:
    """Which of several models is nearest to the target, and which cannot be told from the nearest.

    Parameters
    ----------
    models
        Arrays of the target's shape, by name.
    Others
        As for `evaluate`.
    """
    if not isinstance(models, Mapping) or not models:
        raise ValueError("models are a mapping of names to arrays: {'4 bits': q4, '8 bits': q8}")
    measure = _abi.measure(measure)["name"]
    values: list[np.ndarray] = []
    for name, model in models.items():
        try:
            found = evaluate(
                target, model, [measure], form=form, axis=axis, temperature=temperature, smoothing=smoothing,
                tolerance=tolerance, base=base, invalid=invalid, threads=threads, progress=progress,
            )
        except InvalidRows as error:
            raise InvalidRows(f"{name}: {error}", error.rows) from None
        values.append(found[measure].reshape(-1))
    sizes = {name: array.size for name, array in zip(models, values)}
    if len(set(sizes.values())) > 1:
        raise ValueError(f"the models do not have the same rows: {sizes}")
    return Comparison(list(models), measure, np.stack(values))
