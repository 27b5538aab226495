"""Every example of the README and of the docstrings runs, and prints what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import kullback

OPTIONS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
NEEDS = {"torch": "torch", "dask": "dask", "cluster": "sklearn", "fit": "sklearn"}


def test_the_readme():
    pytest.importorskip("dask")
    page = Path(__file__).parent.parent / "README.md"
    assert doctest.testfile(str(page), module_relative=False, optionflags=OPTIONS).failed == 0


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(kullback.__path__)])
def test_docstrings(name):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    assert doctest.testmod(importlib.import_module(f"kullback.{name}"), optionflags=OPTIONS).failed == 0


def test_every_public_name_is_documented():
    for name in kullback.__all__:
        if name == "DivergenceKMeans":
            pytest.importorskip("sklearn")
        assert getattr(kullback, name).__doc__, name
