"""The other side: `kullback-benchmarks serve`, asked one line at a time."""

import contextlib
import os
import pathlib
import subprocess
import tempfile

import numpy as np


class Refused(Exception):
    """The partner cannot do what it was asked for."""


class Partner:
    def __init__(self, path):
        self.process = subprocess.Popen(
            [path, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        # Memory where there is a file system for it: the files are as large as the matrices.
        shared = pathlib.Path("/dev/shm")
        self.folder = tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().rstrip("\n")
        if not answer or answer.startswith("error"):
            raise Refused(answer[6:] or "the partner ended")
        return answer

    def load(self, name, array):
        array = np.ascontiguousarray(array)
        kind = {"float32": "f32", "float64": "f64", "int64": "i64"}[array.dtype.name]
        rows = array.shape[0]
        columns = array.shape[1] if array.ndim == 2 else 1
        file = os.path.join(self.folder.name, name)
        array.tofile(file)
        try:
            self.ask("load", name, file, kind, rows, columns)
        finally:
            os.remove(file)

    @contextlib.contextmanager
    def operands(self, **arrays):
        """Loads arrays under their names, which go with the block's end."""
        try:
            for name, array in arrays.items():
                self.load(name, array)
            yield list(arrays)
        finally:
            for name in arrays:
                # What could not be loaded cannot be dropped.
                with contextlib.suppress(Refused):
                    self.ask("drop", name)

    def run(self):
        return float(self.ask("run"))

    def result(self, dtype=np.float64):
        file = os.path.join(self.folder.name, "result")
        self.ask("save", file)
        try:
            return np.fromfile(file, dtype=dtype)
        finally:
            os.remove(file)

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.folder.cleanup()
