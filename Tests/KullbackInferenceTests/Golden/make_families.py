"""Divergences, entropies and cross entropies of parametric families by numerical integration and summation.

No closed form of a divergence is used: D(p‖q) is the integral of p (exp d - 1 - d), d = log q - log p, whose integrand is
nowhere negative, over intervals that grow away from the mode; distributions of positive numbers are integrated over log x.
Dirichlet distributions are broken into beta distributions (stick breaking and the chain rule), Wishart distributions into
the chi-squared distributions of Bartlett's decomposition.
"""

import json

from mpmath import besseli, det, exp, expm1, inverse, log, loggamma, matrix, mp, mpf, pi, quad

mp.dps = 50
CUT = 150  # what is exp(-150) of the peak adds nothing


def logexcess(d):
    """exp d - 1 - d."""
    if abs(d) < mpf("1e-3"):
        total, term, n = mpf(0), d * d / 2, 2
        while abs(term) > mpf(10) ** -70:
            total += term
            n += 1
            term *= d / n
        return total
    return expm1(d) - d


def points(f, mode, scale, lower=None, upper=None, cut=CUT):
    """Ends of intervals that grow from the mode until f falls by the cut, f a log density."""
    peak = f(mode)
    ends = [mode]
    for sign, limit in ((-1, lower), (1, upper)):
        width, x = mpf(scale) / 2, mode
        while True:
            x = x + sign * width
            width *= mpf(3) / 2
            if limit is not None and sign * (x - limit) >= 0:
                ends.append(limit)
                break
            ends.append(x)
            if f(x) < peak - cut:
                break
    return sorted(set(ends))


def integrate(f, ends):
    return quad(f, ends, method="gauss-legendre")


# A density: log p in the variable of integration t, a function log of x's Jacobian (log dx/dt), the mode in t, a scale, limits.
def normal(m, s):
    return dict(lp=lambda t: -((t - m) / s) ** 2 / 2 - log(s) - log(2 * pi) / 2, mode=m, scale=s)


def lognormal(m, s):
    return dict(normal(m, s), jacobian=lambda t: t)


def gamma_log(a, b):
    # of t = log x
    return dict(lp=lambda t: a * t - b * exp(t) + a * log(b) - loggamma(a), mode=log(a / b), scale=1 / mp.sqrt(a),
                jacobian=lambda t: t)


def inverse_gamma(a, b):
    return dict(lp=lambda t: -a * t - b * exp(-t) + a * log(b) - loggamma(a), mode=log(b / a), scale=1 / mp.sqrt(a),
                jacobian=lambda t: t)


def beta(a, b):
    # of t = log x/(1 - x)
    def softplus(t):
        return t + mp.log1p(exp(-t)) if t > 0 else mp.log1p(exp(t))

    constant = loggamma(a + b) - loggamma(a) - loggamma(b)
    return dict(lp=lambda t: -a * softplus(-t) - b * softplus(t) + constant, mode=log(a / b),
                scale=mp.sqrt((a + b) / (a * b)), jacobian=lambda t: -softplus(-t) - softplus(t))


def exponential(r):
    return gamma_log(mpf(1), r)


def laplace(m, b):
    return dict(lp=lambda t: -abs(t - m) / b - log(2 * b), mode=m, scale=b, kinks=[m])


def gumbel(m, b):
    return dict(lp=lambda t: -(t - m) / b - exp(-(t - m) / b) - log(b), mode=m, scale=b)


def weibull(k, l):
    # of t = log x
    return dict(lp=lambda t: log(k) + k * (t - log(l)) - exp(k * (t - log(l))), mode=log(l), scale=1 / k,
                jacobian=lambda t: t)


def pareto(m, a):
    # of t = log x, from log m on
    start = log(m)
    return dict(lp=lambda t: log(a) - a * (t - start), mode=start, scale=1 / a, lower=start, jacobian=lambda t: t)


