"""Divergences of Dirichlet distributions whose concentrations lie anywhere within 1e-300...1e300, each on its own.

The textbook's closed form with as many digits as its terms cancel: as many as the concentrations are long, and more.
Models are anywhere, near the targets, near a multiple of them, or each concentration one of these.
"""

import json
import math
import random

from mpmath import digamma, loggamma, mp, mpf

choose = random.Random(5)


def bounded(x):
    return max(1e-300, min(x, 1e300))


def near(x, least, most):
    return bounded(x * (1 + choose.choice([-1, 0, 1]) * 0.9 * 10 ** choose.uniform(least, most)))


def pair():
    count = choose.choice([2, 2, 3, 3, 5])
    span = choose.choice([0.5, 3, 20, 100, 300])

    def anywhere():
        return 10 ** choose.uniform(-span, span)

    target = [anywhere() for _ in range(count)]
    kind, factor = choose.choice(["anywhere", "near", "multiple", "mixed", "mixed"]), anywhere()
    if kind == "anywhere":
        return target, [anywhere() for _ in target]
    if kind == "near":
        return target, [near(x, -16, 0) for x in target]
    if kind == "multiple":
        return target, [near(bounded(x * factor), -16, -3) for x in target]
    return target, [choose.choice([x, near(x, -15, 0), anywhere()]) for x in target]


def divergence(target, model):
    most, least = max(target + model + [1]), min(target + model + [1])
    mp.dps = int(70 + math.log10(most) - 2 * math.log10(least))
    p, q = [mpf(x) for x in target], [mpf(x) for x in model]
    a, b = sum(p), sum(q)
    return loggamma(a) - loggamma(b) + sum(
        loggamma(y) - loggamma(x) + (x - y) * (digamma(x) - digamma(a)) for x, y in zip(p, q))


def number(x):
    return "inf" if x >= mpf(2) ** 1024 else mp.nstr(x, 20)


# One component outweighs the others on both sides, and one of these moves.
pairs = [([1e-100, 1e-100, 1e20], [0.51, 1e-100, 1e200]), ([1e-100, 1e20], [1e-100, 1e200]),
         ([1e-300, 1e300], [1e-300, 1e-5]), ([1.0, 1e300], [1.0, 3e299])]
while len(pairs) < 500:
    p, q = pair()
    if p != q:
        pairs.append((p, q))
cases = [dict(target=p, model=q, divergence=number(divergence(p, q))) for p, q in pairs]
print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")
