"""How close everyone comes where the two rows are nearly equal, against long double."""

import numpy as np

import works
from partner import Refused


def reference(a, b):
    """D(p || q) as a sum of terms that are not negative: nothing cancels."""
    a, b = a.astype(np.longdouble), b.astype(np.longdouble)

    def log_softmax(x):
        x = x - x.max(-1, keepdims=True)
        return x - np.log(np.exp(x).sum(-1, keepdims=True))

    p = log_softmax(a)
    difference = p - log_softmax(b)
    return (np.exp(p) * (difference + np.expm1(-difference))).sum(-1)


def first(result):
    """The per-row values, of whatever a peer returned."""
    result = result[0] if isinstance(result, (tuple, list)) else result
    return np.asarray(result, dtype=np.float64)


def compare(partner, threads):
    work = works.Work("forward KL, rows alike", "forward-kl", "logits", 1000, 1000)
    generator = np.random.default_rng(2)
    a = generator.standard_normal((work.rows, work.classes), dtype=np.float32) * 3
    b = a + np.float32(1e-5) * generator.standard_normal(a.shape, dtype=np.float32)
    exact = reference(a, b)
    results = {}
    try:
        partner.load("a", a)
        partner.load("b", b)
        partner.ask("work", work.kind, work.form, threads, "a", "b")
        partner.run()
        results["kullback"] = partner.result()
    except Refused as reason:
        print(f"kullback: {reason}")
    for name in ("torch", "jax", "numba", "scipy"):
        try:
            run = works.peers[name](work, [a, b])
            results[name] = first(run())
        except ImportError:
            continue
    print(f"\nAccuracy, f32 logits, {work.rows} x {work.classes}, rows that differ in the fifth digit")
    print(f"true KL: {float(exact.min()):.2e} to {float(exact.max()):.2e}, by long double\n")
    print(f"{'':14}{'worst relative error':>22}{'below zero':>14}")
    summary = {}
    for name, values in results.items():
        error = float(np.max(np.abs(values - exact) / exact))
        negative = float(np.mean(values < 0))
        summary[name] = {"relative_error": error, "negative": negative}
        print(f"{name:14}{error:>22.1e}{negative:>13.0%}")
    return summary