def von_mises(m, k):
    # exp(-k) I0(k) keeps large k within range
    constant = log(besseli(0, k)) - k + log(2 * pi)
    return dict(lp=lambda t: -2 * k * mp.sin((t - m) / 2) ** 2 - constant, mode=m,
                scale=1 / mp.sqrt(k) if k > 1 else mpf(1), lower=m - pi, upper=m + pi)


def uniform(a, b):
    return dict(lp=lambda t: -log(b - a), mode=a, scale=b - a, lower=a, upper=b)


CONTINUOUS = {"normal": normal, "log-normal": lognormal, "gamma": gamma_log, "inverse-gamma": inverse_gamma, "beta": beta,
              "exponential": exponential, "laplace": laplace, "gumbel": gumbel, "weibull": weibull, "pareto": pareto,
              "von-mises": von_mises, "uniform": uniform}


def continuous(name, p, q):
    p, q = CONTINUOUS[name](*map(mpf, p)), CONTINUOUS[name](*map(mpf, q))
    if name == "uniform":
        # q is wider: p (log p - log q) is constant.
        d = q["lp"](p["mode"]) - p["lp"](p["mode"])
        return -d, -p["lp"](p["mode"])
    if name == "pareto":
        # q may begin before p: then the integrand does not vanish beside equality, and it is integrated as it is.
        ends = points(p["lp"], p["mode"], p["scale"], p["lower"])
        same = p["lower"] == q["lower"]
        divergence = integrate(
            (lambda t: exp(p["lp"](t)) * logexcess(q["lp"](t) - p["lp"](t))) if same
            else (lambda t: exp(p["lp"](t)) * (p["lp"](t) - q["lp"](t))), ends)
    else:
        # Both tails: the integrand p (exp d - 1 - d) = q - p - p d has q's tail too.
        ends = set(points(p["lp"], p["mode"], p["scale"], p.get("lower"), p.get("upper")))
        if name != "von-mises":
            ends |= set(points(q["lp"], q["mode"], q["scale"]))
        ends |= set(p.get("kinks", []) + q.get("kinks", []))

        def integrand(t):
            d = q["lp"](t) - p["lp"](t)
            # Where p is nothing, q is all that is left of the integrand.
            return exp(q["lp"](t)) - exp(p["lp"](t)) * (1 + d) if abs(d) > 1 else exp(p["lp"](t)) * logexcess(d)

        divergence = integrate(integrand, sorted(ends))
    jacobian = p.get("jacobian", lambda t: mpf(0))
    ends = points(p["lp"], p["mode"], p["scale"], p.get("lower"), p.get("upper"))
    entropy = integrate(lambda t: -exp(p["lp"](t)) * (p["lp"](t) - jacobian(t)), ends)
    return divergence, entropy


def lattice(name, p, q):
    p, q = [mpf(x) for x in p], [mpf(x) for x in q]

    def log_masses(parameters):
        if name == "poisson":
            rate = parameters[0]
            return lambda k: k * log(rate) - rate - loggamma(k + 1)
        if name == "geometric":
            r = parameters[0]
            return lambda k: log(r) + k * mp.log1p(-r)
        n, r = int(parameters[0]), parameters[1]
        return lambda k: loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1) + k * log(r) + (n - k) * mp.log1p(-r)

    def support(parameters):
        if name == "poisson":
            spread = 20 * mp.sqrt(parameters[0])
            return set(range(max(0, int(parameters[0] - spread) - 80), int(parameters[0] + spread) + 150))
        if name == "geometric":
            return set(range(int(CUT / -mp.log1p(-parameters[0])) + 2))
        return set(range(int(parameters[0]) + 1))

    a, b = log_masses(p), log_masses(q)
    divergence = mpf(0)
    for k in support(p) | support(q):
        l, m = a(k), b(k)
        divergence += exp(l) * logexcess(m - l) if abs(m - l) < 1 else exp(m) - exp(l) * (1 + m - l)
    return divergence, -sum(exp(a(k)) * a(k) for k in support(p))


