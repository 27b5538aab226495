from __future__ import annotations

import numpy as np
import pytest


def log_softmax(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x, dtype=np.longdouble)
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


def forward_kl(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """D(p‖q) of logits in long double."""
    a, b = log_softmax(p), log_softmax(q)
    return (np.exp(a) * (a - b)).sum(-1).astype(float)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20261128)


@pytest.fixture
def logits(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    p = rng.normal(size=(7, 5, 301)) * 3
    return p, p + 0.3 * rng.normal(size=p.shape)
