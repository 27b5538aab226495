"""Writes multivariate.json: divergences of normals in several dimensions, with 60 digits, from parameters taken
as they are stored.

Normals in two dimensions are held against numerical integration as well, before anything is written.
"""

import json
import random
import sys

import mpmath as mp

mp.mp.dps = 60
generator = random.Random(20091)


def gauss():
    return generator.gauss(0, 1)


def covariance(n, spread=1.0):
    """A Aᵀ with eigenvalues of A from 1 down to `spread`, rounded to doubles and symmetric."""
    a = mp.matrix(n, n)
    for i in range(n):
        for j in range(n):
            a[i, j] = gauss()
    q, _ = mp.qr(a)
    d = mp.diag([mp.mpf(spread) ** (mp.mpf(i) / max(n - 1, 1)) * (1 + generator.random() / 2) for i in range(n)])
    b = q * d * q.T
    s = b * b.T
    return [[float(s[max(i, j), min(i, j)]) for j in range(n)] for i in range(n)]


def perturbed(matrix, size):
    n = len(matrix)
    noise = [[gauss() for _ in range(n)] for _ in range(n)]
    scale = max(abs(matrix[i][i]) for i in range(n))
    return [[matrix[i][j] + size * scale * noise[max(i, j)][min(i, j)] for j in range(n)] for i in range(n)]


def moved(values, size):
    return [v + size * (1 + abs(v)) * gauss() for v in values]


def full(parameters):
    """Mean and covariance, exactly as the doubles say."""
    mean = mp.matrix(parameters["mean"])
    n = len(mean)
    if "covariance" in parameters:
        return mean, mp.matrix(parameters["covariance"])
    if "factor" in parameters:
        factor = mp.matrix(parameters["factor"])
        return mean, factor * factor.T
    if "variances" in parameters:
        return mean, mp.diag(parameters["variances"])
    loadings = mp.matrix(parameters["loadings"])
    s = loadings * loadings.T
    for i in range(n):
        s[i, i] += mp.mpf(parameters["diagonal"][i])
    return mean, s


def trace(matrix):
    return sum(matrix[i, i] for i in range(matrix.rows))


def divergence(p, q):
    (mp_, sp), (mq, sq) = full(p), full(q)
    inverse = sq ** -1
    shift = mp_ - mq
    return (trace(inverse * sp) - len(mp_) - mp.log(mp.det(sp) / mp.det(sq)) + (shift.T * inverse * shift)[0]) / 2


def entropy(p):
    mean, s = full(p)
    return (len(mean) * (1 + mp.log(2 * mp.pi)) + mp.log(mp.det(s))) / 2


def integrated(p, q):
    """D(p‖q) in two dimensions as the integral of p log(p/q)."""
    (mean, s), (other, t) = full(p), full(q)
    factor, inverse_s, inverse_t = mp.cholesky(s), s ** -1, t ** -1
    constant = mp.log(mp.det(t) / mp.det(s)) / 2

    def integrand(u, v):
        x = factor * mp.matrix([u, v])
        y = x + mean - other
        ratio = constant - (x.T * inverse_s * x)[0] / 2 + (y.T * inverse_t * y)[0] / 2
        return mp.exp(-(u * u + v * v) / 2) / (2 * mp.pi) * ratio

    with mp.workdps(16):
        return mp.quad(integrand, [-11, 0, 11], [-11, 0, 11], maxdegree=6)


cases = []


def add(name, p, q, bound=1e-9):
    forward, reverse = divergence(p, q), divergence(q, p)
    assert forward > 0 and reverse > 0, name
    if len(p["mean"]) == 2 and forward > 1e-3:
        assert abs(integrated(p, q) / forward - 1) < 1e-10, name
    cases.append({
        "name": name, "bound": bound, "target": p, "model": q,
        "forward": float(forward), "reverse": float(reverse),
        "entropy": float(entropy(p)), "crossEntropy": float(forward + entropy(p)),
    })


for n in (1, 2, 3, 5, 8):
    mean, s = [gauss() for _ in range(n)], covariance(n, 0.2)
    add(f"unlike, {n}", {"mean": mean, "covariance": s},
        {"mean": [gauss() for _ in range(n)], "covariance": covariance(n, 0.3)})
    for size in (1e-3, 1e-6, 1e-9):
        add(f"within {size:g}, {n}", {"mean": mean, "covariance": s},
            {"mean": moved(mean, size), "covariance": perturbed(s, size)})
    add(f"same mean within 1e-6, {n}", {"mean": mean, "covariance": s},
        {"mean": mean, "covariance": perturbed(s, 1e-6)})

for spread, bound in ((1e-2, 1e-9), (1e-4, 1e-6)):  # condition numbers 1e4 and 1e8
    for size in (1, 1e-2, 1e-5):
        mean, s = [gauss() for _ in range(5)], covariance(5, spread)
        add(f"ill-conditioned {spread:g}, {size:g}", {"mean": mean, "covariance": s},
            {"mean": moved(mean, size * spread), "covariance": perturbed(s, size * spread ** 2 / 10)}, bound)

for n in (2, 4):
    for size in (0.3, 1e-6, 1e-9):
        mean, factor = [gauss() for _ in range(n)], mp.cholesky(mp.matrix(covariance(n, 0.3)))
        factor = [[float(factor[i, j]) for j in range(n)] for i in range(n)]
        near = [[x + size * gauss() if x else 0.0 for x in row] for row in factor]
        near = [[abs(x) if i == j else x for j, x in enumerate(row)] for i, row in enumerate(near)]
        add(f"factors within {size:g}, {n}", {"mean": mean, "factor": factor},
            {"mean": moved(mean, size), "factor": near})

for n in (1, 2, 6):
    for size in (1, 1e-3, 1e-6, 1e-9):
        variances = [generator.expovariate(1) + 0.01 for _ in range(n)]
        mean = [gauss() for _ in range(n)]
        near = [v * mp.exp(size * gauss()) for v in variances]
        add(f"diagonal within {size:g}, {n}", {"mean": mean, "variances": variances},
            {"mean": moved(mean, size), "variances": [float(v) for v in near]}, 1e-12)

for n, rank in ((2, 1), (6, 2), (9, 3)):
    for size in (0.5, 1e-3, 1e-6, 1e-9):
        mean = [gauss() for _ in range(n)]
        diagonal = [generator.random() + 0.1 for _ in range(n)]
        loadings = [[gauss() for _ in range(rank)] for _ in range(n)]
        near = [float(v * mp.exp(size * gauss())) for v in diagonal]
        add(f"low rank within {size:g}, {n}", {"mean": mean, "diagonal": diagonal, "loadings": loadings},
            {"mean": moved(mean, size), "diagonal": near, "loadings": [moved(row, size) for row in loadings]})

lines = ",\n".join(json.dumps(case) for case in cases)
sys.stdout.write('{"cases": [\n' + lines + "\n]}\n")
