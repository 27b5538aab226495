"""The command: the program that the wheel carries."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    program = Path(__file__).parent / "_bin" / "kullback"
    if not program.exists():
        sys.exit("kullback: this package was built without the command; see the project's README for how to build it")
    os.execv(program, ["kullback", *sys.argv[1:]])
