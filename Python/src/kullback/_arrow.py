"""Columns and tables that speak Arrow's interface, as NumPy rows."""

from __future__ import annotations

from typing import Any

import numpy as np


def is_arrow(given: Any) -> bool:
    """Whether an object offers Arrow's stream or array."""
    return hasattr(given, "__arrow_c_stream__") or hasattr(given, "__arrow_c_array__")


def view(given: Any) -> np.ndarray:
    """The rows of a column of lists, or of a table with a column a class.

    A column of lists is read in place where it is one piece; a table is copied.
    """
    try:
        import pyarrow as pa
    except ImportError:
        raise ValueError(
            "Arrow data are read by pyarrow: install kullback[arrow], or pass a NumPy array"
        ) from None

    if hasattr(given, "__arrow_c_stream__"):
        is_table = hasattr(given, "columns") or hasattr(given, "column_names")
        data = pa.table(given) if is_table else pa.chunked_array(given)
    else:
        data = pa.array(given)
    if isinstance(data, pa.ChunkedArray) and pa.types.is_struct(data.type):
        data = pa.Table.from_struct_array(data)
    if isinstance(data, pa.Table):
        return _table(data)
    return _column(data)


def _table(table: Any) -> np.ndarray:
    import pyarrow as pa

    if table.num_columns == 1 and _is_list(table.column(0).type):
        return _column(table.column(0))
    for name, column in zip(table.column_names, table.columns):
        if column.null_count:
            raise ValueError(f"column {name!r} has {column.null_count:,} nulls: fill or drop them first")
        if not (
            pa.types.is_integer(column.type)
            or pa.types.is_floating(column.type)
            or pa.types.is_boolean(column.type)
        ):
            raise ValueError(
                f"column {name!r} of {column.type} holds no numbers: pass only the columns of classes"
            )
    if table.num_columns == 0:
        raise ValueError("the table has no columns: a column a class is needed")
    return np.column_stack([column.to_numpy() for column in table.columns])


def _is_list(kind: Any) -> bool:
    import pyarrow as pa

    return pa.types.is_fixed_size_list(kind) or pa.types.is_list(kind) or pa.types.is_large_list(kind)


def _column(data: Any) -> np.ndarray:
    import pyarrow as pa

    if isinstance(data, pa.ChunkedArray):
        data = data.chunk(0) if data.num_chunks == 1 else data.combine_chunks()
        if isinstance(data, pa.ChunkedArray):
            raise ValueError("the column's pieces together are too long for one array: pass them one by one")
    if isinstance(data, pa.ExtensionArray):
        data = data.storage
    if data.null_count:
        raise ValueError(f"{data.null_count:,} rows are null: fill or drop them first")
    if pa.types.is_fixed_size_list(data.type):
        width = data.type.list_size
    elif _is_list(data.type):
        lengths = np.diff(data.offsets.to_numpy())
        # Of no rows, as the empty batches of clusters are, how many classes there are is not known: one will do.
        width = int(lengths[0]) if len(lengths) else 1
        if not (lengths == width).all():
            row = int(np.argmax(lengths != width))
            raise ValueError(f"row {row} has {lengths[row]} classes and row 0 has {width}")
    else:
        raise ValueError(f"a column of {data.type} holds no distributions: a list in each row does")
    values = data.flatten()
    if values.null_count:
        raise ValueError(f"{values.null_count:,} numbers are null: fill or drop them first")
    if _is_list(values.type):
        raise ValueError("lists of lists: flatten them to one list a row first")
    if not (
        pa.types.is_integer(values.type) or pa.types.is_floating(values.type) or pa.types.is_boolean(values.type)
    ):
        raise ValueError(f"lists of {values.type} hold no numbers")
    numbers = values.to_numpy(zero_copy_only=False)
    return numbers.reshape(len(data), width)
