"""Arrays of files, read by the libraries that own the formats."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

_SAFETENSORS = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
}


def split(path: str | os.PathLike[str]) -> tuple[str, str | None]:
    """The file and the name of an array in it, which stands behind a colon."""
    text = os.path.expanduser(os.fspath(path))
    if Path(text).exists() or ":" not in text:
        return text, None
    file, name = text.rsplit(":", 1)
    return file, name


def open_array(path: str | os.PathLike[str]) -> Any:
    """An array of a file, read in place or piece by piece where its format allows.

    Parameters
    ----------
    path
        A .npy, .npz, .safetensors, .h5 or .hdf5 file, a .zarr folder, or a .parquet, .arrow or .feather file. Of
        several arrays (or columns) in it one is named behind a colon: "model.safetensors:lm_head.weight".

    Returns
    -------
    A memory map of NumPy for .npy and .safetensors, the array of h5py or zarr, which the functions of this package
    read a block of rows at a time, and a column or table of pyarrow for the others; all that this package takes.

    Raises
    ------
    ValueError
        Where the format or the name is unknown, or a file holds several arrays and none is named.
    ImportError
        Where the library that reads the format is not installed: `pip install kullback[files]` brings them.
    """
    file, name = split(path)
    if not Path(file).exists():
        raise FileNotFoundError(f"{file}: no such file or folder")
    kind = Path(file).suffix.lower()
    reader = _READERS.get(kind)
    if reader is None:
        raise ValueError(f"{file}: files of kind {kind or '(none)'} are not read; {', '.join(_READERS)} are")
    try:
        return reader(file, name)
    except ImportError:
        raise
    except Exception as error:
        # Each library has its own errors, few of which name the file.
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        if "allow_pickle" in text:
            text = "it holds no plain array of numbers"
        raise ValueError(text if text.startswith(file) else f"{file}: {text}") from None


def _only(file: str, name: str | None, names: list[str]) -> str:
    if name is not None:
        if name not in names:
            raise ValueError(f"{file} has no array {name!r}; it has: {', '.join(names)}")
        return name
    if len(names) != 1:
        raise ValueError(f"{file} holds {len(names)} arrays: name one behind a colon, of {', '.join(names)}")
    return names[0]


def _npy(file: str, name: str | None) -> np.ndarray:
    if name is not None:
        raise ValueError(f"{file} holds one array: leave {name!r} out")
    array = np.load(file, mmap_mode="r", allow_pickle=False)
    if array.dtype.str == "|V2":
        # NumPy writes ml_dtypes' bfloat16 as two bytes of no type.
        return array.view(_bfloat16())
    return array


def _npz(file: str, name: str | None) -> np.ndarray:
    with np.load(file, allow_pickle=False) as archive:
        return archive[_only(file, name, list(archive.files))]


def _bfloat16() -> np.dtype[Any]:
    try:
        import ml_dtypes
    except ImportError:
        raise ImportError("numbers of bfloat16 need the package ml_dtypes") from None
    return np.dtype(ml_dtypes.bfloat16)


def _safetensors(file: str, name: str | None) -> np.ndarray:
    size = os.path.getsize(file)
    with open(file, "rb") as stream:
        start = stream.read(8)
        length = int.from_bytes(start, "little")
        if len(start) < 8 or length > size - 8:
            raise ValueError(f"{file} is no whole .safetensors file")
        text = stream.read(length)
    try:
        header: Any = json.loads(text.decode("utf-8"), object_pairs_hook=_without_doubles)
        header.pop("__metadata__", None)
        chosen = _only(file, name, list(header))
        entry = header[chosen]
        kind, shape, offsets = entry["dtype"], tuple(entry["shape"]), tuple(entry["data_offsets"])
        whole = len(offsets) == 2 and all(type(number) is int and number >= 0 for number in (*shape, *offsets))
    except json.JSONDecodeError:
        raise ValueError(f"{file}: the header is not JSON") from None
    except (AttributeError, KeyError, RecursionError, TypeError, UnicodeDecodeError) as error:
        raise ValueError(f"{file}: the header is not that of a .safetensors file ({type(error).__name__})") from None
    if not isinstance(kind, str) or kind not in _SAFETENSORS:
        raise ValueError(f"{file}: numbers of type {kind} are not read")
    dtype = _bfloat16() if kind == "BF16" else np.dtype(_SAFETENSORS[kind])
    begin, end = offsets if whole else (0, -1)
    if not whole or end - begin != math.prod(shape) * dtype.itemsize or 8 + length + end > size:
        raise ValueError(f"{file}: the bytes of {chosen} are not all there, or are not as many as its shape says")
    if begin == end:
        return np.empty(shape, dtype)
    return np.memmap(file, dtype, "r", 8 + length + begin, shape)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise KeyError("a name stands twice")
    return result


def _hdf5(file: str, name: str | None) -> Any:
    import h5py

    opened = h5py.File(file, "r")
    if name is not None:
        if name not in opened or not isinstance(opened[name], h5py.Dataset):
            raise ValueError(f"{file} has no array {name!r}")
        return _numbers(file, opened[name])
    names: list[str] = []
    opened.visititems(lambda key, item: names.append(key) if isinstance(item, h5py.Dataset) else None)
    return _numbers(file, opened[_only(file, None, names)])


def _numbers(file: str, array: Any) -> Any:
    if array.dtype.kind not in "biufV" or array.ndim == 0:
        raise ValueError(f"{file}: {array.name} is no array of numbers")
    return array


def _zarr(file: str, name: str | None) -> Any:
    import zarr

    opened = zarr.open(file, mode="r", path=name)
    if isinstance(opened, zarr.Array):
        return opened
    return opened[_only(file, None, [key for key, _ in opened.arrays()])]


def _parquet(file: str, name: str | None) -> Any:
    import pyarrow.parquet as pq

    table = pq.read_table(file, columns=None if name is None else [name])
    return table if name is None else table.column(name)


def _feather(file: str, name: str | None) -> Any:
    import pyarrow as pa

    with pa.memory_map(file) as source:
        try:
            table = pa.ipc.open_file(source).read_all()
        except pa.ArrowInvalid:
            source.seek(0)
            table = pa.ipc.open_stream(source).read_all()
    return table if name is None else table.column(_only(file, name, table.column_names))


_READERS = {
    ".npy": _npy,
    ".npz": _npz,
    ".safetensors": _safetensors,
    ".h5": _hdf5,
    ".hdf5": _hdf5,
    ".zarr": _zarr,
    ".parquet": _parquet,
    ".arrow": _feather,
    ".feather": _feather,
}
