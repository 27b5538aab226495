"""What the installed package consists of."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import kullback

PACKAGE = Path(kullback.__file__).parent
LIBRARY = PACKAGE / "_lib" / "libkullback.so"
COMMAND = PACKAGE / "_bin" / "kullback"

pytestmark = pytest.mark.skipif(not COMMAND.exists(), reason="the sources are used, not a wheel")


def output(*words: str | Path) -> str:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(shutil.which("nm") is None, reason="binutils are not installed")
def test_the_library_shows_its_interface_alone():
    shown = [line.split()[-1] for line in output("nm", "-D", "--defined-only", LIBRARY).splitlines()]
    functions = [name for name in shown if name.startswith("kullback_")]
    # The linker adds a thread-local record of libdispatch's, and records of local types.
    assert functions and all(name.startswith(("kullback_", "$s", "__dispatch")) for name in shown)
    for file in (LIBRARY, COMMAND):
        wanted = output("nm", "-D", "--undefined-only", file)
        assert not any(name in wanted for name in (" cblas_", " LAPACKE_", " openblas_")), file
        versions = {word.split("GLIBC_")[1].rstrip(")") for word in wanted.split() if "@GLIBC_" in word}
        assert max(tuple(map(int, version.split("."))) for version in versions) <= (2, 34), file


def test_nothing_but_the_systems_libraries_is_needed_from_outside():
    for file in (LIBRARY, COMMAND):
        names = {line.split()[0] for line in output("ldd", file).splitlines()}
        for name in names:
            assert not any(word in name for word in ("swift", "Foundation", "gfortran", "lapacke.so", "libopenblas")), name


def test_the_command_comes_along(tmp_path):
    rng = np.random.default_rng(0)
    p, q = rng.normal(size=(2, 50, 20))
    np.save(tmp_path / "p.npy", p)
    np.save(tmp_path / "q.npy", q)
    command = Path(sys.executable).parent / "kullback"
    output(command, "evaluate", tmp_path / "p.npy", tmp_path / "q.npy", "--output", tmp_path / "out.npy", "--measures", "forward-kl")
    values = np.load(tmp_path / "out.npy").reshape(-1)
    np.testing.assert_array_equal(values, kullback.forward_kl(p, q))
    assert kullback.__version__ in output(command, "--version")


def test_another_openblas_in_the_process_is_left_alone():
    threadpoolctl = pytest.importorskip("threadpoolctl")
    before = {pool["filepath"]: pool["num_threads"] for pool in threadpoolctl.threadpool_info()}
    kullback.pairwise(np.random.default_rng(0).normal(size=(500, 300)))
    after = {pool["filepath"]: pool["num_threads"] for pool in threadpoolctl.threadpool_info()}
    assert before == after


def test_typed_and_licensed():
    assert (PACKAGE / "py.typed").exists()
    assert any("OpenBLAS" in file.read_text() for file in PACKAGE.glob("_lib/*LICENSE*"))
