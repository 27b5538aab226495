"""Divergences and entropies of parametric families whose parameters are anywhere within the range of numbers.

The textbooks' closed forms, with so many digits that nothing which cancels is missed: parameters go from the smallest
denormal number to the largest finite one. Where the formulas themselves are in question `make_families.py` integrates.
"""

import json
import random
import sys

from mpmath import digamma, euler, exp, inf, log, loggamma, mp, mpf, pi

mp.dps = 750
MAGNITUDES = [5e-324, 1e-310, 2.2250738585072014e-308, 1e-300, 1e-200, 1e-100, 1e-20, 1e-5, 0.3, 1.0, 2.5, 40.0, 1e5, 1e20,
              1e100, 1e200, 1e300, 1.7976931348623157e308]
choose = random.Random(11)


def positive():
    x = choose.choice(MAGNITUDES)
    return x if choose.random() < 0.7 or x > 1e308 else x * choose.choice([1 + 1e-9, 1.5, 1.7])


def real():
    return choose.choice([0.0, 1, -1]) * positive()


def probability():
    p = choose.choice([5e-324, 1e-310, 1e-300, 1e-100, 1e-17, 1e-5, 0.25, 0.5])
    return choose.choice([p, p, 1 - p])


def near(x):
    """The same, or a number beside it, or one of anywhere."""
    return x * choose.choice([1, 1 + 2**-40, 1 - 1e-3]) if choose.random() < 0.3 else None


def rho(x):
    return x - 1 - log(x)


def gamma(p, q):
    (a, b), (c, d) = p, q
    divergence = (a - c) * digamma(a) - loggamma(a) + loggamma(c) + c * log(b / d) + a * (d - b) / b
    return divergence, a - log(b) + loggamma(a) + (1 - a) * digamma(a)


def inverse_gamma(p, q):
    a, b = p
    return gamma(p, q)[0], a + log(b) + loggamma(a) - (1 + a) * digamma(a)


def dirichlet(p, q):
    a, b = sum(p), sum(q)
    divergence = loggamma(a) - loggamma(b) + sum(
        loggamma(y) - loggamma(x) + (x - y) * (digamma(x) - digamma(a)) for x, y in zip(p, q))
    entropy = sum(loggamma(x) for x in p) - loggamma(a) + (a - len(p)) * digamma(a) - sum(
        (x - 1) * digamma(x) for x in p)
    return divergence, entropy


def bernoulli(p, q):
    (p,), (q,) = p, q
    term = lambda x, y: mpf(0) if x == 0 else inf if y == 0 else x * log(x / y)
    surprise = lambda x: mpf(0) if x == 0 else -x * log(x)
    return term(p, q) + term(1 - p, 1 - q), surprise(p) + surprise(1 - p)


def geometric(p, q):
    divergence, entropy = bernoulli(p, q)
    return divergence / p[0], entropy / p[0]


def binomial(p, q):
    n, r = p
    if r in (0, 1):
        entropy = mpf(0)
    else:
        rare = min(r, 1 - r)
        entropy = mpf(0)
        for k in range(int(min(n, 60 + 10 * n * rare)) + 1):
            l = loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1) + k * log(rare) + (n - k) * log(1 - rare)
            entropy -= exp(l) * l
    return mpf(0) if n == 0 else n * bernoulli(p[1:], q[1:])[0], entropy


def poisson(p, q):
    (a,), (b,) = p, q
    divergence = b if a == 0 else inf if b == 0 else b - a + a * log(a / b)
    if a <= 2000:
        entropy = -sum(exp(l) * l for l in (k * log(a) - a - loggamma(k + 1) for k in range(int(60 + a + 20 * mp.sqrt(a)))))
    else:
        # The series of make_families' sums, whose first term left out is below 1e-12.
        entropy = log(2 * pi * a) / 2 + mpf(1) / 2 - 1 / (12 * a) - 1 / (24 * a**2) - 19 / (360 * a**3) - 9 / (80 * a**4)
    return divergence, entropy


def normal(p, q):
    (m, s), (n, t) = p, q
    return log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - mpf(1) / 2, log(2 * pi * mp.e * s**2) / 2


def log_normal(p, q):
    divergence, entropy = normal(p, q)
    return divergence, entropy + p[0]


def laplace(p, q):
    (m, s), (n, t) = p, q
    d = abs(m - n)
    return log(t / s) + (s * exp(-d / s) + d) / t - 1, 1 + log(2 * s)


def extreme_value(ratio, d):
    # exp of a number without end is infinite for our purposes.
    t = loggamma(1 + ratio) + d
    if t > 1000:
        return inf, 0
    size = exp(t)
    divergence = -log(ratio) + euler * (ratio - 1) - d + size - 1
    # What the rounding of both parts of t makes of its exponential.
    return divergence, float(min(1, 4e-16 * (abs(loggamma(1 + ratio)) + abs(d)) * size / divergence)) if divergence else 0


def gumbel(p, q):
    divergence, error = extreme_value(p[1] / q[1], (q[0] - p[0]) / q[1])
    return divergence, log(p[1]) + euler + 1, error


def weibull(p, q):
    (k, l), (c, d) = p, q
    divergence, error = extreme_value(c / k, c * log(l / d))
    return divergence, euler * (1 - 1 / k) + log(l / k) + 1, error


