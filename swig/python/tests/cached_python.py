"""Finds a Python that has what a test needs."""

import importlib.util
import os
import pathlib
import sys


def require(*modules, folder, option):
    """Runs this program anew by the Python in .cache/FOLDER if this one lacks modules; skips it without that."""
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if not missing:
        return
    # Where Bazel runs a test, its files are links into the repository.
    python = pathlib.Path(__file__).resolve().parents[3] / ".cache" / folder / "bin/python"
    if python.exists() and pathlib.Path(sys.prefix) != python.parents[1]:
        os.execv(python, [str(python), *sys.argv])
    print(f"skipped: no {', '.join(missing)}: tools/setup.sh --with={option} brings it")
    sys.exit()
