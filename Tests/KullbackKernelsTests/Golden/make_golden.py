"""Writes golden.json: pairs of distributions and their divergences to 60 digits, by mpmath.

    make golden

Inputs are rounded to their type first and are exact from then on. Every formula is the definition, without
any of the rearrangements that the kernels use: with 60 digits nothing needs them.
"""

import json
import math
import random
import struct

from mpmath import mp, mpf

mp.dps = 60
INFINITE = "inf"


def rounded(x, kind):
    if math.isinf(x) or kind == "float64":
        return x
    if kind == "float32":
        return struct.unpack("f", struct.pack("f", x))[0]
    if kind == "float16":
        return struct.unpack("e", struct.pack("e", x))[0]
    if kind == "bfloat16":
        bits = struct.unpack("I", struct.pack("f", x))[0]
        bits += 0x7FFF + ((bits >> 16) & 1)
        return struct.unpack("f", struct.pack("I", bits & 0xFFFF0000))[0]
    assert kind == "int64" and x == int(x)
    return float(x)


def distribution(row, side):
    """p and log p of every class, and the logarithm of the normaliser."""
    form = side["form"]
    if form in ("logits", "logProbabilities"):
        scaled = [-mp.inf if math.isinf(x) else mpf(x) / mpf(side.get("temperature", 1)) for x in row]
        masses = [mpf(0) if x == -mp.inf else mp.exp(x) for x in scaled]
    else:
        masses = [mpf(x) + mpf(side.get("smoothing", 0)) for x in row]
    total = mp.fsum(masses)
    p = [mass / total for mass in masses]
    return p, [mp.log(x) if x else -mp.inf for x in p], mp.log(total)


def expected(first, second):
    (p, log_p, top_p), (q, log_q, top_q) = first, second
    pairs = list(zip(p, log_p, q, log_q))

    def divergence(pairs):
        if any(x and not y for x, _, y, _ in pairs):
            return mp.inf
        return mp.fsum(x * (u - v) for x, u, y, v in pairs if x)

    def cross(pairs):
        if any(x and not y for x, _, y, _ in pairs):
            return mp.inf
        return -mp.fsum(x * v for x, _, y, v in pairs if x)

    back = [(y, v, x, u) for x, u, y, v in pairs]
    means = [(x + y) / 2 for x, y in zip(p, q)]
    middle = [(m, mp.log(m) if m else -mp.inf) for m in means]
    jensen = (
        divergence([(x, u, m, w) for (x, u), (m, w) in zip(zip(p, log_p), middle)])
        + divergence([(y, v, m, w) for (y, v), (m, w) in zip(zip(q, log_q), middle)])
    ) / 2
    forward, reverse = divergence(pairs), divergence(back)
    return {
        "divergence": forward,
        "reversedDivergence": reverse,
        "entropyOfFirst": -mp.fsum(x * u for x, u in zip(p, log_p) if x),
        "entropyOfSecond": -mp.fsum(y * v for y, v in zip(q, log_q) if y),
        "crossEntropy": cross(pairs),
        "reversedCrossEntropy": cross(back),
        "jeffreys": forward + reverse,
        "jensenShannon": jensen,
        "totalVariation": mp.fsum(abs(x - y) for x, y in zip(p, q)) / 2,
        "triangularDiscrimination": mp.fsum((x - y) ** 2 / (x + y) for x, y in zip(p, q) if x + y),
        "hellinger": mp.sqrt(mp.fsum((mp.sqrt(x) - mp.sqrt(y)) ** 2 for x, y in zip(p, q)) / 2),
        "sameLargest": mpf(int(p.index(max(p)) == q.index(max(q)))),
        "logNormaliserOfFirst": top_p,
        "logNormaliserOfSecond": top_q,
        "logRatio": top_p - top_q,
    }


ORDERS = (-1, 0.3, 0.5, 0.999, 1.001, 2, 5)


def power_sums(first, second):
    """log of the sum of p^order q^(1 - order), for every order; orders are the nearest Doubles."""
    pairs = list(zip(first[0], second[0]))

    def logarithm(order):
        if order > 1 and any(x and not y for x, y in pairs):
            return mp.inf
        if order < 0 and any(y and not x for x, y in pairs):
            return mp.inf
        total = mp.fsum(x**order * y ** (1 - order) for x, y in pairs if x and y)
        return mp.log(total) if total else -mp.inf

    return {str(order): number(logarithm(mpf(order))) for order in ORDERS}


WEIGHTS = (1e-9, 0.25, 0.5, 0.99)


def skew_divergences(first, second):
    """D(p || w q + (1 - w) p) for every weight w; weights are the nearest Doubles."""
    pairs = list(zip(first[0], second[0]))

    def divergence(w):
        return mp.fsum(x * mp.log(x / (w * y + (1 - w) * x)) for x, y in pairs if x)

    return {str(w): number(divergence(mpf(w))) for w in WEIGHTS}


def gradients(first, second, temperature):
    (p, log_p, _), (q, log_q, _) = first, second
    reverse = mp.fsum(y * (v - u) for y, v, u in zip(q, log_q, log_p) if y)
    return {
        "forwardGradient": [(y - x) / temperature for x, y in zip(p, q)],
        "reverseGradient": [y * (v - u - reverse) / temperature for y, v, u in zip(q, log_q, log_p)],
    }


def number(x):
    return INFINITE if x == mp.inf else "-inf" if x == -mp.inf else mp.nstr(x, 20)


def stored(row, kind):
    """The shortest decimals that give the same elements again."""

    def shortest(x):
        if x == -math.inf:
            return "-inf"
        if x == int(x) and abs(x) < 1e15:
            return int(x)
        return next(y for y in (float(f"{x:.{n}g}") for n in range(1, 18)) if rounded(y, kind) == x)

    return [shortest(x) for x in row]


