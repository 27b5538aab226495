"""Mixtures fitted by scikit-learn's GaussianMixture from a start that is given: writes mixture.json.

Needs scikit-learn and numpy.
"""

import json

import numpy
from sklearn.mixture import GaussianMixture

random = numpy.random.default_rng(7)
samples = numpy.concatenate([
    random.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 60),
    random.multivariate_normal([3, -1], [[0.5, -0.2], [-0.2, 0.3]], 40),
    random.multivariate_normal([-2, 4], [[0.2, 0], [0, 1.5]], 30),
])
start = {
    "weights": [0.3, 0.3, 0.4],
    "means": [[0.5, 0.5], [2.0, 0.0], [-1.0, 3.0]],
    "covariances": [[[1.0, 0.0], [0.0, 1.0]]] * 3,
}

fits = {}
for name, kind in [("full", "full"), ("mean-field", "diag")]:
    precisions = numpy.linalg.inv(numpy.array(start["covariances"]))
    if kind == "diag":
        precisions = numpy.array([numpy.diag(p) for p in precisions])
    model = GaussianMixture(
        3, covariance_type=kind, tol=1e-15, max_iter=20000, reg_covar=0.0,
        weights_init=start["weights"], means_init=start["means"], precisions_init=precisions)
    model.fit(samples)
    assert model.converged_
    covariances = model.covariances_
    if kind == "diag":
        covariances = numpy.array([numpy.diag(c) for c in covariances])
    fits[name] = {
        "weights": model.weights_.tolist(),
        "means": model.means_.tolist(),
        "covariances": covariances.tolist(),
        "meanLogLikelihood": float(model.score(samples)),
    }

print(json.dumps({"samples": samples.tolist(), "start": start, "fits": fits}))
