"""The posterior of a small Bayesian logistic regression, by a long random-walk Metropolis run with its own errors.

Plain Python, so that nothing but the standard library is needed: 200 observations, 3 coefficients. Sixteen chains from
the mode, proposals with the shape of the inverse Hessian there; the Monte-Carlo standard errors are those of the
chains' means.
"""

import json
import math
import random

COUNT, FEATURES, PRIOR = 200, 3, 2.0
CHAINS, STEPS, BURN = 16, 12000, 500


def data():
    rows, labels = [], []
    for i in range(COUNT):
        row = [1.0] + [round(2 * math.sin(1.7 * i * (j + 1) + j), 6) for j in range(FEATURES - 1)]
        logit = -0.5 + 1.2 * row[1] - 0.8 * row[2]
        uniform = (i * 0.6180339887498949) % 1
        rows.append(row)
        labels.append(1 if uniform < 1 / (1 + math.exp(-logit)) else 0)
    return rows, labels


ROWS, LABELS = data()


def log_density(b):
    total = -sum(x * x for x in b) / (2 * PRIOR**2)
    for row, label in zip(ROWS, LABELS):
        m = sum(x * y for x, y in zip(row, b)) * (1 if label else -1)
        total -= math.log1p(math.exp(-abs(m))) + max(-m, 0.0)
    return total


def newton():
    b = [0.0] * FEATURES
    for _ in range(30):
        gradient = [-x / PRIOR**2 for x in b]
        hessian = [[(i == j) / PRIOR**2 for j in range(FEATURES)] for i in range(FEATURES)]
        for row, label in zip(ROWS, LABELS):
            s = 1 / (1 + math.exp(-sum(x * y for x, y in zip(row, b))))
            for i in range(FEATURES):
                gradient[i] += (label - s) * row[i]
                for j in range(FEATURES):
                    hessian[i][j] += s * (1 - s) * row[i] * row[j]
        root = cholesky(hessian)
        b = [x + y for x, y in zip(b, solve(root, gradient))]
    return b, root


def cholesky(a):
    n = len(a)
    root = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            rest = a[i][j] - sum(root[i][k] * root[j][k] for k in range(j))
            root[i][j] = math.sqrt(rest) if i == j else rest / root[j][j]
    return root


def solve_transposed(root, y):
    x = list(y)
    for i in reversed(range(len(x))):
        x[i] = (x[i] - sum(root[k][i] * x[k] for k in range(i + 1, len(x)))) / root[i][i]
    return x


def solve(root, y):
    x = list(y)
    for i in range(len(x)):
        x[i] = (x[i] - sum(root[i][k] * x[k] for k in range(i))) / root[i][i]
    return solve_transposed(root, x)


def chain(seed, mode, root):
    generator = random.Random(seed)
    at, value = list(mode), log_density(mode)
    scale = 2.38 / math.sqrt(FEATURES)
    sums, squares, kept = [0.0] * FEATURES, [0.0] * FEATURES, 0
    for step in range(STEPS):
        move = solve_transposed(root, [generator.gauss(0, 1) for _ in at])
        there = [x + scale * y for x, y in zip(at, move)]
        proposed = log_density(there)
        if math.log(1 - generator.random()) < proposed - value:
            at, value = there, proposed
        if step >= BURN:
            kept += 1
            for i, x in enumerate(at):
                sums[i] += x
                squares[i] += x * x
    return [s / kept for s in sums], [s / kept for s in squares]


def spread(values):
    mean = sum(values) / len(values)
    return mean, math.sqrt(sum((x - mean) ** 2 for x in values) / (len(values) - 1) / len(values))


def main():
    mode, root = newton()
    chains = [chain(seed, mode, root) for seed in range(CHAINS)]
    means, errors, deviations = [], [], []
    for i in range(FEATURES):
        mean, error = spread([first[i] for first, _ in chains])
        square, _ = spread([second[i] for _, second in chains])
        means.append(mean)
        errors.append(error)
        deviations.append(math.sqrt(square - mean * mean))
    print(
        json.dumps(
            {
                "features": ROWS,
                "labels": LABELS,
                "priorScale": PRIOR,
                "mode": mode,
                "means": means,
                "errors": errors,
                "deviations": deviations,
            },
            indent=1,
        )
    )


main()
