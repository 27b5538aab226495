#!/usr/bin/env python3
"""llama.cpp's base file of `llama-perplexity --kl-divergence-base`, and the statistics of `--kl-divergence`.

Made after what files and outputs of the tool are found to be, in NumPy; the small sets beside this file are of it.

    make_llama_base.py synthetic DIRECTORY          writes the small sets of this directory
    make_llama_base.py summary BASE LOGITS          prints the tool's lines for a base file and a model's logits
    make_llama_base.py check BASE LOGITS OUTPUT     compares them with what the tool printed, line by line

LOGITS is an .npy file of float32, scored rows x vocabulary, in the order of the base file.
"""
import json
import math
import re
import sys

import numpy as np

f32 = np.float32


# The file

def scored(n_ctx):
    """Rows a chunk: only the second half is scored, and its last token has no successor."""
    return n_ctx - 1 - n_ctx // 2


def encode(row, window=16.0):
    """One row of float32 logits as (scale, min_log_prob, codes); all in float32 but the sum of exponentials."""
    x = np.asarray(row, dtype=f32)
    top = x.max()
    low = max(x.min(), f32(top - f32(window)))
    log_sum = f32(math.log(np.exp(x - top).astype(np.float64).sum()))
    minimum = f32(f32(low - top) - log_sum)
    scale = f32(f32(top - low) / f32(65535))
    if scale == 0:
        return scale, minimum, np.zeros(x.size, np.uint16)
    inverse = f32(f32(1) / scale)
    # float32 difference, float32 product, rounded half to even
    codes = np.rint((inverse * (x - low)).astype(f32))
    return scale, minimum, np.where(x > low, codes, 0).astype(np.uint16)


def row_type(n_vocab):
    # One unit of padding if the vocabulary is odd.
    padding = n_vocab % 2
    fields = [("scale", "<f4"), ("minimum", "<f4"), ("codes", "<u2", (n_vocab,))]
    return np.dtype(fields + ([("padding", "<u2", (padding,))] if padding else []))


def write_base(path, tokens, logits, n_ctx, window=16.0):
    """tokens: chunks x n_ctx; logits: chunks * scored(n_ctx) x vocabulary."""
    tokens = np.asarray(tokens, dtype="<i4")
    chunks = tokens.shape[0]
    n_vocab = logits.shape[1]
    assert tokens.shape[1] == n_ctx and logits.shape[0] == chunks * scored(n_ctx)
    rows = np.zeros(len(logits), row_type(n_vocab))
    for i, row in enumerate(logits):
        rows[i]["scale"], rows[i]["minimum"], rows[i]["codes"] = encode(row, window)
    with open(path, "wb") as out:
        out.write(b"_logits_")
        out.write(np.array([n_ctx, n_vocab, chunks], "<i4").tobytes())
        out.write(tokens.tobytes())
        out.write(rows.tobytes())


class Base:
    """The base file, mapped."""

    def __init__(self, path):
        with open(path, "rb") as f:
            if f.read(8) != b"_logits_":
                raise ValueError("no base file of llama.cpp")
            self.n_ctx, self.n_vocab, self.chunks = (int(v) for v in np.frombuffer(f.read(12), "<i4"))
            count = self.n_ctx * self.chunks
            self.tokens = np.frombuffer(f.read(4 * count), "<i4").reshape(self.chunks, self.n_ctx)
            offset = f.tell()
        kind = row_type(self.n_vocab)
        self.rows = np.memmap(path, kind, "r", offset, (self.chunks * scored(self.n_ctx),))

    def next_tokens(self):
        first = self.n_ctx // 2
        return np.ascontiguousarray(self.tokens[:, first + 1:]).reshape(-1)

    def is_clamped(self, i, window=16.0):
        return abs(float(self.rows[i]["scale"]) * 65535 - window) < 1e-4

    def log_probabilities(self, i, fused=True):
        """scale * code + minimum in float32, as a fused operation or as two."""
        row = self.rows[i]
        if fused:
            return (np.float64(row["scale"]) * row["codes"] + np.float64(row["minimum"])).astype(f32)
        return (row["scale"] * row["codes"].astype(f32)).astype(f32) + row["minimum"]


# Per token

def token_statistics(base, logits, double=False):
    """nll, nll_base, kl, delta_p (float32 but kl, as the tool has them), same_top: one each a scored token.

    double=True evaluates the same formulas in float64 throughout, from the same file and logits."""
    t = f32 if not double else np.float64
    nexts = base.next_tokens()
    n = len(base.rows)
    nll, nll_base, kl, delta = np.empty(n, t), np.empty(n, t), np.empty(n, np.float64), np.empty(n, t)
    same = np.empty(n, bool)
    for i in range(n):
        b = np.asarray(logits[i], dtype=t)
        if double:
            row = base.rows[i]
            lp = np.float64(row["scale"]) * row["codes"] + np.float64(row["minimum"])
        else:
            lp = base.log_probabilities(i)
        top = b.max()
        log_sum = t(math.log(np.exp(b - top).astype(np.float64).sum()))
        token = nexts[i]
        nll[i] = t(top + log_sum) - b[token]
        nll_base[i] = -lp[token]
        kept = lp > -16
        p = np.exp(lp[kept])
        # float32: (lp - b) + (top + log_sum), each rounded, times p; the sum in float64
        terms = p * ((lp[kept] - b[kept]) + t(top + log_sum))
        kl[i] = terms.astype(np.float64).sum()
        delta[i] = np.exp(-nll[i]) - np.exp(-nll_base[i])
        same[i] = int(b.argmax()) == int(base.rows[i]["codes"].argmax())
    return dict(nll=nll, nll_base=nll_base, kl=kl, delta_p=delta, same_top=same)