def pareto(p, q):
    (m, a), (n, b) = p, q
    return inf if m < n else log(a / b) + b * log(m / n) + b / a - 1, log(m / a) + 1 + 1 / a


def uniform(p, q):
    inside = q[0] <= p[0] and p[1] <= q[1]
    return log((q[1] - q[0]) / (p[1] - p[0])) if inside else inf, log(p[1] - p[0])


def log_bessel(k):
    """log I0(k) and I1(k)/I0(k)."""
    if k < 3000:
        zero, one, term, n = mpf(1), mpf(1), mpf(1), 1
        other = mpf(1)
        while True:
            term *= k**2 / 4 / n**2
            other *= k**2 / 4 / (n * (n + 1))
            zero, one = zero + term, one + other
            n += 1
            if term < zero * mpf(10) ** -760 and term < mpf(10) ** -1500:
                return log(zero), k / 2 * one / zero
    sums = []
    for order in (0, 4):
        term, total, n = mpf(1), mpf(1), 1
        while abs(term) > mpf(10) ** -760:
            term *= -(order - (2 * n - 1) ** 2) / (8 * n * k)
            total += term
            n += 1
        sums.append(total)
    return k - log(2 * pi * k) / 2 + log(sums[0]), sums[1] / sums[0]


def von_mises(p, q):
    (m, a), (n, b) = p, q
    (first, ratio), (second, _) = log_bessel(a), log_bessel(b)
    return second - first + a * ratio - b * ratio * mp.cos(m - n), log(2 * pi) + first - a * ratio


def exponential(p, q):
    return rho(q[0] / p[0]), 1 - log(p[0])


def categorical(p, q):
    p, q = [x / sum(p) for x in p], [x / sum(q) for x in q]
    divergence = sum(mpf(0) if x == 0 else inf if y == 0 else x * log(x / y) for x, y in zip(p, q))
    return divergence, -sum(x * log(x) for x in p if x > 0)


def trials():
    return choose.choice([0.0, 1.0, 7.0, 300.0, 1e6, 2.0**53])


def binomial_pair():
    n = trials()
    while True:
        p, q = probability(), probability()
        if n * min(p, 1 - p) < 50:
            return [n, p], [n, q]


def simplex():
    small = [choose.choice([0.0, 5e-324, 1e-310, 1e-200, 1e-20, 1e-5, 0.2]) for _ in range(2)]
    return [*small, 1 - sum(small)]


def interval():
    while True:
        ends = sorted([real(), real()])
        if ends[0] < ends[1] and ends[1] - ends[0] < 1.7e308:
            return ends


def pairs_of(*parameters):
    def pair():
        p = [parameter() for parameter in parameters]
        return p, [near(x) or parameter() for x, parameter in zip(p, parameters)]

    return pair


def uniform_pair():
    p = interval()
    return p, choose.choice([[2 * p[0] if p[0] < 0 else p[0] / 2, p[1]], [p[0], p[1]], interval()])


FAMILIES = {
    "bernoulli": (bernoulli, pairs_of(probability)), "beta": (dirichlet, pairs_of(positive, positive)),
    "binomial": (binomial, binomial_pair), "categorical": (categorical, lambda: (simplex(), simplex())),
    "dirichlet": (dirichlet, pairs_of(positive, positive, positive)), "exponential": (exponential, pairs_of(positive)),
    "gamma": (gamma, pairs_of(positive, positive)), "geometric": (geometric, pairs_of(probability)),
    "gumbel": (gumbel, pairs_of(real, positive)), "inverse-gamma": (inverse_gamma, pairs_of(positive, positive)),
    "laplace": (laplace, pairs_of(real, positive)), "log-normal": (log_normal, pairs_of(real, positive)),
    "normal": (normal, pairs_of(real, positive)), "pareto": (pareto, pairs_of(positive, positive)),
    "poisson": (poisson, pairs_of(positive)), "uniform": (uniform, uniform_pair),
    "von-mises": (von_mises, pairs_of(real, positive)), "weibull": (weibull, pairs_of(positive, positive)),
}


def is_valid(name, row):
    if not all(abs(x) <= sys.float_info.max for x in [*row, sum(row)]):
        return False
    return {"bernoulli": row[0] <= 1, "geometric": 0 < row[0] <= 1, "uniform": row[0] < row[-1]}.get(name, True)


def number(x):
    """The nearest double's text, or a word."""
    x = mpf(x)
    return "inf" if x >= mpf(2) ** 1024 else "-inf" if x <= -mpf(2) ** 1024 else mp.nstr(x, 25)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    cases = []
    for name, (formula, pair) in FAMILIES.items():
        seen = set()
        while len(seen) < count:
            p, q = pair()
            key = str((p, q))
            if key in seen or p == q or not (is_valid(name, p) and is_valid(name, q)):
                continue
            seen.add(key)
            divergence, entropy, *error = formula([mpf(x) for x in p], [mpf(x) for x in q])
            case = dict(family=name, target=p, model=q, divergence=number(divergence), entropy=number(entropy))
            if error and error[0] > 1e-12:
                case["tolerance"] = error[0]
            cases.append(case)
    print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")


main()
