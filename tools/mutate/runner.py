"""Runs tests with a mutation."""

import math
import os
import resource
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

MEMORY = 4 << 30  # a loop that allocates ends there


@dataclass
class Test:
    """A test program."""

    name: str
    program: Path
    seconds: float = 0  # of processor time that it takes without a mutation
    reached: set = field(default_factory=set)  # numbers of mutations that it runs

    def is_of(self, file):
        """Whether it is a test of that file."""
        return self.name.startswith(f"{Path(file).stem}_")


def run(test, folder, mutation=None, reached=None):
    """Whether a test passes. One that takes four times as long as it should has failed."""
    environment = {**os.environ, "MUTATION": str(-1 if mutation is None else mutation)}
    if reached:
        environment["REACHED"] = reached
    limit = math.ceil(4 * test.seconds + 0.5) if test.seconds else 600

    def restrict():
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    process = subprocess.Popen(
        [test.program, "--abort", "--verbosity", "quiet"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=restrict,
    )
    # Threads that wait for one another take no processor time.
    signal.signal(signal.SIGALRM, lambda *_: process.kill())
    signal.alarm(60 * limit)
    _, status, usage = os.wait4(process.pid, 0)
    signal.alarm(0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if reached:
        test.seconds = usage.ru_utime + usage.ru_stime
    return process.returncode == 0


def measure(test, folder):
    """Runs a test without a mutation, to see how long it takes and what it reaches. It must pass."""
    with tempfile.NamedTemporaryFile("r") as file:
        if not run(test, folder, reached=file.name):
            raise RuntimeError(f"{test.name} fails without a mutation")
        test.reached = {int(line) for line in file}
