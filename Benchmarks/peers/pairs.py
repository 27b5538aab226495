"""All pairs side by side: ours and the peers' on the same data, in alternation, with accuracy beside speed.

A rate is 2 x targets x models x classes operations over the time of the best of several runs, whatever a peer
really does. SciPy's cdist takes minutes for the whole: it is timed on a part of the rows and scaled.
"""

import numpy as np

from partner import Refused
from timing import best

SHAPES = [(2000, 2000, 1000), (500, 500, 32768), (10000, 10000, 128)]


def probabilities(generator, rows, classes, dtype):
    logits = generator.standard_normal((rows, classes))
    masses = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (masses / masses.sum(axis=1, keepdims=True)).astype(dtype)


def numpy_forward(p, q):
    cross = np.dot(p, np.log(q).T)
    np.subtract((p * np.log(p)).sum(axis=1)[:, None], cross, out=cross)
    return cross


def torch_forward(p, q):
    import torch

    p, q = torch.from_numpy(p), torch.from_numpy(q)

    def run():
        return torch.xlogy(p, p).sum(1)[:, None] - p @ q.log().T

    return lambda: run().numpy()


def fastjsd_all(p, q):
    import fastjsd

    return lambda: fastjsd.jsd_matrix(p, q, base=np.e, squared=True)


def cdist_part(p, q):
    from scipy.spatial.distance import cdist

    rows = 40
    return lambda: cdist(p[:rows], q, "jensenshannon") ** 2, len(p) / rows


def sample_error(values, p, q, jensen, pairs):
    worst = 0.0
    for i, j in pairs:
        x, y = p[i].astype(np.longdouble), q[j].astype(np.longdouble)
        x, y = x / x.sum(), y / y.sum()
        if jensen:
            m = (x + y) / 2
            exact = ((x * np.log(x / m)).sum() + (y * np.log(y / m)).sum()) / 2
        else:
            d = np.log(x / y)
            exact = (x * (np.expm1(-d) + d)).sum()
        worst = max(worst, float(abs(values[i, j] - exact) / exact))
    return worst


def compare(partner, threads, quick):
    generator = np.random.default_rng(3)
    print("\nAll pairs, GFLOP/s counted as 2 x targets x models x classes; worst relative error of 20 pairs, four of "
          "them near-duplicates\n")
    print(f"{'work':26}{'shape':>22}{'type':>9}   rates and errors")
    for jensen in (False, True):
        for dtype in ("float32", "float64"):
            for n, m, k in SHAPES[:1] if jensen else SHAPES:
                n, m = (n // 4, m // 4) if quick else (n, m)
                p, q = (probabilities(generator, rows, k, dtype) for rows in (n, m))
                noise = 1 + 1e-3 * generator.standard_normal((4, k))
                q[:4] = (p[:4] * noise / (p[:4] * noise).sum(axis=1, keepdims=True)).astype(dtype)
                pairs = [(i, i) for i in range(4)]
                pairs += list(zip(generator.integers(4, n, 16), generator.integers(4, m, 16)))
                one(partner, threads, jensen, p, q, pairs)


def one(partner, threads, jensen, p, q, pairs):
    n, m, k = len(p), len(q), p.shape[1]
    kind = "pairwise-jensen-shannon" if jensen else "pairwise-forward-kl"
    cells = []

    def add(name, seconds, values):
        rate = 2e-9 * n * m * k / seconds
        some = [(i, j) for i, j in pairs if i < len(values)]
        cells.append(f"{name} {rate:.1f} ({sample_error(values, p, q, jensen, some):.0e})")

    try:
        with partner.operands(a=p, b=q) as names:
            partner.ask("work", kind, "probabilities", threads, *names)
            partner.run()
            least = min(partner.run() for _ in range(5))
            add("ours", least, partner.result(p.dtype).reshape(n, m))
    except Refused as reason:
        cells.append(f"ours: {reason}")
    peers = {"fastjsd": fastjsd_all, "scipy": cdist_part} if jensen else {
        "numpy": lambda p, q: lambda: numpy_forward(p, q), "torch": torch_forward}
    for name, build in peers.items():
        try:
            made = build(p, q)
            run, scale = made if isinstance(made, tuple) else (made, 1.0)
            least, values = best(run, seconds=2)
            add(name, least * scale, values)
        except ImportError:
            cells.append(f"{name} not installed")
    title = "Jensen-Shannon" if jensen else "forward KL, probabilities"
    print(f"{title:26}{f'{n} x {m} x {k}':>22}{p.dtype.name:>9}   {'   '.join(cells)}", flush=True)
