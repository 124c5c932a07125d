"""Makes docs/results.md and its plots from runs of the simulator. tools/publish.sh calls this."""

import argparse
import re
import subprocess
import sys
from pathlib import Path

try:
    import document
    import goals
    import plots
    import runs
    import tables
    import yaml
except ModuleNotFoundError as error:
    sys.exit(f"publish: no Python module {error.name}: run tools/setup.sh --with=plots, which installs it")

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def processor():
    cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    models = re.findall(r"^model name\s*: (.*)$", cpus, re.MULTILINE)
    if not models:
        return "a machine that does not tell its kind"
    return f"{models[0].strip()}, {len(models)} cores"


def commit():
    def git(*arguments):
        return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=True).stdout

    # What this command writes does not count.
    changed = git("status", "--porcelain", "--", ".", ":!docs/results.md", ":!docs/images/results", ":!README.md")
    return f"commit {git('rev-parse', '--short=12', 'HEAD').strip()}" + (" with changes" if changed else "")


def main():
    parser = argparse.ArgumentParser(prog="tools/publish.sh", description=__doc__)
    parser.add_argument("--sim", required=True, help=argparse.SUPPRESS)  # by tools/publish.sh
    parser.add_argument("--seeds", default="1-10", help="that parameters were chosen on (1-10)")
    parser.add_argument("--other_seeds", default="101-110", help="that they were not (101-110)")
    parser.add_argument("--jobs", type=int, default=2, help="threads (2)")
    parser.add_argument("--work", type=Path, default=ROOT / ".cache/publish", help="folder of the runs' output")
    parser.add_argument("--keep", default="", metavar="REGEX", help="do not repeat runs of these names; say knowing")
    parser.add_argument("--render", action="store_true", help="run nothing: write from the folder's files")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="folder of results.md (docs)")
    arguments = parser.parse_args()

    wanted = goals.read(HERE / "goals.yaml")
    others = yaml.safe_load((HERE / "other-model.yaml").read_text(encoding="utf-8"))
    for one in others:
        one["case"] = goals.case_name(one["case"])
    if not arguments.render:
        todo = runs.plan(wanted, others, arguments.seeds, arguments.other_seeds)
        runs.make(todo, arguments.sim, arguments.work, arguments.jobs, arguments.keep)
    outputs = runs.Outputs(arguments.work)
    print("publish: plots and tables", flush=True)
    drawn = plots.draw(wanted, outputs, arguments.out / "images/results")
    facts = {"commit": commit(), "machine": processor()}
    document.write(wanted, outputs, drawn, others, facts, arguments.out / "results.md")
    print(f"publish: wrote {arguments.out / 'results.md'}; the short table for README:\n")
    print(tables.readme_table(wanted, outputs), end="")


if __name__ == "__main__":
    main()