def classes(p, q):
    p, q = [mpf(x) for x in p], [mpf(x) for x in q]
    p, q = [x / sum(p) for x in p], [x / sum(q) for x in q]
    return (sum(x * log(x / y) for x, y in zip(p, q) if x > 0), -sum(x * log(x) for x in p if x > 0))


def dirichlet(p, q):
    p, q = [mpf(x) for x in p], [mpf(x) for x in q]
    divergence = entropy = mpf(0)
    for i in range(len(p) - 1):
        rest_p, rest_q = sum(p[i + 1:]), sum(q[i + 1:])
        d, h = continuous("beta", (p[i], rest_p), (q[i], rest_q))
        divergence += d
        # The stick that is left scales what follows: E log(1 - x) for each of the later free coordinates.
        one = beta(p[i], rest_p)
        ends = points(one["lp"], one["mode"], one["scale"])
        left = integrate(lambda t: exp(one["lp"](t)) * -(mp.log1p(exp(t)) if t < 0 else t + mp.log1p(exp(-t))), ends)
        entropy += h + (len(p) - 2 - i) * left
    return divergence, entropy


def wishart(n, v, m, w):
    d = len(v)
    v, w = matrix(v), matrix(w)
    v, w = v.apply(mpf), w.apply(mpf)
    n, m = mpf(n), mpf(m)

    def log_norm(n, v):
        return n * d / 2 * log(2) + n / 2 * log(det(v)) + mpf(d * (d - 1)) / 4 * log(pi) + sum(
            loggamma((n - i) / 2) for i in range(d))

    log_det = log(det(v))
    for i in range(d):
        chi = gamma_log((n - i) / 2, mpf(1) / 2)
        log_det += integrate(lambda t: exp(chi["lp"](t)) * t, points(chi["lp"], chi["mode"], chi["scale"]))
    trace = lambda s: sum((inverse(s) * v)[i, i] for i in range(d)) * n
    e_log_p = (n - d - 1) / 2 * log_det - trace(v) / 2 - log_norm(n, v)
    e_log_q = (m - d - 1) / 2 * log_det - trace(w) / 2 - log_norm(m, w)
    return e_log_p - e_log_q, -e_log_p


def near(parameters, relative):
    """The same parameters, each moved by about so much, with alternating signs."""
    return [float(x * (1 + (relative if i % 2 == 0 else -relative * 0.7))) if x != 0 else relative
            for i, x in enumerate(parameters)]


