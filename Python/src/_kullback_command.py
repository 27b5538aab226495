"""Runs the command that the wheel carries; beside the package, so that it starts without NumPy."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path


def main() -> None:
    package = find_spec("kullback")
    folder = next(iter(package.submodule_search_locations or []), "") if package else ""
    program = Path(folder) / "_bin" / "kullback"
    if not program.exists():
        sys.exit("kullback: this package was built without the command; see the project's README for how to build it")
    os.execv(program, ["kullback", *sys.argv[1:]])
