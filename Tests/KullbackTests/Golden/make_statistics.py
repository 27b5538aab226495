"""Writes statistics.json: what NumPy, SciPy and statsmodels make of rows whose surprises are drawn here.

    make golden

Perplexities: every formula is written out over arrays of two columns, with numpy.cov of divisor n - 1. Clustered errors
are those of statsmodels' least squares on a constant, with cov_type "cluster"; of what is not a mean, those of its
first-order terms. Quantiles' intervals are by scipy.stats.binom. Two models are compared by resampling groups of rows
10,000 times.
"""

import json

import numpy as np
import scipy.stats
import statsmodels.api as sm

random = np.random.default_rng(20)


def estimate(value, variance):
    return [float(value), float(np.sqrt(variance))]


def perplexities(a, b):
    """Of a target's surprises a and a model's b."""
    n = len(a)
    cov = np.cov(a, b) / n
    p, q = np.exp(a.mean()), np.exp(b.mean())
    change = np.exp(-b) - np.exp(-a)
    square = change**2
    rms = np.sqrt(square.mean())

    def delta(value, gradient):
        gradient = np.array(gradient)
        return estimate(value, gradient @ cov @ gradient)

    return {
        "target": delta(p, [p, 0]),
        "model": delta(q, [0, q]),
        "logRatio": delta(b.mean() - a.mean(), [-1, 1]),
        "ratio": delta(q / p, [-q / p, q / p]),
        "difference": delta(q - p, [-p, q]),
        "correlation": float(np.corrcoef(a, b)[0, 1]),
        "change": estimate(change.mean(), change.var(ddof=1) / n),
        "rootMeanSquareChange": estimate(rms, square.var(ddof=1) / n / (2 * rms) ** 2),
        "quantiles": [
            float(x) for x in np.quantile(change, [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99])
        ],
    }


def clustered(x, groups):
    """The error of the mean of x, rows of a group being dependent."""
    fit = sm.OLS(x, np.ones(len(x))).fit(cov_type="cluster", cov_kwds={"groups": groups})
    return float(fit.bse[0])


def clustered_perplexities(a, b, groups):
    p, q = np.exp(a.mean()), np.exp(b.mean())
    change = np.exp(-b) - np.exp(-a)
    rms = np.sqrt((change**2).mean())
    return {
        "target": clustered(p * a, groups),
        "model": clustered(q * b, groups),
        "logRatio": clustered(b - a, groups),
        "ratio": clustered(q / p * (b - a), groups),
        "difference": clustered(q * b - p * a, groups),
        "change": clustered(change, groups),
        "rootMeanSquareChange": clustered(change**2 / (2 * rms), groups),
    }


def case(a, b):
    groups = random.integers(0, 13, len(a))
    return {
        "a": a.tolist(),
        "b": b.tolist(),
        "expected": perplexities(a, b),
        "groups": groups.tolist(),
        "clustered": clustered_perplexities(a, b, groups) if len(set(groups)) > 1 else None,
    }


def interval(count, probability):
    """Ranks from 0, or -1 where there is no bound; of the lower and the upper end."""
    lower, upper = scipy.stats.binom.ppf([0.025, 0.975], count, probability)
    return [int(lower) - 1, int(upper) if upper < count else -1]


def comparison():
    """Two models of which the second is a little worse, on 150 documents of unequal length."""
    lengths = random.integers(1, 9, 150)
    groups = np.repeat(np.arange(150), lengths)
    hard = np.repeat(np.exp(random.normal(size=150)), lengths)
    other = np.repeat(random.normal(size=150), lengths)
    rows = len(groups)
    first = hard * np.exp(0.3 * random.normal(size=rows))
    second = first * np.exp(0.02 + 0.1 * other + 0.1 * random.normal(size=rows))
    third = hard * np.exp(0.05 + 0.3 * random.normal(size=rows))
    models = np.round([first, second, third], 4)
    pairs = []
    for i, j in [(0, 1), (0, 2), (1, 2)]:
        difference = models[i] - models[j]
        sums = np.bincount(groups, difference)
        drawn = random.integers(0, 150, (10_000, 150))
        means = sums[drawn].sum(axis=1) / lengths[drawn].sum(axis=1)
        pairs.append(
            {
                "first": i,
                "second": j,
                "mean": float(difference.mean()),
                "standardError": float(scipy.stats.sem(difference)),
                "clusteredError": clustered(difference, groups),
                "nearer": float((difference < 0).mean()),
                "farther": float((difference > 0).mean()),
                "bootstrapError": float(means.std(ddof=1)),
            }
        )
    return {"groups": groups.tolist(), "models": models.tolist(), "pairs": pairs}


rows = 240
chunk = np.repeat(random.normal(size=8), 30)
a = np.abs(2.5 + chunk + random.normal(size=rows))
cases = [
    case(a, np.abs(a + 0.1 * chunk + 0.3 * random.normal(size=rows))),
    case(a, np.abs(a + 1e-4 * random.normal(size=rows))),
    case(a, np.abs(random.normal(size=rows)) * 5),
    case(a[:2], a[2:4]),
]

counts = [1, 2, 5, 10, 20, 59, 60, 100, 369, 1000, 12_345, 1_000_000]
probabilities = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999]
intervals = [{"count": n, "ranks": [interval(n, p) for p in probabilities]} for n in counts]

print(json.dumps({"perplexities": cases, "intervals": intervals, "comparison": comparison()}))