PAIRS = {
    "normal": [([0, 1], [1, 2]), ([-3, 0.5], [4, 5]), ([1e3, 1], [1e3, 30]), ([2, 3], [2, 3.5])],
    "log-normal": [([0, 1], [1, 2]), ([-2, 0.25], [0.5, 0.5])],
    "gamma": [([2, 1], [3.5, 0.5]), ([0.1, 2], [0.3, 1]), ([50, 4], [40, 5]), ([1e4, 10], [1.1e4, 10]), ([1e-2, 1], [2, 3]),
              ([1e6, 1e3], [1.001e6, 1.0005e3]), ([1e6, 1e3], [1e6 * (1 + 1e-6), 1e3 * (1 + 1e-6)]),
              ([1e-2, 2], [1e-2 * (1 + 1e-6), 2 * (1 - 1e-6)])],
    "inverse-gamma": [([2, 1], [3.5, 0.5]), ([0.3, 2], [0.5, 1])],
    "beta": [([2, 3], [1, 1]), ([0.5, 0.5], [4, 2]), ([200, 300], [100, 200]), ([1e4, 3], [9e3, 4]),
             ([1e5, 2e5], [1.01e5, 2.01e5]), ([1e5, 2e5], [1e5 * (1 + 1e-6), 2e5 * (1 + 1e-6)])],
    "exponential": [([1], [3]), ([0.01], [0.02])],
    "laplace": [([0, 1], [1, 2]), ([5, 0.1], [4.5, 3])],
    "gumbel": [([0, 1], [1, 2]), ([-2, 3], [0, 1.5])],
    "weibull": [([1.5, 1], [0.8, 2]), ([5, 3], [4, 3]), ([30, 1], [40, 1.01])],
    "pareto": [([2, 3], [1, 2]), ([1, 2.5], [1, 0.5])],
    "uniform": [([0.25, 1], [0, 3]), ([1, 2], [1, 2.5])],
    "von-mises": [([0, 1], [1, 2]), ([0.5, 0], [2, 0.7]), ([1, 50], [1.2, 20]), ([0, 1000], [0.01, 1500]), ([0.5, 1e4], [0.501, 1.2e4])],
    "poisson": [([3], [5]), ([0.01], [0.03]), ([400], [380]), ([2e4], [2.1e4]), ([9.5], [9.5 * (1 + 1e-6)])],
    "geometric": [([0.3], [0.1]), ([0.05], [0.9])],
    "binomial": [([10, 0.3], [10, 0.6]), ([200, 0.01], [200, 0.03]), ([9000, 0.9], [9000, 0.91])],
    "bernoulli": [([0.3], [0.6]), ([1e-6], [1e-5])],
    "categorical": [([0.2, 0.3, 0.5], [0.4, 0.4, 0.2]), ([0, 0.25, 0.75], [0.5, 0.25, 0.25]), ([1 - 2**-30, 2**-30], [0.5, 0.5])],
    "dirichlet": [([1, 2, 3], [2, 2, 2]), ([0.5, 0.5, 4, 10], [1, 3, 5, 2])],
}


def compute(name, p, q):
    if name == "dirichlet":
        return dirichlet(p, q)
    if name in ("categorical", "bernoulli"):
        return classes(p, q) if name == "categorical" else classes([p[0], 1 - mpf(p[0])], [q[0], 1 - mpf(q[0])])
    return (lattice if name in ("poisson", "geometric", "binomial") else continuous)(name, p, q)


def main():
    cases = []

    def add(name, p, q):
        divergence, entropy = compute(name, p, q)
        cases.append(dict(family=name, target=[float(x) for x in p], model=[float(x) for x in q],
                          divergence=mp.nstr(divergence, 25), entropy=mp.nstr(entropy, 25)))

    for name, pairs in PAIRS.items():
        for p, q in pairs:
            add(name, p, q)
        base = pairs[0][1]
        for relative in (1e-3, 1e-6, 1e-9):
            q = near(base, relative)
            if name == "binomial":
                q = [base[0], float(base[1] * (1 + relative))]
            if name == "uniform":
                q = [base[0], float(base[1] * (1 + relative))]
            if name == "pareto":
                q = [base[0], float(base[1] * (1 + relative))]
            if name == "categorical":
                q = [base[0] + relative, base[1] - relative / 4, base[2]]
                q[2] = float(1 - mpf(q[0]) - mpf(q[1]))
            add(name, base, q)
    wisharts = []
    scale = [[2.0, 0.5], [0.5, 1.0]]
    for n, v, m, w in [(5.5, scale, 4.0, [[1.0, -0.25], [-0.25, 3.0]]), (2.5, scale, 2.5 * (1 + 2**-20), scale),
                       (10.0, scale, 10.0 * (1 + 2**-10), [[2.0 * (1 + 2**-10), 0.5], [0.5, 1.0]]),
                       (10.0, scale, 10.0, [[2.0 * (1 + 2**-30), 0.5], [0.5, 1.0 - 2**-29]])]:
        divergence, entropy = wishart(n, v, m, w)
        wisharts.append(dict(degrees=n, scale=v, modelDegrees=m, modelScale=w, divergence=mp.nstr(divergence, 25),
                             entropy=mp.nstr(entropy, 25)))
    print("{\"cases\": [")
    print(",\n".join(json.dumps(case) for case in cases))
    print("], \"wisharts\": [")
    print(",\n".join(json.dumps(case) for case in wisharts))
    print("]}")


main()
