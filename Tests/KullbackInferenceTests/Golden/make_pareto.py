"""Pareto smoothed importance sampling, in 50 digits, written from the papers alone.

Vehtari, Simpson, Gelman, Yao and Gabry, J. Mach. Learn. Res. 25(72) (2024): the tail, its cut, the smoothed
weights, the prior on k. Zhang and Stephens, Technometrics 51 (2009) 316: the estimator, in its own signs:
F(x) = 1 - (1 - k x / s)^(1/k), theta = k / s, so that the k of the first paper is minus the second's.
"""

import json

from mpmath import ceil, exp, floor, log, mp, mpf, sqrt

mp.dps = 50


def zhang_stephens(excesses):
    """k and s of the second paper for ascending excesses."""
    n = len(excesses)
    quartile = excesses[int(floor(mpf(n) / 4 + mpf(1) / 2)) - 1]
    m = 30 + int(floor(sqrt(mpf(n))))
    thetas = [
        1 / excesses[-1] + (1 - sqrt(mpf(m) / (j - mpf(1) / 2))) / (3 * quartile)
        for j in range(1, m + 1)
    ]

    def k_of(theta):
        return -sum(log(1 - theta * x) for x in excesses) / n

    def profile(theta):
        k = k_of(theta)
        return n * (log(theta / k) + k - 1)

    profiles = [profile(theta) for theta in thetas]
    weights = [1 / sum(exp(other - own) for other in profiles) for own in profiles]
    theta = sum(weight * theta for weight, theta in zip(weights, thetas))
    k = k_of(theta)
    return k, k / theta


def smooth(log_weights):
    count = len(log_weights)
    tail = int(ceil(min(mpf(count) / 5, 3 * sqrt(mpf(count)))))
    top = max(log_weights)
    weights = [exp(x - top) for x in log_weights]
    order = sorted(range(count), key=lambda i: weights[i])
    cut = weights[order[count - tail - 1]]
    k, s = zhang_stephens([weights[i] - cut for i in order[count - tail :]])
    shape = (tail * -k + mpf(10) / 2) / (tail + 10)
    for z, i in enumerate(order[count - tail :], start=1):
        p = (z - mpf(1) / 2) / tail
        weights[i] = min(mpf(1), cut + s * ((1 - p) ** -shape - 1) / shape)
    total = sum(weights)
    return {
        "logWeights": [float(x) for x in log_weights],
        "tail": tail,
        "shape": float(shape),
        "logMean": float(top + log(total / count)),
        "effective": float(total**2 / sum(w * w for w in weights)),
        "largest": float(max(weights) / total),
    }


def sequence(count, step):
    """Points between 0 and 1 that fill it evenly, as Doubles hold them."""
    return [((i * step) % 1 + 1e-4) / 1.0002 for i in range(1, count + 1)]


def cases():
    golden = 0.6180339887498949
    for count in [40, 100, 400]:
        for k in [-0.4, 0.2, 0.7, 1.3]:
            # Weights of a generalised Pareto distribution with a little more on top, and a shift.
            pairs = zip(sequence(count, golden), sequence(count, 0.7548776662466927))
            logs = [
                float(round(log((mpf(1 - u) ** -mpf(k) - 1) / mpf(k)) + v / 4 + 300, 12))
                for u, v in pairs
            ]
            yield smooth([mpf(x) for x in logs])


print(json.dumps(list(cases()), indent=1))
