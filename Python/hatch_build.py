"""Puts the Swift library and the command into the wheel, whose tag says: any Python 3 on this platform."""

import os
import shutil
import subprocess
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags


class SwiftBuild(BuildHookInterface):
    """Takes what KULLBACK_BUILT holds, a folder with libkullback.so and kullback, or builds both."""

    def initialize(self, version, build_data):
        python = Path(self.root)
        built = os.environ.get("KULLBACK_BUILT")
        folder = Path(built) if built else self.build(python)
        for name, place in (("libkullback.so", "_lib"), ("kullback", "_bin")):
            target = python / "src" / "kullback" / place
            target.mkdir(exist_ok=True)
            shutil.copy2(folder / name, target / name)
        licences = python / "src" / "kullback" / "_lib"
        shutil.copy2(python.parent / "LICENSE", licences / "LICENSE")
        # Of the OpenBLAS that the wheel carries, where it carries one.
        for licence in folder.glob("*LICENSE*"):
            shutil.copy2(licence, licences / licence.name)
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{next(platform_tags())}"

    @staticmethod
    def build(python):
        subprocess.run([python.parent / "scripts" / "python-build"], check=True)
        return python.parent / ".build-python" / "built"
