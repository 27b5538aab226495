"""How long a peer takes."""

import time


def best(run, seconds=3):
    """The least time of several runs, after one to warm up, and the last one's values."""
    values = run()
    least, start = float("inf"), time.perf_counter()
    while time.perf_counter() - start < seconds:
        before = time.perf_counter()
        values = run()
        least = min(least, time.perf_counter() - before)
    return least, values
