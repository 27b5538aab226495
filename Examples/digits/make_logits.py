"""Makes the files of this folder: images, labels, and the logits of a small classifier, whole and quantised.

    python3 -m venv .venv && .venv/bin/pip install numpy scikit-learn
    .venv/bin/python make_logits.py

The classifier is a perceptron with one hidden layer of 32 units, fitted to the first half of
scikit-learn's digits; the logits are those of all 1797 images. Its quantised forms have every weight
matrix rounded to 2^bits levels, one scale for each output unit, as post-training quantisation does.
"""

import pathlib

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

HERE = pathlib.Path(__file__).parent


def logits(images, weights, biases):
    hidden = images
    for index, (weight, bias) in enumerate(zip(weights, biases)):
        hidden = hidden @ weight + bias
        if index + 1 < len(weights):
            hidden = np.maximum(hidden, 0)
    return hidden.astype(np.float32)


def quantised(weight, bits):
    """Symmetric rounding to -(2^(bits-1) - 1) ... 2^(bits-1) - 1, a scale a column."""
    most = 2 ** (bits - 1) - 1
    scale = np.abs(weight).max(axis=0, keepdims=True) / most
    return np.round(weight / scale) * scale


digits = load_digits()
images = digits.data / 16
half = len(images) // 2
model = MLPClassifier(hidden_layer_sizes=(32,), alpha=1e-2, max_iter=2000, random_state=7)
model.fit(images[:half], digits.target[:half])
print(f"accuracy on the other half: {model.score(images[half:], digits.target[half:]):.3f}")

# float16 holds the whole numbers 0...16 exactly.
np.save(HERE / "images.npy", digits.data.astype(np.float16))
np.save(HERE / "labels.npy", digits.target.astype(np.int32))
np.save(HERE / "original.npy", logits(images, model.coefs_, model.intercepts_))
for bits in (8, 4):
    weights = [quantised(weight, bits) for weight in model.coefs_]
    np.save(HERE / f"quantised-{bits}-bit.npy", logits(images, weights, model.intercepts_))
