# Writes softmax.json: scikit-learn's LogisticRegression (lbfgs, L2) on the digits and on data made here, its
# gradient brought to rounding by Newton steps on the same objective, from its answer on.
# Needs numpy and scikit-learn.
import json
import sys

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression


def gradient_and_hessian(x, onehot, weights, penalty, parameters):
    rows, inputs = x.shape
    classes = onehot.shape[1]
    extended = np.hstack([x, np.ones((rows, 1))])
    logits = extended @ parameters
    q = np.exp(logits - logits.max(axis=1, keepdims=True))
    q /= q.sum(axis=1, keepdims=True)
    share = weights / weights.sum()
    gradient = extended.T @ (share[:, None] * (q - onehot))
    gradient[:inputs] += penalty * parameters[:inputs]
    size = (inputs + 1) * classes
    hessian = np.zeros((inputs + 1, classes, inputs + 1, classes))
    for k in range(classes):
        for l in range(classes):
            factor = share * q[:, k] * ((k == l) - q[:, l])
            hessian[:, k, :, l] = extended.T @ (factor[:, None] * extended)
    hessian = hessian.reshape(size, size)
    diagonal = np.full((inputs + 1, classes), penalty)
    diagonal[inputs] = 1e-12
    return gradient, hessian + np.diag(diagonal.ravel())


def fit(x, labels, weights, c):
    found = LogisticRegression(C=c, tol=1e-10, max_iter=100000).fit(x, labels, sample_weight=weights)
    penalty = 1 / (c * weights.sum())
    onehot = np.eye(labels.max() + 1)[labels]
    parameters = np.vstack([found.coef_.T, found.intercept_])
    start = parameters.copy()
    for _ in range(6):
        gradient, hessian = gradient_and_hessian(x, onehot, weights, penalty, parameters)
        parameters = parameters - np.linalg.solve(hessian, gradient.ravel()).reshape(parameters.shape)
        parameters[-1] -= parameters[-1].mean()
    gradient, _ = gradient_and_hessian(x, onehot, weights, penalty, parameters)
    print("moved", abs(parameters - start).max(), "gradient", abs(gradient).max(), file=sys.stderr)
    # The steps sharpen scikit-learn's answer, which its tolerance of the value stops early (at a gradient of
    # 1e-8 or so), and do not replace it.
    assert abs(parameters - start).max() < 1e-4 and abs(gradient).max() < 1e-12
    return {
        "penalty": penalty,
        "weights": parameters[:-1].tolist(),
        "intercepts": parameters[-1].tolist(),
    }


def main():
    digits = load_digits()
    table = {"digits": fit(digits.data / 16, digits.target, np.ones(1797), 1.0)}
    random = np.random.default_rng(4)
    x = np.round(random.normal(size=(200, 5)), 3)
    labels = (x @ random.normal(size=(5, 4)) + random.gumbel(size=(200, 4))).argmax(axis=1)
    weights = np.round(random.uniform(0.1, 3, size=200), 3)
    table["made"] = fit(x, labels, weights, 0.5) | {
        "features": x.tolist(),
        "labels": labels.tolist(),
        "sampleWeights": weights.tolist(),
    }
    json.dump(table, sys.stdout)
    print()


main()
