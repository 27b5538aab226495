"""Tensors of other libraries as NumPy views, by DLPack, bfloat16 included."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np


class _Tensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("offset", ctypes.c_uint64),
    ]


_get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_get_pointer.restype = ctypes.c_void_p
_get_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]

_IN_MAIN_MEMORY = 1
_BFLOAT16 = (4, 16, 1)


def view(tensor: Any) -> tuple[np.ndarray, str]:
    """A view of a tensor in main memory, and the name of its element type.

    NumPy has no bfloat16: its numbers come as uint16 and are called "bfloat16".
    """
    if getattr(tensor, "requires_grad", False):
        raise ValueError(
            "the tensor requires gradients: pass tensor.detach(), or use kullback.torch, which passes them on"
        )
    if hasattr(tensor, "is_neg") and tensor.is_neg():
        # PyTorch's views with a minus to come are exported without it.
        tensor = tensor.resolve_neg()
    try:
        device = tensor.__dlpack_device__()[0]
    except (BufferError, RuntimeError, NotImplementedError, TypeError) as error:
        raise ValueError(f"the array cannot be read as plain numbers in main memory: {error}") from None
    if device != _IN_MAIN_MEMORY:
        raise ValueError(
            "the array is on another device: move it to main memory first, by .cpu() in PyTorch or jax.device_get"
        )
    try:
        result = np.from_dlpack(tensor)
        return result, result.dtype.name
    except (BufferError, TypeError, RuntimeError) as error:
        refusal = error
    return _bfloat16(tensor, refusal), "bfloat16"


def _bfloat16(tensor: Any, refusal: Exception) -> np.ndarray:
    try:
        capsule = tensor.__dlpack__()
    except (BufferError, RuntimeError, NotImplementedError, TypeError) as error:
        raise ValueError(f"the array cannot be read as plain numbers in main memory: {error}") from None
    described = _Tensor.from_address(_get_pointer(capsule, b"dltensor"))
    if (described.code, described.bits, described.lanes) != _BFLOAT16:
        raise ValueError(f"elements of this type cannot be read: {refusal}") from None
    shape = tuple(described.shape[axis] for axis in range(described.ndim))
    count = 1
    strides: tuple[int, ...] | None = None
    if 0 in shape:
        return np.empty(shape, np.uint16)
    if described.strides:
        strides = tuple(2 * described.strides[axis] for axis in range(described.ndim))
        count += sum((size - 1) * stride // 2 for size, stride in zip(shape, strides))
    else:
        count = int(np.prod(shape))
    buffer = (ctypes.c_uint16 * count).from_address(described.data + described.offset)
    # The capsule owns the tensor's memory: it has to live as long as the view does.
    buffer._capsule = capsule  # type: ignore[attr-defined]
    memory: Any = buffer
    return np.ndarray(shape, np.uint16, memory, 0, strides)
