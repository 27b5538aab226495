"""Writes pairwise.json: measures of pairs of two sets to 40 digits, by mpmath.

    make golden

The rows come from a generator of integers and are made again by PairwiseGoldenTests.swift, so the table
holds results only. Every formula is the definition: with 40 digits nothing needs rearranging.
"""

import json
import math
import struct

from mpmath import mp, mpf

mp.dps = 40
ROWS = 66
MASK = (1 << 64) - 1
# Bits of an integer in a row, and the logarithm of what one is worth as a logit.
BITS = {"float32": (22, -20), "float64": (50, -48), "float16": (10, -8), "bfloat16": (7, -5)}


def rounded(x, kind):
    if math.isinf(x) or kind == "float64":
        return x
    if kind == "float16":
        return struct.unpack("e", struct.pack("e", x))[0]
    single = struct.unpack("f", struct.pack("f", x))[0]
    if kind == "float32":
        return single
    bits = struct.unpack("I", struct.pack("f", single))[0]
    bits += 0x7FFF + ((bits >> 16) & 1)
    return struct.unpack("f", struct.pack("I", bits & 0xFFFF0000))[0]


def random_bits(seed, count):
    """SplitMix64."""
    for _ in range(count):
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = ((seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def row(index, kind, form, classes):
    """Row `index` of both sets, the targets' before the models'; see the Swift test for the kinds of rows."""
    is_log = form in ("logits", "logProbabilities")
    bits, exponent = BITS[kind]
    r, is_model = index % ROWS, index >= ROWS
    seed = r if r < 28 or (r < 40 and r % 2 == 0) else index
    base = list(random_bits(1000 + seed, classes))
    noise = list(random_bits(5000 + r, classes))
    if is_log:
        values = [float((z >> (63 - bits)) - (1 << bits)) * 2.0**exponent for z in base]
    else:
        values = [float((1 << (bits - 3)) + (z >> (65 - bits))) for z in base]
    nothing = -math.inf if is_log else 0.0
    wide = bits > 20
    if r < 24 and (r < 17) == wide and is_model:
        step = 2.0 ** (r + bits - 22 if wide else 0)
        for k in range(classes):
            if wide or k == r:
                values[k] += float(noise[k] % 3 - 1 if wide else 1) * step * (2.0**exponent if is_log else 1)
    elif r < 24 and (r < 17) != wide:
        level = r - 16 if wide else r
        if is_log:
            values[3] = -float(4 + level + is_model)
        else:
            values[3] = 2.0**-level * (1.5 if is_model else 1)
    elif 28 <= r < 34 and (r < 30 or is_model == (r < 32)):
        for k in range(r % 5, classes, 5):
            values[k] = nothing
    elif 34 <= r < 40 and (r < 38 or not is_model):
        hot = r if r < 36 else r + is_model
        values = [(0.0 if is_log else 1.0) if k == hot else nothing for k in range(classes)]
    elif 40 <= r < 46:
        hot = r if r < 43 else r + is_model
        for k in range(classes):
            if is_log:
                values[k] = 40.0 if k == hot else values[k]
            else:
                values[k] = 2.0**bits if k == hot else 1.0 + float(base[k] & 7)
    return values


def stored(index, kind, form, classes):
    """The row as it is in the set, and the number that was taken off its logits."""
    values = row(index, kind, form, classes)
    shift = 0.0
    if form == "logProbabilities":
        top = max(values)
        shift = top + math.log(math.fsum(math.exp(x - top) for x in values))
        values = [x - shift for x in values]
    elif form == "probabilities":
        total = 0.0
        for x in values:
            total += x
        values = [x / total for x in values]
    return [rounded(x, kind) for x in values], shift


def distribution(values, form):
    if form in ("logits", "logProbabilities"):
        masses = [mpf(0) if math.isinf(x) else mp.exp(mpf(x)) for x in values]
    else:
        masses = [mpf(x) for x in values]
    total = mp.fsum(masses)
    p = [mass / total for mass in masses]
    return p, [mp.log(x) if x else -mp.inf for x in p]


def measures(first, second):
    (p, log_p), (q, log_q) = first, second
    more = any(x and not y for x, y in zip(p, q))
    less = any(y and not x for x, y in zip(p, q))

    def divergence(p, log_p, log_q):
        return mp.fsum(x * (u - v) for x, u, v in zip(p, log_p, log_q) if x)

    forward = mp.inf if more else divergence(p, log_p, log_q)
    reverse = mp.inf if less else divergence(q, log_q, log_p)
    log_m = [mp.log((x + y) / 2) if x or y else -mp.inf for x, y in zip(p, q)]
    roots = mp.fsum(mp.sqrt(x * y) for x, y in zip(p, q))
    squares = mp.inf if more else mp.fsum(x * x / y for x, y in zip(p, q) if x)
    back = mp.inf if less else mp.fsum(y * y / x for x, y in zip(p, q) if y)
    return {
        "forward-kl": forward,
        "reverse-kl": reverse,
        "jeffreys": forward + reverse,
        "cross-entropy": mp.inf if more else -mp.fsum(x * v for x, v in zip(p, log_q) if x),
        "jensen-shannon": (divergence(p, log_p, log_m) + divergence(q, log_q, log_m)) / 2,
        "hellinger": mp.sqrt(mp.fsum((mp.sqrt(x) - mp.sqrt(y)) ** 2 for x, y in zip(p, q)) / 2),
        "total-variation": mp.fsum(abs(x - y) for x, y in zip(p, q)) / 2,
        "chi-squared": mp.inf if more else mp.fsum((x - y) ** 2 / y for x, y in zip(p, q) if y),
        "renyi:0.5": -2 * mp.log(roots) if roots else mp.inf,
        "renyi:2": mp.log(squares),
        "alpha:-1": (back - 1) / 2,
        "bhattacharyya": -mp.log(roots) if roots else mp.inf,
    }


PAIRS = [(r, r + ROWS) for r in (*range(24), 24, 28, 29, 31, 32, 33, 34, 36, 38, 40, 43, 50)] + [
    (3, 79), (30, 98), (36, 100), (40, 107), (60, 67),
]  # fmt: skip


def case(kinds, form, classes, pairs=PAIRS):
    shifts, sides = {}, {}
    for index in sorted({index for pair in pairs for index in pair}):
        values, shifts[index] = stored(index, kinds[index >= ROWS], form, classes)
        sides[index] = distribution(values, form)
    if form == "logProbabilities":
        for index in range(2 * ROWS):
            shifts[index] = stored(index, kinds[index >= ROWS], form, classes)[1]
    digits = 15 if kinds[0] == "float64" else 9
    # What 40 digits leave of a sum that is 0 is no result.
    expected = [[mp.nstr(x if abs(x) > mpf("1e-30") else mpf(0), digits + 1) for x in measures(sides[i], sides[j]).values()] for i, j in pairs]
    cases.append({
        "types": kinds,
        "form": form,
        "classes": classes,
        "shifts": [shifts[index] for index in range(2 * ROWS)] if form == "logProbabilities" else [],
        "pairs": pairs,
        "expected": [" ".join(x.lstrip("+") for x in row) for row in expected],
    })  # fmt: skip


cases = []
NAMES = list(measures(([mpf(1)], [mpf(0)]), ([mpf(1)], [mpf(0)])))
for kind in BITS:
    for form, classes in (("logits", 61), ("logProbabilities", 48), ("probabilities", 97), ("weights", 70)):
        case([kind, kind], form, classes)
for form, classes in (("logits", 61), ("probabilities", 97)):
    case(["float32", "float64"], form, classes)
for kind in ("float32", "float64"):
    case([kind, kind], "logits", 2500, PAIRS[::5])
lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in cases)
print(f'{{"measures":{json.dumps(NAMES)},"cases":[\n{lines}\n]}}')
