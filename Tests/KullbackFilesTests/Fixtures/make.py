"""Writes the files beside it with NumPy's and safetensors' own writers: pip install numpy safetensors ml_dtypes."""

import pathlib

import ml_dtypes
import numpy
import safetensors.numpy

HERE = pathlib.Path(__file__).parent
cube = numpy.arange(24).reshape(2, 3, 4)

arrays = {
    "cube": cube.astype(numpy.float32),
    "columns": numpy.asfortranarray(cube[0].astype(numpy.float64)),
    "labels": numpy.array([[1, 2], [3, 4]], dtype=numpy.uint8),
}
numpy.savez(HERE / "stored.npz", **arrays)
numpy.savez_compressed(HERE / "deflated.npz", **arrays)

types = {
    "F64": numpy.float64, "F32": numpy.float32, "F16": numpy.float16, "BF16": ml_dtypes.bfloat16,
    "I64": numpy.int64, "I32": numpy.int32, "I16": numpy.int16, "I8": numpy.int8,
    "U64": numpy.uint64, "U32": numpy.uint32, "U16": numpy.uint16, "U8": numpy.uint8, "BOOL": numpy.bool_,
}
names = {"F8_E4M3": ml_dtypes.float8_e4m3fn, "F8_E5M2": ml_dtypes.float8_e5m2}
row = numpy.array([[0, 1, 2, 3]])
tensors = {name: row.astype(kind) for name, kind in types.items()}
# Values of eight bits that other types hold too: the subnormal ones, the largest, and some between.
tensors |= {name: numpy.array([[0.0625, 1.75, -3.5, 448]]).astype(kind) for name, kind in names.items()}
safetensors.numpy.save_file(tensors, HERE / "types.safetensors", metadata={"from": "safetensors"})
