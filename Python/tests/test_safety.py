"""Forks, threads, interruptions: each in a process of its own, that it may end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

import kullback

SETUP = """
import faulthandler, os, signal, sys, threading, time
faulthandler.enable()
import numpy as np, kullback
rng = np.random.default_rng(1)
p = rng.standard_normal((512, 4096), dtype=np.float32)
q = p + np.float32(0.1) * rng.standard_normal(p.shape, dtype=np.float32)
"""


def run(body: str, timeout: float = 120) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SETUP + textwrap.dedent(body)], capture_output=True, text=True, timeout=timeout
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_child_processes_give_the_same_bits(method):
    run(f"""
    import multiprocessing
    if __name__ == "__main__":
        want, pairs = kullback.forward_kl(p, q), kullback.pairwise(p, q)
        p @ q.T
        with multiprocessing.get_context("{method}").Pool(3) as pool:
            for found in pool.starmap(kullback.forward_kl, [(p, q)] * 6):
                assert np.array_equal(found, want)
            for found in pool.starmap(kullback.pairwise, [(p, q)] * 6):
                assert np.array_equal(found, pairs)
    """)


def test_a_fork_while_another_thread_computes():
    run("""
    want, stop = kullback.forward_kl(p, q), []
    def busy():
        while not stop: kullback.pairwise(p, q)
    thread = threading.Thread(target=busy); thread.start()
    time.sleep(0.1)
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            os._exit(0 if np.array_equal(kullback.forward_kl(p, q), want) else 1)
        children.append(child)
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    stop.append(1); thread.join()
    """)


def test_many_threads_give_the_same_bits_and_python_goes_on():
    run("""
    from concurrent.futures import ThreadPoolExecutor
    want, pairs = kullback.forward_kl(p, q), kullback.pairwise(p, q)
    with ThreadPoolExecutor(4) as pool:
        assert all(np.array_equal(found, want) for found in pool.map(lambda _: kullback.forward_kl(p, q), range(16)))
        assert all(np.array_equal(found, pairs) for found in pool.map(lambda _: kullback.pairwise(p, q), range(8)))
    turns, stop = [0], []
    def count():
        while not stop: turns[0] += 1
    thread = threading.Thread(target=count); thread.start()
    before = turns[0]
    kullback.pairwise(np.tile(p, (4, 1)), q, threads=1)
    gone = turns[0] - before
    stop.append(1); thread.join()
    assert gone > 1000, gone
    """)


CALLS = {
    "rows": "kullback.forward_kl(p, q, threads=1)",
    "second family": "kullback.jensen_shannon(p, q, threads=1)",
    "log-softmax": "kullback.log_softmax(p, threads=1)",
    "entropy": "kullback.entropy(p, threads=1)",
    "all pairs": "kullback.pairwise(p, q, threads=1)",
    "nearest": "kullback.nearest(p, q, k=3, threads=1)",
}


@pytest.mark.parametrize("call", CALLS)
def test_ctrl_c_ends_a_call_soon(call):
    late = run(f"""
    p = rng.standard_normal((6000, 4096), dtype=np.float32)
    q = p + np.float32(0.1)
    at = []
    def press():
        at.append(time.monotonic()); os.kill(os.getpid(), signal.SIGINT)
    threading.Timer(0.2, press).start()
    try:
        while True: {CALLS[call]}
    except KeyboardInterrupt:
        print(time.monotonic() - at[0])
    assert np.isfinite(kullback.forward_kl(p[:10], q[:10])).all()
    """)
    # A promise of 0.1 s on a quiet machine; a hang is what is looked for here.
    assert float(late) < 5


def test_interruptions_at_random_times_leave_the_process_whole():
    run(
        """
        import random
        random.seed(7)
        p = np.tile(p, (4, 1)); q = np.tile(q, (4, 1))
        calls = [lambda: kullback.forward_kl(p, q), lambda: kullback.pairwise(p[:900], q[:900]),
                 lambda: kullback.log_softmax(p), lambda: kullback.nearest(p[:900], q[:900])]
        want = kullback.forward_kl(p, q)
        caught = 0
        for turn in range(120):
            timer = threading.Timer(random.random() * 0.03, os.kill, (os.getpid(), signal.SIGINT))
            try:
                timer.start()
                deadline = time.monotonic() + 0.2
                while time.monotonic() < deadline: calls[turn % 4]()
            except KeyboardInterrupt:
                caught += 1
            try:
                timer.join()
            except KeyboardInterrupt:
                caught += 1
        assert caught >= 100, caught
        assert np.array_equal(kullback.forward_kl(p, q), want)
        """,
        timeout=240,
    )


def test_what_progress_raises_comes_through():
    class Stop(Exception):
        pass

    def progress(done, rows):
        raise Stop

    p = np.zeros((4000, 8192), "f4")
    with pytest.raises(Stop):
        while True:
            kullback.forward_kl(p, p, progress=progress, threads=1)


def test_progress_ends_with_all_rows():
    seen = []
    p = np.zeros((20_000, 500), "f4")
    kullback.forward_kl(p, p, progress=lambda done, rows: seen.append((done, rows)))
    assert seen[-1] == (20_000, 20_000)
    assert seen == sorted(seen)


def test_calls_leave_no_memory_behind():
    def resident() -> int:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    rng = np.random.default_rng(0)
    p, q = rng.normal(size=(2, 40, 300)).astype("f4")

    def once():
        kullback.forward_kl(p, q)
        kullback.evaluate(p.T.copy().T, q)
        kullback.log_softmax(p)
        kullback.pairwise(p, q)

    for _ in range(300):
        once()
    before = resident()
    for _ in range(10_000):
        once()
    assert resident() - before < 8 << 20


def test_small_calls_are_no_threads():
    import threading

    before = threading.active_count()
    kullback.forward_kl(np.zeros((1, 1000)), np.zeros((1, 1000)))
    assert threading.active_count() == before


