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


def cross_entropy(labels, b, values, _r, _p, _q, _c):
    for row in numba.prange(b.shape[0]):
        y = b[row]
        top = largest(y)
        z = np.float32(0)
        for k in range(y.size):
            z += exp32(y[k] - top)
        values[row] = math.log(z) + top - y[labels[row]]


def of_probabilities(p, q, forward, _r, _p, _q, _c):
    for row in numba.prange(p.shape[0]):
        x, y = p[row], q[row]
        total = 0.0
        for k in range(x.size):
            total += x[k] * math.log(x[k] / y[k])
        forward[row] = total


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


def softmax(a, written):
    for row in numba.prange(a.shape[0]):
        x, y = a[row], written[row]
        top = largest(x)
        z = np.float32(0)
        for k in range(x.size):
            e = exp32(x[k] - top)
            y[k] = e
            z += e
        per_z = np.float32(1) / z
        for k in range(x.size):
            y[k] *= per_z


def log_sum_exp(a, values, _r, _p, _q, _c):
    for row in numba.prange(a.shape[0]):
        x = a[row]
        top = largest(x)
        z = np.float32(0)
        for k in range(x.size):
            z += exp32(x[k] - top)
        values[row] = math.log(z) + top


def entropy(a, values, _r, _p, _q, _c):
    for row in numba.prange(a.shape[0]):
        x = a[row]
        top = largest(x)
        z = s = np.float32(0)
        for k in range(x.size):
            u = x[k] - top
            e = exp32(u)
            z += e
            s += e * u
        values[row] = math.log(z) - s / z


# Rows of a few classes leave vectors empty: many stand side by side, a class of each after the other.
SIDE_BY_SIDE = 256


def narrow_one_read(a, b, forward, reverse, entropy_p, entropy_q, cross):
    rows, classes = a.shape
    for block in numba.prange((rows + SIDE_BY_SIDE - 1) // SIDE_BY_SIDE):
        first = block * SIDE_BY_SIDE
        count = min(SIDE_BY_SIDE, rows - first)
        sums = np.zeros((6, SIDE_BY_SIDE), np.float32)
        tops = np.empty((2, SIDE_BY_SIDE), np.float32)
        for i in range(count):
            tops[0, i], tops[1, i] = a[first + i, 0], b[first + i, 0]
        for k in range(1, classes):
            for i in range(count):
                tops[0, i] = max(tops[0, i], a[first + i, k])
                tops[1, i] = max(tops[1, i], b[first + i, k])
        for k in range(classes):
            for i in range(count):
                u, v = a[first + i, k] - tops[0, i], b[first + i, k] - tops[1, i]
                ea, eb = exp32(u), exp32(v)
                sums[0, i] += ea
                sums[1, i] += eb
                sums[2, i] += ea * (u - v)
                sums[3, i] += eb * (u - v)
                sums[4, i] += ea * u
                sums[5, i] += eb * v
        for i in range(count):
            za, zb = sums[0, i], sums[1, i]
            log_a, log_b = math.log(za), math.log(zb)
            forward[first + i] = sums[2, i] / za - (log_a - log_b)
            reverse[first + i] = (log_a - log_b) - sums[3, i] / zb
            entropy_p[first + i] = log_a - sums[4, i] / za
            entropy_q[first + i] = log_b - sums[5, i] / zb
            cross[first + i] = forward[first + i] + entropy_p[first + i]


def narrow_forward_kl(a, b, forward, _r, _p, _q, _c):
    rows, classes = a.shape
    for block in numba.prange((rows + SIDE_BY_SIDE - 1) // SIDE_BY_SIDE):
        first = block * SIDE_BY_SIDE
        count = min(SIDE_BY_SIDE, rows - first)
        sums = np.zeros((3, SIDE_BY_SIDE), np.float32)
        tops = np.empty((2, SIDE_BY_SIDE), np.float32)
        for i in range(count):
            tops[0, i], tops[1, i] = a[first + i, 0], b[first + i, 0]
        for k in range(1, classes):
            for i in range(count):
                tops[0, i] = max(tops[0, i], a[first + i, k])
                tops[1, i] = max(tops[1, i], b[first + i, k])
        for k in range(classes):
            for i in range(count):
                u, v = a[first + i, k] - tops[0, i], b[first + i, k] - tops[1, i]
                ea = exp32(u)
                sums[0, i] += ea
                sums[1, i] += exp32(v)
                sums[2, i] += ea * (u - v)
        for i in range(count):
            za, zb = sums[0, i], sums[1, i]
            forward[first + i] = sums[2, i] / za - math.log(za) + math.log(zb)


def compiled(body, fastmath):
    return numba.njit(parallel=True, fastmath=fastmath)(body)


rowwise = {
    ("forward-kl", "logits"): forward_kl,
    ("one-read", "logits"): one_read,
    ("cross-entropy", "logits"): cross_entropy,
    ("entropy", "logits"): entropy,
    ("log-sum-exp", "logits"): log_sum_exp,
    ("forward-kl", "probabilities"): of_probabilities,
    ("log-softmax", "logits"): log_softmax,
    ("log-softmax-in-place", "logits"): log_softmax,
    ("softmax", "logits"): softmax,
    ("forward-kl-gradient", "logits"): forward_gradient,
    ("reverse-kl-gradient", "logits"): reverse_gradient,
}

narrow = {
    ("forward-kl", "logits"): narrow_forward_kl,
    ("one-read", "logits"): narrow_one_read,
}
