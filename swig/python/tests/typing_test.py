"""The package is clean by mypy --strict and by ruff, and its stubs have what the module has."""

import glob
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import cached_python

cached_python.require("mypy", "ruff", folder="wheel", option="python")

PACKAGE = "swig/python"
# What swig adds to each class is nobody's business.
ALLOWED = r"remb\._remb\.\w+\.(this|thisown|__swig_destroy__)"


def sources():
    """But for what swig wrote."""
    found = glob.glob(f"{PACKAGE}/remb/*.py*") + glob.glob(f"{PACKAGE}/tests/*.py")
    return [path for path in found if not path.endswith(("/_remb.py", "/py.typed"))]


class TypingTest(unittest.TestCase):
    def check(self, *command):
        with tempfile.TemporaryDirectory() as cache:
            environment = {**os.environ, "MYPY_CACHE_DIR": cache, "RUFF_NO_CACHE": "true", "MYPYPATH": PACKAGE}
            done = subprocess.run([sys.executable, "-m", *command], env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_ruff(self):
        self.check("ruff", "check", "--quiet", "--config=ruff.toml", *sources())
        self.check("ruff", "format", "--quiet", "--config=ruff.toml", "--check", *sources())

    def test_mypy(self):
        self.check("mypy", f"--config-file={PACKAGE}/pyproject.toml", "-p", "remb")

    def test_programs(self):
        """Those in docs/python.md."""
        with open("docs/python.md") as file:
            programs = re.findall(r"^```python\n(.*?)^```$", file.read(), re.DOTALL | re.MULTILINE)
        self.assertGreaterEqual(len(programs), 2)
        for program in programs:
            self.check("mypy", "--no-incremental", "--check-untyped-defs", "-c", program)

    def test_stubs(self):
        with tempfile.TemporaryDirectory() as folder:
            allowed = pathlib.Path(folder, "allowed")
            allowed.write_text(ALLOWED + "\n")
            config = f"--mypy-config-file={PACKAGE}/pyproject.toml"
            self.check("mypy.stubtest", f"--allowlist={allowed}", config, "remb._remb")


if __name__ == "__main__":
    unittest.main()
