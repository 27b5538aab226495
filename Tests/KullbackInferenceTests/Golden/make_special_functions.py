"""Writes special_functions.json: values of the functions under the closed forms, by mpmath.

    make golden

Each entry holds a function's name, its arguments (exact doubles) and its value to 25 digits, computed
from the definition with 120 digits, so that what cancels leaves enough of them.
"""

import json
import math

from mpmath import mp, mpf, besseli, digamma, exp, log, loggamma, psi

mp.dps = 120
cases = []


def put(name, arguments, value):
    cases.append({"f": name, "x": arguments, "y": mp.nstr(value, 25, min_fixed=0, max_fixed=0)})


def near(x, relative):
    """x moved by about a relative amount, to an exact double other than x."""
    moved = x * (1 + relative)
    return moved if moved != x else math.nextafter(x, math.inf)


STEPS = [1e-12, -1e-9, 1e-6, -1e-3, 0.029, 0.031, 0.1, -0.3, 0.49, 0.51, 0.99, 1.01]

for u in [s * m for m in (1, -1) for s in [1e-40, 1e-20] + STEPS] + [-0.9, 2.0, 10.0, 1e6, 1e300]:
    if -1 < u:
        put("logExcess", [u], mpf(u) - mp.log1p(mpf(u)))
for t in [s * m for m in (1, -1) for s in [1e-40, 1e-20] + STEPS] + [-3.0, 5.0, -100.0, 100.0, -1e6]:
    put("expExcess", [t], mp.expm1(mpf(t)) - mpf(t))

RATIOS = [(y, near(y, s)) for y in (1e-3, 1.0, 1e6) for s in STEPS]
RATIOS += [(1e-200, 1e200), (1e200, 1e-200), (1e-310, 3.0), (0.1, 0.3), (5.0, 2.0), (1.0, 2.0)]
for x, y in RATIOS:
    r = mpf(x) / mpf(y)
    put("ratioExcess", [x, y], r - 1 - log(r))
    put("logRatio", [x, y], log(r))
PRODUCTS = [(1e6, 2.0, near(1e6, 1e-6), near(2.0, -1e-6)), (0.1, 0.3, near(0.1, 1e-9), near(0.3, -1.1e-9)),
            (1e200, 1e200, near(1e200, 1e-3), 1e200), (1e-200, 1e-200, 1e-200, near(1e-200, 1e-3)),
            (3.0, 5.0, 7.0, 0.01), (1e-160, 1e-160, 1e160, 1e160), (0.7, 1.1, 0.9, 1.3)]
for a, b, c, d in PRODUCTS:
    r = mpf(a) * mpf(b) / (mpf(c) * mpf(d))
    put("productsExcess", [a, b, c, d], r - 1 - log(r))

GRID = [1e-300, 1e-10, 1e-3, 0.1, 0.4999, 0.5, 0.75, 1 - 1e-9, 1 + 1e-9, 1.25, 1.499, 1.5, 1.501, 1.75,
        2 - 1e-9, 2 + 1e-9, 2.5, 2.999, 3.0, 3.001, 4.7, 9.999, 10.0, 10.001, 33.3, 1e3, 1e6, 1e10, 1e300]
for x in GRID:
    m = mpf(x)
    put("logGamma", [x], loggamma(m))
    put("digamma", [x], digamma(m))
    if x < 1e15:
        put("standardGammaEntropy", [x], m + loggamma(m) + (1 - m) * digamma(m))
    if x >= 10:
        put("stirlingRemainder", [x], loggamma(m) - (m - 0.5) * log(m) + m - log(2 * mp.pi) / 2
            if x < 1e60 else 1 / (12 * m))
        put("stirlingRemainderSlope", [x], digamma(m) - log(m) + 1 / (2 * m)
            if x < 1e50 else -1 / (12 * m * m))

SHAPES = [1e-10, 1e-3, 0.1, 0.9, 1.0, 2.5, 6.1, 9.99, 10.01, 35.0, 1e3, 1e6, 1e10]
PAIRS = [(a, near(a, s)) for a in SHAPES for s in (1e-12, -1e-9, 1e-6, -1e-3, 0.1, -0.45, 0.9)]
PAIRS += [(a, b) for a in SHAPES for b in SHAPES if not 0.4 < a / b < 2.5]
for a, b in PAIRS:
    x, y = mpf(a), mpf(b)
    excess = loggamma(y) - loggamma(x) - (y - x) * digamma(x)
    put("logGammaExcess", [a, b], excess)
    put("shapeExcess", [a, b], excess - y * (x / y - 1 - log(x / y)))

def shape_functions(x):
    """T(x) = log Gamma(x) - x log x + x, L(x) = -T'(x) and s(x) = x^2 T''(x)."""
    return loggamma(x) - x * log(x) + x, log(x) - digamma(x), x * x * psi(1, x) - x


mp.dps = 260
PLACES = [1e-300, 1e-100, 1e-10, 1e-3, 0.3, 1.0, 3.7, 9.0, 9.99, 10.0, 12.5, 300.0, 1e6, 1e20, 1e40]
for x in PLACES:
    _, slope, curvature = shape_functions(mpf(x))
    put("scaledLogLessDigamma", [x], x * slope)
    put("shapeCurvature", [x], curvature)
    for h in [1e-300, 1e-100, 1e-20, 1e-9, 1e-3, 0.12, 0.13, 1.0, 8.0, 1e3, 1e12, 1e60]:
        if x / h < 1e60 and 1e-250 < h / x:
            here, there = shape_functions(mpf(x)), shape_functions(mpf(x) + mpf(h))
            put("shapeFall", [x, h], here[0] - there[0])
            put("scaledSlopeFall", [x, h], x * (here[1] - there[1]))
            # Held to what it is a part of.
            put("shapeCurvatureFall", [x, h], (here[2] - there[2]) * (mpf(x) + mpf(h)) / h)

mp.dps = 60
KAPPAS = [1e-10, 1e-3, 0.1, 0.5, 0.99, 1.01, 2.0, 5.0, 12.0, 29.9, 30.1, 64.0, 300.0, 1e4, 1e5, 1e10]


def bessel(m):
    """log(e^(-k) I0(k)) and I1/I0: by functions of their own, beyond 1e5 by Hankel's series."""
    if m <= 1.01e5:
        i0, i1 = besseli(0, m), besseli(1, m)
        return log(i0) - m, i1 / i0
    def series(nu):
        total, term = mpf(1), mpf(1)
        for k in range(1, 60):
            term *= -(4 * nu * nu - (2 * k - 1) ** 2) / (8 * m * k)
            total += term
        return total
    return log(series(0)) - log(2 * mp.pi * m) / 2, series(1) / series(0)


for k in KAPPAS:
    m = mpf(k)
    scaled, ratio = bessel(m)
    put("logScaledBesselI0", [k], scaled)
    put("besselRatioComplement", [k], 1 - ratio)
    put("besselRatio", [k], ratio)
    put("besselRatioSlope", [k], 1 - ratio / m - ratio**2)
PAIRS = [(a, near(a, s)) for a in KAPPAS for s in (1e-12, -1e-9, 1e-6, -1e-3, 0.1, -0.45, 0.9)]
PAIRS += [(a, b) for a in KAPPAS for b in KAPPAS if not 0.4 < a / b < 2.5]
for a, b in PAIRS:
    x, y = mpf(a), mpf(b)
    (fa, ratio), (fb, _) = bessel(x), bessel(y)
    put("logBesselExcess", [a, b], fb - fa + (y - x) * (1 - ratio))

print('{"cases": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]}")
