"""Forward KL of logits by this package and by others: rates, the package's own overhead, and errors, in one run.

Run by `make python-benchmark`. What is not installed is left out.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import kullback
from kullback import _abi
from kullback._arrays import Rows


def least(turns: int, works: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """The least time of each, in turns, so that all meet the same weather."""
    times = dict.fromkeys(works, float("inf"))
    for _ in range(turns):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            times[name] = min(times[name], time.perf_counter() - start)
    return times


def works(p: np.ndarray, q: np.ndarray, threads: int | None) -> dict[str, Callable[[], Any]]:
    rows = len(p)
    first, second = Rows(p), Rows(q)
    values, status = np.empty(rows), np.zeros(rows, np.uint8)

    def library() -> np.ndarray:
        _abi.call(
            _abi.EVALUATE, first.set(), second.set(), b"forward-kl", values, rows, rows, status, threads=threads, work=0
        )
        return values

    found: dict[str, Callable[[], Any]] = {
        "the C call alone": library,
        "kullback": lambda: kullback.forward_kl(p, q, threads=threads),
    }
    try:
        import torch

        torch.set_num_threads(threads or torch.get_num_threads())
        a, b = torch.from_numpy(p), torch.from_numpy(q)
        found["kullback, tensors"] = lambda: kullback.forward_kl(a, b, threads=threads)

        def eager() -> np.ndarray:
            x, y = torch.log_softmax(a, -1), torch.log_softmax(b, -1)
            return torch.nn.functional.kl_div(y, x, reduction="none", log_target=True).sum(-1).numpy()

        found["torch"] = eager
    except ImportError:
        pass
    try:
        import jax
        import jax.numpy as jnp

        @jax.jit
        def compiled(a: Any, b: Any) -> Any:
            x, y = jax.nn.log_softmax(a), jax.nn.log_softmax(b)
            return (jnp.exp(x) * (x - y)).sum(-1)

        c, d = jnp.asarray(p), jnp.asarray(q)
        found["jax"] = lambda: np.asarray(compiled(c, d).block_until_ready())
    except ImportError:
        pass
    try:
        from scipy.special import rel_entr
        from scipy.special import softmax

        found["scipy"] = lambda: rel_entr(softmax(p, -1), softmax(q, -1)).sum(-1)
    except ImportError:
        pass
    return found


def exact(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    def log_softmax(x: np.ndarray) -> np.ndarray:
        x = x.astype(np.longdouble)
        x -= x.max(-1, keepdims=True)
        return x - np.log(np.exp(x).sum(-1, keepdims=True))

    a, b = log_softmax(p), log_softmax(q)
    # Σ p (q / p − 1) is 0: added, what is left of each term is small and has one sign.
    difference = a - b
    return (np.exp(a) * (np.expm1(-difference) + difference)).sum(-1).astype(float)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", default="2048x32768")
    parser.add_argument("--turns", type=int, default=7)
    options = parser.parse_args()
    rows, classes = map(int, options.shape.split("x"))
    rng = np.random.default_rng(0)
    p = (3 * rng.standard_normal((rows, classes), dtype=np.float32)).astype(np.float32)
    q = p + np.float32(0.1) * rng.standard_normal(p.shape, dtype=np.float32)
    near = p[:64] * np.float32(1 + 1e-5)
    want, close = exact(p[:64], q[:64]), exact(p[:64], near)
    for threads in (1, None):
        print(f"\nforward KL, float32 logits {rows} x {classes}, {'1 thread' if threads else 'all threads'}")
        print(f"{'':<20} {'GB/s':>7} {'time':>7} {'error':>9} {'error, rows nearly equal':>25}")
        times = least(options.turns, works(p, q, threads))
        small, nearly = works(p[:64], q[:64], threads), works(p[:64], near, threads)
        for name, seconds in times.items():
            error = np.abs(small[name]() / want - 1).max()
            noise = np.abs(nearly[name]() / close - 1).max()
            share = seconds / times["the C call alone"]
            print(f"{name:<20} {(p.nbytes + q.nbytes) / seconds / 1e9:>7.2f} {share:>7.3f} {error:>9.1e} {noise:>25.1e}")
    for size in ((1, 1000), (1000, 10)):
        a, b = p[: size[0], : size[1]].copy(), q[: size[0], : size[1]].copy()
        turns = {name: (lambda work=work: [work() for _ in range(200)]) for name, work in works(a, b, 1).items()}
        print(f"\n{size[0]} x {size[1]}, microseconds a call")
        for name, seconds in least(options.turns, turns).items():
            print(f"{name:<20} {seconds / 200 * 1e6:>7.1f}")


if __name__ == "__main__":
    main()
