"""Divergences of binomial distributions of different numbers of trials: the sum over all outcomes that have mass.

Of many trials those within 25 standard deviations of the target's mean.
"""

import json
import random

from mpmath import inf, log, loggamma, mp, mpf

mp.dps = 40
choose = random.Random(7)


def log_mass(n, p, k):
    return loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1) + k * log(p) + (n - k) * mp.log1p(-p)


def divergence(n, p, m, q):
    p, q = mpf(p), mpf(q)
    mean, deviation = n * p, mp.sqrt(n * p * (1 - p))
    first, last = max(0, int(mean - 25 * deviation) - 60), min(n, int(mean + 25 * deviation) + 60)
    total = mpf(0)
    for k in range(first, last + 1):
        l = log_mass(n, p, k)
        total += mp.exp(l) * (l - log_mass(m, q, k))
    return total


def pair():
    n = choose.choice([1, 2, 7, 30, 400, 10**4, 10**6])
    m = n + choose.choice([1, 2, n, 9 * n])
    p = choose.choice([1e-300, 1e-9, 1e-3, 0.1, 0.5, 0.7, 0.999])
    q = choose.choice([p, n * p / m, n * p / m * (1 + 1e-4), 0.3, 1e-5])
    return n, p, m, q


seen = set()
while len(seen) < 80:
    seen.add(pair())
print("[\n" + ",\n".join(
    json.dumps(dict(target=[n, p], model=[m, q], divergence=mp.nstr(divergence(n, p, m, q), 20)))
    for n, p, m, q in sorted(seen)) + "\n]")
