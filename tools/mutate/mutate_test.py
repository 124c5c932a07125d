"""Mutates a small program, and looks which changes its checks notice."""

import importlib.util
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
if not importlib.util.find_spec("tree_sitter"):
    python = HERE.parents[1] / ".cache/mutate/bin/python"
    if python.exists() and Path(sys.prefix) != python.parents[1]:
        os.execv(python, [str(python), *sys.argv])
    print("skipped: no tree_sitter: tools/setup.sh --with=dev brings it")
    sys.exit()
sys.path.insert(0, str(HERE))

import mutations  # noqa: E402
import runner  # noqa: E402
import schemata  # noqa: E402
from results import Results  # noqa: E402

SAMPLE = """
#include <algorithm>
#include <array>
namespace {
constexpr int kMost = 100;  // a comment, not part of the line
constexpr double kHalf = 0.5;
constexpr int kPlaces = 4;
std::array<int, kPlaces> places{};
}  // namespace

class Meter {
 public:
  static constexpr int kStep = 2;
  void Add(int value) { sum_ += kStep * value; }
  int sum() const { return sum_; }

 private:
  int sum_ = 0;
};

constexpr bool IsEven(int value) { return value % 2 == 0; }
static_assert(IsEven(4) && !IsEven(5));

int Clamp(int value) {
  if (value > kMost) return kMost;
  return std::max(value, 0);
}

int Wheels(int kind) {
  switch (kind) {
    case 7:
      return 2;
    default:
      return 4;
  }
}

int main() {
  Meter meter;
  meter.Add(3);
  places[3] = 1;
  bool ok = meter.sum() == 6 && Clamp(150) == 100 && Clamp(-3) == 0 && Clamp(7) == 7;
  ok = ok && static_cast<int>(kHalf * 10) == 5 && Wheels(7) == 2 && Wheels(6) == 4 && Wheels(8) == 4;
  volatile int one = 1, three = 3;  // not known to the compiler
  return ok && !IsEven(one) && !IsEven(three) ? 0 : 1;
}
"""


def found():
    """The mutations of the program but for its checks."""
    source = SAMPLE.encode()
    kept = mutations.constant_names(mutations.parser().parse(source).root_node)
    return [m for m in mutations.find("sample.cc", source, kept) if m.function != "main"], kept


class MutateTest(unittest.TestCase):
    def test_finds_what_can_be_changed(self):
        changes = {change.key: change for change in found()[0]}
        for key, text in {
            "kMost | constexpr int kMost = 100; | 100 to 50": "50",
            "kHalf | constexpr double kHalf = 0.5; | 0.5 to 1.0": "1.0",
            "Clamp | if (value > kMost) return kMost; | > to >=": "::mutate::Whole(value) >= ::mutate::Whole(kMost)",
            "Clamp | if (value > kMost) return kMost; | > to <=": "value <= kMost",
            "Clamp | return std::max(value, 0); | std::max to std::min": "std::min(value, 0)",
            "Meter::Add | void Add(int value) { sum_ += kStep * value; } | += to -=": "sum_ -= kStep * value",
        }.items():
            self.assertEqual(changes[key].text, text)
        alone = {change.what for change in changes.values() if change.alone}
        self.assertEqual(alone, {"4 to 3", "4 to 5", "7 to 6", "7 to 8"})  # a template's argument, and a case
        self.assertFalse(changes["Wheels | return 4; | 4 to 3"].alone)
        self.assertFalse([key for key in changes if "static_assert" in key])

    def test_tells_which_are_noticed(self):
        changes, kept = found()
        numbered = {number: change for number, change in enumerate(changes) if not change.alone}
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            (folder / "mutate.h").write_text(schemata.HEADER)
            (folder / "mutate.cc").write_text(schemata.SOURCE % len(changes))
            (folder / "sample.cc").write_text(schemata.instrument(SAMPLE.encode(), numbered, kept)[0])
            command = ["g++", "-std=c++20", "-w", "-fpermissive", "-I.", "mutate.cc", "sample.cc", "-o", "sample"]
            subprocess.run(command, cwd=folder, check=True)
            test = runner.Test("sample", folder / "sample")
            runner.measure(test, folder)
            self.assertEqual(test.reached, set(numbered))
            survivors = {numbered[n].what for n in numbered if runner.run(test, folder, n)}
        self.assertEqual(survivors, {"> to >="})  # 100 is 100 either way

    def test_keeps_what_was_noticed(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "results.json"
            killed, survivor = found()[0][:2]
            results = Results(path)
            results.add(killed, "sample_test")
            results.add(survivor, None)
            results.save()
            again = Results(path)
            self.assertTrue(again.is_killed(killed))
            self.assertFalse(again.is_killed(survivor))
            again.forget(killed.file)
            self.assertFalse(again.is_killed(killed))


if __name__ == "__main__":
    unittest.main()
