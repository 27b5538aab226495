"""The same work side by side, in alternation: ours and the peers', on the same data.

    python compare.py --partner ../.build/release/kullback-benchmarks [--quick] [--json FILE]

The time of each is its least of several rounds. In a round everybody runs once, so that a slow
minute of the machine hits all alike.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import sys
import time

# Freed memory is kept and used again, instead of being returned and touched for the first time in
# every call: several times faster for frameworks that allocate their results, and what a user who
# has read their tuning guides would set. glibc reads it when a process starts.
TUNED = {
    "MALLOC_MMAP_THRESHOLD_": "17179869184",
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
    "MALLOC_TOP_PAD_": "67108864",
}
CLEARED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def restart(plain):
    """Starts again in the environment that is fair to everybody."""
    wanted = {} if plain else TUNED
    environment = {name: value for name, value in os.environ.items() if name not in CLEARED}
    environment.update(wanted)
    if environment != dict(os.environ):
        os.execve(sys.executable, [sys.executable, *sys.argv], environment)


def prepared(name, build, work, data):
    """A peer's run, warmed up; or None with the reason printed, so that a gap is never silent."""
    try:
        run = build(work, data)
        if run is not None:
            run()
        return run
    except ImportError as reason:
        print(f"  {name}: not installed ({reason})", file=sys.stderr)
    except Exception as reason:  # A peer that fails is no reason to stop the others.
        print(f"  {name}: {type(reason).__name__}: {str(reason)[:200]}", file=sys.stderr)
    return None


def alternate(runs, seconds, most):
    least = dict.fromkeys(runs, float("inf"))
    skipped = set()
    start = time.perf_counter()
    rounds = 0
    while rounds < 3 or (rounds < most and time.perf_counter() - start < seconds):
        for name, run in runs.items():
            if name in skipped:
                continue
            taken = run()
            least[name] = min(least[name], taken)
            # What takes seconds is known after one round.
            if taken > 1.5:
                skipped.add(name)
        rounds += 1
    return least


def timed(run):
    def once():
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    return once


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--partner", required=True, help="the built kullback-benchmarks")
    parser.add_argument("--quick", action="store_true", help="an eighth of the rows, no torch.compile")
    parser.add_argument("--filter", default="", help="only work whose title contains this")
    parser.add_argument("--seconds", type=float, default=6, help="for each row of the table")
    parser.add_argument("--json", help="write the figures to this file")
    parser.add_argument("--plain-allocator", action="store_true", help="malloc as it comes")
    options = parser.parse_args()
    restart(options.plain_allocator)

    import accuracy
    import marks
    import normals
    import pairs
    import softmax
    import text
    import variational
    import works
    from partner import Partner, Refused

    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    partner = Partner(options.partner)
    machine = partner.ask("machine")
    names = [name for name in works.peers if not (options.quick and name == "torch.compile")]
    print(machine)
    print(f"{threads} threads, {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, "
          f"allocator {'as it comes' if options.plain_allocator else 'tuned to keep memory'}")
    print("  ".join(versions()))
    print("\nGB/s of input (and output, where a matrix is written); ratio: ours over the best peer\n")
    print(f"{'work':27}{'shape':>24}{'ours':>7}" + "".join(f"{name:>15}" for name in names)
          + f"{'ratio':>8}")
    rows, own = [], {}
    for work in works.all_works(options.quick):
        title = f"{work.name}, {work.form} {work.rows} x {work.classes} {work.dtype}"
        if options.filter.lower() not in title.lower():
            continue
        data = work.data()
        runs = {}
        operands = ["a", "b"][: len(data)]
        try:
            for name, side in zip(operands, data):
                partner.load(name, side)
            partner.ask("work", work.kind, work.form, threads, *operands)
            partner.run()
            runs["ours"] = partner.run
        except Refused as reason:
            print(f"  ours: {reason}", file=sys.stderr)
        for name in names:
            run = prepared(name, works.peers[name], work, data)
            if run is not None:
                runs[name] = timed(run)
        least = alternate(runs, 2 if options.quick else options.seconds, 30)
        rates = {name: work.bytes / seconds * 1e-9 for name, seconds in least.items()}
        others = [rate for name, rate in rates.items() if name != "ours"]
        ratio = rates["ours"] / max(others) if "ours" in rates and others else None
        shape = f"{work.rows} x {work.classes} {work.dtype[0]}{work.dtype[-2:]}"
        cells = "".join(f"{rates[name]:>15.1f}" if name in rates else f"{'':>15}" for name in names)
        ours = f"{rates['ours']:>7.1f}" if "ours" in rates else f"{'':>7}"
        print(f"{work.name:27}{shape:>24}{ours}{cells}" + (f"{ratio:>8.2f}" if ratio else ""), flush=True)
        if "ours" in rates:
            # In bytes of input: what is written is not counted where other work is beside it.
            of_input = work.sides / (work.sides + work.written)
            own[work.kind, work.rows * work.scale, work.classes] = rates["ours"] * of_input
        missed = marks.short_of(work, rates, own)
        for words in missed:
            print(f"    SHORT OF ITS MARK: {words}", flush=True)
        rows.append({
            "work": title, "gigabytes_per_second": rates, "ratio": ratio, "short_of": missed,
        })
        for name in operands:
            try:
                partner.ask("drop", name)
            except Refused:
                pass
        del runs, data
    short = [row for row in rows if row["short_of"]]
    print(f"\n{len(short)} of {len(rows)} rows are short of a mark")
    for row in short:
        print(f"  {row['work']}: {'; '.join(row['short_of'])}")
    summary = accuracy.compare(partner, threads)
    if options.filter.lower() in "all pairs":
        pairs.compare(partner, threads, options.quick)
    if options.filter.lower() in "softmax regression":
        softmax.compare(partner, threads, options.quick)
    if options.filter.lower() in "kl of normals":
        normals.compare(partner, threads, options.quick)
    if options.filter.lower() in "variational fit":
        variational.compare(partner, threads, options.quick)
    if options.filter.lower() in "text of numbers":
        text.compare(partner, options.quick)
    partner.close()
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"machine": machine, "rows": rows, "accuracy": summary}, file, indent=2)


def versions():
    for package in ("torch", "jax", "numba", "onnxruntime", "scipy", "numpy", "pandas"):
        try:
            yield f"{package} {importlib.metadata.version(package)}"
        except importlib.metadata.PackageNotFoundError:
            yield f"{package} not installed"


if __name__ == "__main__":
    main()