# Summaries

def root(x):
    """The tool's square root of a difference of variances that rounding may make negative: it prints -nan then."""
    return math.sqrt(x) if x >= 0 else math.nan


def mean_and_error(values, squares=None):
    n = len(values)
    squares = values * values if squares is None else squares
    mean = float(np.sum(values, dtype=np.float64)) / n
    spread = float(np.sum(squares, dtype=np.float64)) / n - mean * mean
    return mean, (math.sqrt(spread / (n - 1)) if spread > 0 and n > 10 else 0.0)


def covariance(a, b):
    n = len(a)
    if n < 10:
        return 0.0
    product = float(np.sum(a * b, dtype=np.float64)) / n
    return (product - float(np.sum(a, dtype=np.float64)) / n * float(np.sum(b, dtype=np.float64)) / n) / (n - 1)


def percentile(values, fraction):
    """Linear interpolation at fraction * (n - 1), in float32."""
    position = f32(f32(fraction) * f32(len(values) - 1))
    whole = int(position)
    rest = f32(position - f32(whole))
    return float(f32(f32(f32(1) - rest) * values[whole]) + f32(rest * values[min(whole + 1, len(values) - 1)]))


def median(values):
    n = len(values)
    return float(values[n // 2] if n % 2 else f32(0.5) * (values[n // 2] + values[n // 2 - 1]))


LEVELS_KL = [("99.9%", 0.999), ("99.0%", 0.99), ("95.0%", 0.95), ("90.0%", 0.9), ("Median", None),
             ("10.0%", 0.1), ("5.0%", 0.05), ("1.0%", 0.01), ("0.1%", 0.001)]
LEVELS_DELTA = [("99.9%", 0.999), ("99.0%", 0.99), ("95.0%", 0.95), ("90.0%", 0.9), ("75.0%", 0.75), ("Median", None),
                ("25.0%", 0.25), ("10.0%", 0.1), ("5.0%", 0.05), ("1.0%", 0.01), ("0.1%", 0.001)]


def summary(s):
    """Every printed line: name -> [value] or [value, uncertainty]; Δp and same top in percent, as printed."""
    out = {}
    q, u = mean_and_error(s["nll"])
    q0, u0 = mean_and_error(s["nll_base"])
    cov = covariance(s["nll"], s["nll_base"])
    ppl, ppl0 = math.exp(q), math.exp(q0)
    out["Mean PPL(Q)"] = [ppl, ppl * u]
    out["Mean PPL(base)"] = [ppl0, ppl0 * u0]
    out["Cor(ln(PPL(Q)), ln(PPL(base)))"] = [100 * cov / (u * u0)]
    ratio, ratio_error = q - q0, root(u * u + u0 * u0 - 2 * cov)
    out["Mean ln(PPL(Q)/PPL(base))"] = [ratio, ratio_error]
    out["Mean PPL(Q)/PPL(base)"] = [math.exp(ratio), math.exp(ratio) * ratio_error]
    variance = (ppl * u) ** 2 + (ppl0 * u0) ** 2 - 2 * ppl * ppl0 * cov
    out["Mean PPL(Q)-PPL(base)"] = [ppl - ppl0, root(variance)]

    out["Mean KLD"] = list(mean_and_error(s["kl"]))
    kl = np.sort(s["kl"].astype(f32))
    out["Maximum KLD"] = [float(kl[-1])]
    for name, level in LEVELS_KL:
        out[name + " KLD"] = [median(kl) if level is None else percentile(kl, level)]
    out["Minimum KLD"] = [float(kl[0])]

    d = s["delta_p"]
    mean, error = mean_and_error(d)
    out["Mean Δp"] = [100 * mean, 100 * error]
    ordered = np.sort(d)
    out["Maximum Δp"] = [100 * float(ordered[-1])]
    for name, level in LEVELS_DELTA:
        out[name + " Δp"] = [100 * (median(ordered) if level is None else percentile(ordered, level))]
    out["Minimum Δp"] = [100 * float(ordered[0])]
    # The square is rounded to float32 before it is summed, and squared again in float64.
    squares = (d * d).astype(np.float64)
    square, square_error = mean_and_error(squares)
    rms = math.sqrt(square)
    out["RMS Δp"] = [100 * rms, 100 * 0.5 / rms * square_error if rms > 0 else math.nan]
    share = float(np.count_nonzero(s["same_top"])) / len(d)
    out["Same top p"] = [100 * share, 100 * math.sqrt(share * (1 - share) / (len(d) - 1))]
    return out


def printed(figures):
    """The figures as the tool prints them: strings."""
    lines = {}
    for name, values in figures.items():
        if name.startswith("Cor"):
            formats = ["%.2f"]
        elif "Δp" in name or "top" in name:
            formats = ["%.3f", "%.3f"]
        else:
            formats = ["%.6f", "%.6f"]
        lines[name] = [f % v for f, v in zip(formats, values)]
    return lines


def parse(text):
    """The tool's output: name -> strings of figures."""
    found = {}
    for line in text.splitlines():
        match = re.match(r"^\s*(.+?)\s*:\s+(-?[\d.]+|-?nan|inf)\s*%?\s*(?:±\s+(-?[\d.]+|-?nan))?\s*%?\s*$", line)
        if match:
            name = re.sub(r"\s+", " ", match.group(1))
            found[name] = [g for g in match.groups()[1:] if g is not None]
    return found


# The synthetic sets

def synthetic(directory):
    for n_vocab in (500, 501):
        n_ctx, chunks = 32, 8
        random = np.random.default_rng(20261127 + n_vocab)
        rows = chunks * scored(n_ctx)
        # Rows of differing sharpness: some reach beyond 16 nats (clamped), some do not.
        sharpness = np.where(np.arange(rows) % 3 == 0, 6.0, 1.5)[:, None]
        original = (random.standard_normal((rows, n_vocab)) * sharpness + 3).astype(f32)
        original[7] = f32(2.5)                       # all equal: scale 0
        original[8, :] = f32(-40)                    # one class has nearly everything
        original[8, 17] = f32(10)
        original[9, 3:] = f32(-np.inf)               # masked classes: the tool takes -inf as below the window
        noise = np.where(np.arange(rows) < rows // 2, 0.02, 0.3)[:, None]
        model = (original + random.standard_normal(original.shape) * noise).astype(f32)
        model[9] = np.where(np.isinf(original[9]), f32(-30), model[9])
        model[10] = original[10]                     # the same row: the divergence is the file's rounding
        tokens = random.integers(0, n_vocab, (chunks, n_ctx)).astype(np.int32)
        # Text follows the model: most tokens are drawn from the original's own distribution.
        first = n_ctx // 2
        for i in range(rows):
            p = np.exp(original[i].astype(np.float64) - original[i].max())
            if random.random() < 0.8:
                tokens[i // scored(n_ctx), first + 1 + i % scored(n_ctx)] = random.choice(n_vocab, p=p / p.sum())
        stem = f"{directory}/synthetic-{n_vocab}"
        write_base(stem + ".base", tokens, original, n_ctx)
        base = Base(stem + ".base")
        np.save(stem + "-original.npy", original)
        np.save(stem + "-model.npy", model)
        np.save(stem + "-next-tokens.npy", base.next_tokens().astype(np.int32))
        single, double = token_statistics(base, model), token_statistics(base, model, double=True)
        a, b = original.astype(np.float64), model.astype(np.float64)
        with np.errstate(invalid="ignore"):
            lp = a - a.max(1, keepdims=True)
            lp -= np.log(np.exp(lp).sum(1, keepdims=True))
            lq = b - b.max(1, keepdims=True)
            lq -= np.log(np.exp(lq).sum(1, keepdims=True))
            exact = np.where(np.isneginf(lp), 0, np.exp(lp) * (lp - lq)).sum(1)
        with open(stem + ".json", "w") as out:
            json.dump({
                "file": {"n_ctx": n_ctx, "n_vocab": n_vocab, "chunks": chunks, "rows": rows,
                         "clamped": [i for i in range(rows) if base.is_clamped(i)]},
                "printed": printed(summary(single)),
                "float32": summary(single),
                "float64": summary(double),
                "exact_forward_kl_of_the_logits": {"mean": float(exact.mean()), "rows": exact.tolist()},
                "rows_float64": {k: v.tolist() for k, v in double.items()},
            }, out, indent=1, ensure_ascii=False, allow_nan=True)
        print(stem, rows, "rows;", len([i for i in range(rows) if base.is_clamped(i)]), "clamped; mean KLD",
              summary(single)["Mean KLD"], "exact", exact.mean())


def main(arguments):
    if arguments[:1] == ["synthetic"]:
        synthetic(arguments[1])
        return 0
    base = Base(arguments[1])
    logits = np.load(arguments[2], mmap_mode="r")
    assert logits.shape == (len(base.rows), base.n_vocab), (logits.shape, len(base.rows), base.n_vocab)
    mine = printed(summary(token_statistics(base, logits)))
    exact = printed(summary(token_statistics(base, logits, double=True)))
    theirs = parse(open(arguments[3]).read()) if arguments[0] == "check" else {}
    wrong = 0
    for name, values in mine.items():
        other = theirs.get(name)
        mark = "" if other is None else ("same" if other == values else "DIFFERS from " + " ± ".join(other))
        wrong += other is not None and other != values
        print(f"{name:32} {' ± '.join(values):24} float64 {' ± '.join(exact[name]):24} {mark}")
    if theirs:
        print(f"{len([n for n in mine if n in theirs])} of {len(mine)} lines found, {wrong} differ")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