cases = []


def case(name, kind, rows, first, second=None, elements=False):
    second = second or first
    rows = [[rounded(x, kind) for x in row] for row in rows]
    sides = distribution(rows[0], first), distribution(rows[1], second)
    entry = {
        "name": name,
        "type": kind,
        "first": {**first, "row": stored(rows[0], kind)},
        "second": {**second, "row": stored(rows[1], kind)},
        "expected": {key: number(value) for key, value in expected(*sides).items()},
        "powerSums": power_sums(*sides),
        "skewDivergences": skew_divergences(*sides),
    }
    if elements:
        entry["elements"] = {
            "logSoftmax": [number(x) for x in sides[0][1]],
            "softmax": [number(x) for x in sides[0][0]],
            **{
                key: [number(x) for x in values]
                for key, values in gradients(*sides, mpf(second.get("temperature", 1))).items()
            },
        }
    cases.append(entry)


random.seed(2026)
normals = lambda n, scale=1.0: [random.gauss(0, scale) for _ in range(n)]
plus = lambda row, other, size: [x + size * y for x, y in zip(row, other)]
LOGITS = {"form": "logits"}

for kind in ("float32", "float64"):
    for n in (2, 10, 33, 130, 260):
        for size in (2e-7, 3e-6, 1e-4, 1e-2, 1.0):
            row = normals(n, 3)
            case(f"noise of {size}", kind, [row, plus(row, normals(n), size)], LOGITS)
        case("far apart", kind, [normals(n, 900), normals(n, 900)], LOGITS)
    for n in (10, 33):
        row = normals(n, 2)
        case("elements", kind, [row, plus(row, normals(n), 0.3)], LOGITS, elements=True)
        case("elements of rows that are alike", kind, [row, plus(row, normals(n), 1e-5)], LOGITS, elements=True)
    row = [8.0 * round(x) for x in normals(40, 2)]
    case("logits near 1e8", kind, [[x + 1e8 for x in row], [x + 8 - 1e8 for x in row]], LOGITS)
    row = normals(70, 2)
    case("one side shifted by 100", kind, [row, [x + 100 + 1e-3 * y for x, y in zip(row, normals(70))]], LOGITS)
    case("around 95", kind, [[x + 95 for x in row], [x + 95.5 for x in normals(70, 2)]], LOGITS)
    point = [x + (44.0 if k == 7 else 0.0) for k, x in enumerate(normals(50))]
    case("one class nearly certain", kind, [point, plus(point, normals(50), 0.1)], LOGITS)
    case("another class nearly certain", kind, [point, point[5:] + point[:5]], LOGITS)
    gaps = [(-math.inf if k % 4 == 1 else x) for k, x in enumerate(normals(37))]
    case("no mass in a fourth of the classes", kind, [gaps, plus(gaps, normals(37), 0.2)], LOGITS)
    case("no mass on the first side", kind, [gaps, normals(37)], LOGITS)
    case("no mass on the second side", kind, [normals(37), gaps], LOGITS)
    for temperature in (0.7, 2, 4):
        row = normals(65, 4)
        side = {"form": "logits", "temperature": temperature}
        case(f"temperature {temperature}", kind, [row, plus(row, normals(65), 0.1)], side)
        case(f"elements at temperature {temperature}", kind, [row[:12], normals(12, 3)], side, elements=True)
        case(f"temperature {temperature}, alike", kind, [row, plus(row, normals(65), 2e-6)], side)
    case("one class", kind, [[3.0], [-2.0]], LOGITS)

for kind in ("float16", "bfloat16"):
    for n in (2, 10, 129, 260):
        row = normals(n, 3)
        case("noise of 0.05", kind, [row, plus(row, normals(n), 0.05)], LOGITS)
        case("independent", kind, [normals(n, 4), normals(n, 4)], LOGITS)

for kind in ("float32", "float64", "float16", "bfloat16"):
    for n in (2, 10, 70):
        for size in (1e-5, 0.1, 1.0):
            w = [math.exp(x) for x in normals(n, 1.5)]
            v = [x * math.exp(size * y) for x, y in zip(w, normals(n))]
            p, q = [x / sum(w) for x in w], [x / sum(v) for x in v]
            logs = [[math.log(x) for x in row] for row in (p, q)]
            case(f"probabilities, noise of {size}", kind, [p, q], {"form": "probabilities"})
            case(f"log-probabilities, noise of {size}", kind, logs, {"form": "logProbabilities"})
            case(f"weights, noise of {size}", kind, [w, v], {"form": "weights"})
            case(f"logits and probabilities, noise of {size}", kind, [logs[0], q], LOGITS, {"form": "probabilities"})
            case(f"weights and log-probabilities, noise of {size}", kind, [w, logs[1]], {"form": "weights"}, {"form": "logProbabilities"})
    gaps = [0.0 if k % 3 == 2 else math.exp(x) for k, x in enumerate(normals(40))]
    case("weights with gaps", kind, [gaps, [2 * x for x in gaps]], {"form": "weights"})
    case("weights with gaps on one side", kind, [[math.exp(x) for x in normals(40)], gaps], {"form": "weights"})
    case("weights, smoothed", kind, [gaps, gaps[3:] + gaps[:3]], {"form": "weights", "smoothing": 0.5})

for n in (2, 26, 200):
    counts = [[float(random.randrange(0, 1000)) for _ in range(n)] for _ in range(2)]
    counts[0][0] = counts[1][0] = 5.0
    case("counts", "int64", counts, {"form": "weights"})
    case("counts, smoothed", "int64", counts, {"form": "weights", "smoothing": 1})

lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in cases)
print(f"[\n{lines}\n]")
