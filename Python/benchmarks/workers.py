"""One Dask worker against two, a thread each, on files that they read themselves: the ratio of their times, and the bits.

Run after `make python-test`: .build-python/test/bin/python Python/benchmarks/workers.py [--shape 8192x16384]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from dask.distributed import Client, LocalCluster

import kullback
import kullback.dask as kd


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", default="8192x16384")
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    rows, classes = map(int, options.shape.split("x"))
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        p, q = Path(folder) / "p.npy", Path(folder) / "q.npy"
        for path in (p, q):
            np.save(path, rng.standard_normal((rows, classes), dtype=np.float32))
        want = kullback.evaluate(kullback.open(p), kullback.open(q))
        times: dict[int, float] = {}
        for count in (1, 2):
            with (
                LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None, local_directory=folder) as c,
                Client(c),
            ):
                least = float("inf")
                for _ in range(options.turns):
                    start = time.perf_counter()
                    found = kd.evaluate(kd.open(p, rows // 32), kd.open(q, rows // 32))
                    values = found["forward-kl"].compute()
                    least = min(least, time.perf_counter() - start)
                times[count] = least
                assert np.array_equal(values, want["forward-kl"]), "the bits differ"
        size = 2 * rows * classes * 4
        for count, seconds in times.items():
            print(f"{count} worker{'s' if count > 1 else ''}: {seconds:.2f} s, {size / seconds / 1e9:.1f} GB/s")
        print(f"two over one: {times[1] / times[2]:.2f} x, the same bits")


if __name__ == "__main__":
    main()
