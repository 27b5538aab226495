"""Fused loops in numba with an exponential written by hand: the best that Python users get."""

import math

import numba
import numpy as np

LOG2E = np.float32(1.4426950408889634)
LN2_HIGH = np.float32(0.693359375)
LN2_LOW = np.float32(-2.12194440e-4)


@numba.njit(fastmath=True, inline="always")
def exp32(x):
    # x <= 0. Below -87 the result is no longer normal; it counts as e^-87, which is nothing.
    x = max(x, np.float32(-87))
    n = np.floor(x * LOG2E + np.float32(0.5))
    r = x - n * LN2_HIGH - n * LN2_LOW
    y = np.float32(1.9875691500e-4)
    y = y * r + np.float32(1.3981999507e-3)
    y = y * r + np.float32(8.3334519073e-3)
    y = y * r + np.float32(4.1665795894e-2)
    y = y * r + np.float32(1.6666665459e-1)
    y = y * r + np.float32(5.0000001201e-1)
    y = y * r * r + r + np.float32(1)
    return y * np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)


@numba.njit(fastmath=True, inline="always")
def largest(row):
    result = row[0]
    for k in range(row.size):
        result = max(result, row[k])
    return result


@numba.njit(parallel=True, fastmath=True)
def one_read(a, b, forward, reverse, entropy_p, entropy_q, cross):
    for row in numba.prange(a.shape[0]):
        x, y = a[row], b[row]
        top_a, top_b = largest(x), largest(y)
        za = zb = ad = bd = aa = bb = np.float32(0)
        for k in range(x.size):
            u, v = x[k] - top_a, y[k] - top_b
            ea, eb = exp32(u), exp32(v)
            za += ea
            zb += eb
            ad += ea * (u - v)
            bd += eb * (u - v)
            aa += ea * u
            bb += eb * v
        shift = math.log(za) - math.log(zb)
        forward[row] = ad / za - shift
        reverse[row] = shift - bd / zb
        entropy_p[row] = math.log(za) - aa / za
        entropy_q[row] = math.log(zb) - bb / zb
        cross[row] = forward[row] + entropy_p[row]


@numba.njit(parallel=True, fastmath=True)
def forward_kl(a, b, forward, _r, _p, _q, _c):
    for row in numba.prange(a.shape[0]):
        x, y = a[row], b[row]
        top_a, top_b = largest(x), largest(y)
        za = zb = ad = np.float32(0)
        for k in range(x.size):
            u, v = x[k] - top_a, y[k] - top_b
            ea = exp32(u)
            za += ea
            zb += exp32(v)
            ad += ea * (u - v)
        forward[row] = ad / za - math.log(za) + math.log(zb)


@numba.njit(parallel=True, fastmath=True)
def cross_entropy(labels, b, values, _r, _p, _q, _c):
    for row in numba.prange(b.shape[0]):
        y = b[row]
        top = largest(y)
        z = np.float32(0)
        for k in range(y.size):
            z += exp32(y[k] - top)
        values[row] = math.log(z) + top - y[labels[row]]


@numba.njit(parallel=True, fastmath=True)
def of_probabilities(p, q, forward, _r, _p, _q, _c):
    for row in numba.prange(p.shape[0]):
        x, y = p[row], q[row]
        total = 0.0
        for k in range(x.size):
            total += x[k] * math.log(x[k] / y[k])
        forward[row] = total


@numba.njit(parallel=True, fastmath=True)
def log_softmax(a, written):
    for row in numba.prange(a.shape[0]):
        x, y = a[row], written[row]
        top = largest(x)
        z = np.float32(0)
        for k in range(x.size):
            z += exp32(x[k] - top)
        shift = top + np.float32(math.log(z))
        for k in range(x.size):
            y[k] = x[k] - shift


@numba.njit(parallel=True, fastmath=True)
def forward_gradient(a, b, forward, written):
    for row in numba.prange(a.shape[0]):
        x, y, g = a[row], b[row], written[row]
        top_a, top_b = largest(x), largest(y)
        za = zb = ad = np.float32(0)
        for k in range(x.size):
            u, v = x[k] - top_a, y[k] - top_b
            ea = exp32(u)
            za += ea
            zb += exp32(v)
            ad += ea * (u - v)
        forward[row] = ad / za - math.log(za) + math.log(zb)
        per_a, per_b = np.float32(1) / za, np.float32(1) / zb
        for k in range(x.size):
            g[k] = exp32(y[k] - top_b) * per_b - exp32(x[k] - top_a) * per_a


@numba.njit(parallel=True, fastmath=True)
def reverse_gradient(a, b, reverse, written):
    for row in numba.prange(a.shape[0]):
        x, y, g = a[row], b[row], written[row]
        top_a, top_b = largest(x), largest(y)
        za = zb = bd = np.float32(0)
        for k in range(x.size):
            u, v = x[k] - top_a, y[k] - top_b
            eb = exp32(v)
            za += exp32(u)
            zb += eb
            bd += eb * (v - u)
        shift = np.float32(math.log(za) - math.log(zb))
        divergence = bd / zb + shift
        reverse[row] = divergence
        per_b = np.float32(1) / zb
        for k in range(x.size):
            u, v = x[k] - top_a, y[k] - top_b
            g[k] = exp32(v) * per_b * (v - u + shift - divergence)


functions = {
    ("forward-kl", "logits"): forward_kl,
    ("one-read", "logits"): one_read,
    ("cross-entropy", "logits"): cross_entropy,
    ("forward-kl", "probabilities"): of_probabilities,
    ("log-softmax", "logits"): log_softmax,
    ("forward-kl-gradient", "logits"): forward_gradient,
    ("reverse-kl-gradient", "logits"): reverse_gradient,
}
