"""What became of the mutations: kept between runs, compared with the survivors that have a reason, printed."""

import hashlib
import json
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path

from build import ROOT

SURVIVORS = Path(__file__).with_name("survivors.toml")
WANTED = 0.95


class Results:
    """Who noticed which change: the test's name, "" if it does not compile, None if nobody did."""

    def __init__(self, path):
        self.path = path
        self.files = json.loads(path.read_text()) if path.exists() else {}
        self.digests = {}
        self.saved = time.monotonic()
        for file in list(self.files):
            if self.files[file]["digest"] != self.digest(file):
                self.forget(file)

    def forget(self, file):
        self.files.pop(file, None)

    def digest(self, file):
        path = ROOT / file
        if file not in self.digests:
            self.digests[file] = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
        return self.digests[file]

    def verdicts(self, file):
        return self.files.get(file, {}).get("verdicts", {})

    def is_killed(self, change):
        return self.verdicts(change.file).get(change.key) is not None

    def add(self, change, killer):
        entry = self.files.setdefault(change.file, {"digest": self.digest(change.file), "verdicts": {}})
        entry["verdicts"][change.key] = killer
        if time.monotonic() - self.saved > 30:
            self.save()

    def save(self):
        self.path.write_text(json.dumps(self.files, indent=1))
        self.saved = time.monotonic()


class Uncompilable:
    """Mutations that do not compile, so that later builds need not find out again."""

    def __init__(self, path):
        self.path = path
        self.known = {tuple(pair) for pair in json.loads(path.read_text())} if path.exists() else set()
        self.newest = []

    def __contains__(self, change):
        return (change.file, change.key) in self.known

    def add(self, changes):
        self.newest = list(changes)
        self.known |= {(change.file, change.key) for change in self.newest}
        self.path.write_text(json.dumps(sorted(self.known), indent=1))


class Progress:
    """A line at times on stderr: how far it is, and how long it may take."""

    def __init__(self, total):
        self.total, self.done, self.survived = total, 0, 0
        self.begin = self.shown = time.monotonic()

    def step(self, killer):
        self.done += 1
        self.survived += killer is None
        now = time.monotonic()
        if now - self.shown < 10 and self.done < self.total:
            return
        self.shown = now
        minutes, seconds = divmod(int((now - self.begin) / self.done * (self.total - self.done)), 60)
        print(f"{self.done} of {self.total}, {self.survived} survived, {minutes}:{seconds:02} left",
              file=sys.stderr, flush=True)  # fmt: skip


def listed():
    """The survivors that have a reason: file to keys."""
    groups = tomllib.loads(SURVIVORS.read_text())
    return {file: {change for group in entries for change in group["changes"]} for file, entries in groups.items()}


def report(results, files, complete):
    """Prints a table, then what has no reason. Gives the exit status."""
    reasons = listed()
    unexplained, stale, total = [], [], Counter()
    print(f"{'file':40} {'changes':>8} {'noticed':>8} {'part':>7} {'listed':>7}")
    for file in files:
        verdicts = {key: killer for key, killer in results.verdicts(file).items() if killer != ""}
        known = reasons.get(file, set())
        survivors = {key for key, killer in verdicts.items() if killer is None}
        unexplained += [(file, key) for key in verdicts if key in survivors - known]
        stale += [(file, key) for key in sorted(known - survivors)] if complete else []
        if not verdicts:
            continue
        count = Counter(changes=len(verdicts), noticed=len(verdicts) - len(survivors), listed=len(survivors & known))
        total += count
        print_row(file, count)
    print_row("total", total)
    for file, key in unexplained:
        print(f"not noticed: {file}: {key}")
    for file, key in stale:
        print(f"listed in {SURVIVORS.name}, but noticed or gone: {file}: {key}")
    return 1 if unexplained or total["noticed"] < WANTED * total["changes"] else 0


def print_row(name, count):
    part = count["noticed"] / max(count["changes"], 1)
    print(f"{name:40} {count['changes']:8} {count['noticed']:8} {part:7.1%} {count['listed']:7}")
