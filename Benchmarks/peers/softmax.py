"""Softmax regression side by side: ours and the peers' from the same data to the same gradient, 1e-6.

The objective is the mean log loss and half the squared weights over the number of rows (scikit-learn's C = 1).
The largest element of the gradient at every answer is computed here, the same way for all.
"""

import numpy as np

from partner import Refused
from timing import best

TOLERANCE = 1e-6


def digits():
    from sklearn.datasets import load_digits

    data = load_digits()
    return "digits 1797 x 64, 10", data.data / 16, data.target.astype(np.int64)


def made(rows=20000, inputs=100, classes=20):
    generator = np.random.default_rng(0)
    x = generator.standard_normal((rows, inputs))
    logits = 0.3 * x @ generator.standard_normal((inputs, classes))
    labels = (logits + generator.gumbel(size=logits.shape)).argmax(axis=1)
    return f"made {rows} x {inputs}, {classes}", x, labels.astype(np.int64)


def objective(x, labels):
    """Value and gradient at (inputs + 1) x classes parameters, intercepts last."""
    rows, inputs = x.shape
    places = np.arange(rows)

    def evaluate(flat):
        parameters = flat.reshape(inputs + 1, -1)
        logits = x @ parameters[:-1]
        logits += parameters[-1]
        logits -= logits.max(axis=1, keepdims=True)
        chosen = logits[places, labels]
        np.exp(logits, out=logits)
        sums = logits.sum(axis=1)
        value = (np.log(sums) - chosen).mean() + 0.5 / rows * (parameters[:-1] ** 2).sum()
        logits /= sums[:, None]
        logits[places, labels] -= 1
        gradient = np.empty_like(parameters)
        gradient[:-1] = x.T @ logits / rows + parameters[:-1] / rows
        gradient[-1] = logits.mean(axis=0)
        return value, gradient.ravel()

    return evaluate


def scikit(x, labels, classes):
    from sklearn.linear_model import LogisticRegression

    def run():
        found = LogisticRegression(C=1.0, tol=TOLERANCE, max_iter=100000).fit(x, labels)
        return np.vstack([found.coef_.T, found.intercept_])

    return run


def scipy(x, labels, classes):
    from scipy.optimize import minimize

    evaluate = objective(x, labels)
    options = {"gtol": TOLERANCE, "ftol": 0, "maxiter": 100000, "maxfun": 1000000}
    start = np.zeros((x.shape[1] + 1) * classes)
    return lambda: minimize(evaluate, start, jac=True, method="L-BFGS-B", options=options).x


def torch(x, labels, classes):
    import torch

    data, targets = torch.from_numpy(x), torch.from_numpy(labels)

    def run():
        weights = torch.zeros(x.shape[1], classes, dtype=torch.float64, requires_grad=True)
        intercepts = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
        search = torch.optim.LBFGS(
            [weights, intercepts], max_iter=100000, max_eval=1000000, tolerance_grad=TOLERANCE,
            tolerance_change=0, line_search_fn="strong_wolfe")

        def closure():
            search.zero_grad()
            loss = torch.nn.functional.cross_entropy(data @ weights + intercepts, targets)
            loss = loss + 0.5 / len(x) * (weights**2).sum()
            loss.backward()
            return loss

        search.step(closure)
        return torch.vstack([weights, intercepts]).detach().numpy()

    return run


def compare(partner, threads, quick):
    print("\nSoftmax regression to a gradient of 1e-6, C = 1: milliseconds, and the gradient that was reached\n")
    for name, x, labels in (digits(), made(2000 if quick else 20000)):
        evaluate = objective(x, labels)
        classes = int(labels.max()) + 1
        cells = []

        def add(who, seconds, answer):
            reached = np.abs(evaluate(np.ravel(answer))[1]).max()
            cells.append(f"{who} {1e3 * seconds:.1f} ({reached:.1e})")

        try:
            with partner.operands(x=x, y=labels) as names:
                partner.ask("work", "softmax-fit", "logits", threads, *names)
                partner.run()
                add("ours", min(partner.run() for _ in range(10)), partner.result())
        except Refused as reason:
            cells.append(f"ours: {reason}")
        for build in (scikit, scipy, torch):
            try:
                add(build.__name__, *best(build(x, labels, classes)))
            except ImportError:
                cells.append(f"{build.__name__} not installed")
        print(f"{name:26}{'   '.join(cells)}", flush=True)
