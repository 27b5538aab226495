"""Divergences of normals with full covariances side by side: ours and the peers' from the same means and covariances.

Milliseconds of the best of several runs, and the worst relative difference from SciPy's values.
"""

import numpy as np

from partner import Refused
from timing import best

SHAPES = [(10000, 32), (200, 512)]


def normals(generator, count, n):
    roots = generator.standard_normal((count, n, n)) / np.sqrt(n)
    covariances = np.einsum("pij,pkj->pik", roots, roots) + np.eye(n)
    return generator.standard_normal((count, n)), covariances


def scipy(mp, sp, mq, sq):
    from scipy.linalg import lapack

    def run():
        values = np.empty(len(mp))
        for i in range(len(mp)):
            # The transpose of C order is Fortran's: the upper triangle is the lower one.
            lp, _ = lapack.dpotrf(sp[i].T, lower=1, clean=1)
            lq, _ = lapack.dpotrf(sq[i].T, lower=1, clean=0)
            m, _ = lapack.dtrtrs(lq, lp, lower=1)
            z, _ = lapack.dtrtrs(lq, mp[i] - mq[i], lower=1)
            volume = np.log(np.diagonal(lq)).sum() - np.log(np.diagonal(lp)).sum()
            values[i] = 0.5 * ((m * m).sum() + (z * z).sum() - len(z)) + volume
        return values

    return run


def torch(mp, sp, mq, sq, validate):
    import torch

    arrays = [torch.from_numpy(array) for array in (mp, sp, mq, sq)]

    def run():
        p, q = (torch.distributions.MultivariateNormal(m, s, validate_args=validate)
                for m, s in (arrays[:2], arrays[2:]))
        return torch.distributions.kl_divergence(p, q).numpy()

    return run


def numba(mp, sp, mq, sq):
    import numba

    @numba.njit(parallel=True)
    def compute(mp, sp, mq, sq):
        count, n = mp.shape
        values = np.empty(count)
        for pair in numba.prange(count):
            lp, lq = np.linalg.cholesky(sp[pair]), np.linalg.cholesky(sq[pair])
            m = np.linalg.solve(lq, lp)
            z = np.linalg.solve(lq, mp[pair] - mq[pair])
            total = -float(n)
            for i in range(n):
                total += z[i] * z[i] + 2 * (np.log(lq[i, i]) - np.log(lp[i, i]))
                for j in range(i + 1):
                    total += m[i, j] * m[i, j]
            values[pair] = total / 2
        return values

    return lambda: compute(mp, sp, mq, sq)


def compare(partner, threads, quick):
    generator = np.random.default_rng(5)
    print("\nKL of normals from full covariances, float64: milliseconds (worst relative difference from SciPy)\n")
    for count, n in SHAPES:
        count = count // 8 if quick else count
        mp, sp = normals(generator, count, n)
        mq, sq = normals(generator, count, n)
        exact = scipy(mp, sp, mq, sq)()
        cells = []

        def add(who, seconds, values):
            cells.append(f"{who} {1e3 * seconds:.1f} ({np.abs(values / exact - 1).max():.0e})")

        try:
            with partner.operands(mp=mp, sp=sp.reshape(-1, n), mq=mq, sq=sq.reshape(-1, n)) as names:
                partner.ask("work", "normals", "logits", threads, *names)
                partner.run()
                add("ours", min(partner.run() for _ in range(10)), partner.result())
        except Refused as reason:
            cells.append(f"ours: {reason}")
        peers = {"scipy": scipy, "torch": lambda *a: torch(*a, True), "torch without checks": lambda *a: torch(*a, False),
                 "numba": numba}
        for who, build in peers.items():
            try:
                add(who, *best(build(mp, sp, mq, sq)))
            except ImportError:
                cells.append(f"{who} not installed")
        print(f"{f'{count} pairs, {n} dimensions':28}{'   '.join(cells)}", flush=True)
