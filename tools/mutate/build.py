"""Builds a copy of the core with mutations in it, and its tests, by ninja."""

import os
import re
import subprocess
from glob import glob
from pathlib import Path

import mutations
import schemata
from runner import Test

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("cc/bwe", "cc/remb", "cc/rtp", "cc/capi")
GOLDEN = ("file", "golden", "replayer", "trace_reader")  # the reference traces' answers: of tools/replay
# allocation_test replaces malloc, and measures rather than tests what is computed; answers is a program, with a main.
LEFT_OUT = {"cc/capi/allocation_test.cc", "cc/testing/answers.cc"}

NINJA = """
cxx = g++ -std=c++20 -O1 -fPIC -w -fpermissive -ffp-contract=off -fmax-errors=0 $
  -fno-diagnostics-show-caret -D_GLIBCXX_ASSERTIONS -I. -Icc/include
rule cxx
  command = $cxx -MMD -MF $out.d -c $in -o $out
  depfile = $out.d
  deps = gcc
rule header
  command = $cxx -MMD -MF $out.d -MT $out -fsyntax-only -x c++ $in && touch $out
  depfile = $out.d
  deps = gcc
rule library
  command = g++ -shared $in -o $out
rule test
  command = g++ $in -L. -lcore -Wl,-rpath,'$$ORIGIN' -lCatch2Main -lCatch2 {absl} -pthread -o $out
"""


def is_test_code(path):
    return "_test" in Path(path).stem


def core_files():
    """What can be mutated."""
    files = [path for folder in ("cc/bwe", "cc/remb") for path in glob(f"{folder}/*.[ch]*", root_dir=ROOT)]
    return sorted(path for path in files if path.endswith((".cc", ".h")) and not is_test_code(path))


class Build:
    """A folder with the sources, some of them with mutations, and what is made of them."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.lines = {}  # of each file with mutations: which number a line belongs to
        self.variables = set()  # in headers, that are constants without the mutations
        self.tests = []

    def write_sources(self):
        """Brings the copies of all files up to date but those with mutations, and the rules."""
        sources = [p for folder in FOLDERS for p in glob(f"{folder}/*.[ch]*", root_dir=ROOT)]
        sources += glob("cc/testing/**/*.[ch]*", root_dir=ROOT, recursive=True)
        sources += glob("cc/include/remb/*", root_dir=ROOT)
        sources += [p for name in (*GOLDEN, "packet_reader", "golden_test") for p in
                    glob(f"tools/replay/{name}.[ch]*", root_dir=ROOT)]  # fmt: skip
        for path in sources:
            if path not in self.lines:
                source = (ROOT / path).read_bytes()
                self.write(path, schemata.loosen(source, self.variables).decode())
        testdata = self.folder / "testdata"
        if not testdata.is_symlink():
            testdata.symlink_to(ROOT / "testdata")
        self.write("mutate.h", schemata.HEADER)
        if not (self.folder / "mutate.cc").exists():
            self.write("mutate.cc", schemata.SOURCE % 1)
        self.write_rules([p for p in sources if p.endswith(".cc") and p not in LEFT_OUT])
        return self

    def write_rules(self, sources):
        absl = subprocess.run(
            ["pkg-config", "--libs", "absl_statusor", "absl_strings"], check=True, capture_output=True, text=True
        ).stdout.strip()
        text = NINJA.replace("{absl}", absl)
        library, tests = ["mutate.o"], []
        helpers = {"cc/bwe": [], "cc/testing": [], "cc/testing/plain": [], "tools/replay": []}
        text += "build mutate.o: cxx mutate.cc\n"
        for path in self.headers():
            text += f"build {path}.checked: header {path}\n"
        for path in sources:
            text += f"build {path}.o: cxx {path}\n"
            if path.endswith("_test.cc"):
                tests.append(path)
            elif path.startswith(FOLDERS) and not is_test_code(path):
                library.append(f"{path}.o")
            elif "test_malloc" not in path:
                helpers[str(Path(path).parent)].append(f"{path}.o")
        helpers["cc/capi"] = helpers["cc/bwe"] + helpers["cc/testing"]
        helpers["cc/testing/plain"] += helpers["cc/testing"]
        text += f"build libcore.so: library {' '.join(library)}\n"
        for path in sorted(tests):
            name = Path(path).stem
            self.tests.append(Test(name, self.folder / name))
            objects = [f"{path}.o", *helpers.get(str(Path(path).parent), ())]
            text += f"build {name}: test {' '.join(objects)} | libcore.so\n"
        self.write("build.ninja", text)

    def write(self, path, text):
        """Writes a file if it is not so already, so that what is made of it stays."""
        target = self.folder / path
        if target.exists() and target.read_text() == text:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def instrument(self, path, source, numbered, kept):
        """Puts mutations into a file, whose text they are of."""
        text, self.lines[path] = schemata.instrument(source, numbered, kept)
        if path.endswith(".h"):
            root = mutations.parser().parse(source).root_node
            self.variables |= {name for _, name in mutations.constexpr_variables(root) if name not in kept}
        self.write(path, text)

    def headers(self):
        """Those with mutations."""
        return [path for path in self.lines if path.endswith(".h")]

    def ninja(self, jobs, targets):
        command = ["ninja", "-C", self.folder, "-j", str(jobs), "-k", "0", *targets]
        return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})

    def compiles(self, jobs, tests):
        return self.ninja(jobs, ["libcore.so", *(test.name for test in tests)]).returncode == 0

    def make(self, jobs, tests):
        """Builds tests. Gives the numbers of mutations that do not compile; raises if it is anything else."""
        run = self.ninja(jobs, [f"{path}.checked" for path in self.headers()])  # else each file would fail
        if run.returncode == 0:
            run = self.ninja(jobs, ["libcore.so", *(test.name for test in tests)])
        if run.returncode == 0:
            return set()
        numbers, others = set(), []
        for line in run.stdout.splitlines():
            if match := re.match(r"([^ :]+):(\d+):\d+: (?:fatal )?error: ", line):
                number = self.lines.get(os.path.normpath(match[1]), {}).get(int(match[2]))
                numbers.add(number) if number is not None else others.append(line)
        if not numbers:
            raise RuntimeError("\n".join(others[:20]) or run.stdout[-4000:])
        return numbers
