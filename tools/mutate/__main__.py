"""Changes constants, comparisons and arithmetic of the core one by one, and looks whether a test notices."""

import argparse
import random
import sys
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import mutations
import runner
import schemata
from build import ROOT, Build, core_files
from results import Progress, Results, Uncompilable, report

NUMBERS_A_FILE = 1000
WORK = ROOT / ".cache/mutate-work"


def arguments():
    parser = argparse.ArgumentParser(
        prog="tools/mutate.sh",
        description=__doc__,
        epilog="Ends with 1 if under 95 % are noticed, or if one is not that tools/mutate/survivors.toml has no reason "
        "for. Builds and keeps its state in .cache/mutate-work.",
    )
    parser.add_argument("--files", metavar="GLOB", default="*", help="those alone, say 'cc/bwe/back_off.*'")
    parser.add_argument("--sample", metavar="N", type=int, help="so many changes, chosen at random")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="of the sample; 1")
    parser.add_argument("--own", action="store_true", help="run no tests but the unit's own: quicker, and stricter")
    parser.add_argument("--resume", action="store_true", help="skip what was noticed before, in files as they are now")
    parser.add_argument("--list", action="store_true", help="list the changes, and run nothing")
    parser.add_argument("--jobs", metavar="N", type=int, default=1, help="compilers at once; 1")
    return parser.parse_args()


def all_mutations():
    """Each file's text and mutations, and the constants of it that must stay the compiler's own."""
    sources = {file: (ROOT / file).read_bytes() for file in core_files()}
    fixed = {file: mutations.constant_names(mutations.parser().parse(source).root_node)
             for file, source in sources.items()}  # fmt: skip
    anywhere = set().union(*fixed.values())
    kept = {file: anywhere if file.endswith(".h") else fixed[file] for file in sources}
    return sources, {file: mutations.find(file, sources[file], kept[file]) for file in sources}, kept


def build_with_all(sources, found, kept, wants, jobs):
    """Builds the tests that `wants` is true for, with all mutations in that can be chosen at run time.

    Gives these, the folder to run them in, and the mutations by number.
    """
    places = {file: NUMBERS_A_FILE * i for i, file in enumerate(core_files())}
    uncompilable = Uncompilable(WORK / "uncompilable.json")
    build = Build(WORK / "all")
    numbered = {}

    def instrument(file):
        changes = {places[file] + i: change for i, change in enumerate(found[file])}
        numbered[file] = {n: change for n, change in changes.items() if not change.alone and change not in uncompilable}
        build.instrument(file, sources[file], numbered[file], kept[file])

    build.write("mutate.cc", schemata.SOURCE % (NUMBERS_A_FILE * len(places)))
    for file in found:
        instrument(file)
    build.write_sources()
    tests = [test for test in build.tests if wants(test)]
    while bad := build.make(jobs, tests):
        uncompilable.add(change for changes in numbered.values() for n, change in changes.items() if n in bad)
        for file in {change.file for change in uncompilable.newest}:
            instrument(file)
    numbered = {n: change for changes in numbered.values() for n, change in changes.items()}
    for test in tests:
        runner.measure(test, build.folder)
        leave_out_unused(test.reached, numbered)
    return tests, build.folder, numbered


def leave_out_unused(reached, numbered):
    """Takes the mutations of constants away from those that a test reached, where it reached no code of their unit."""
    units = {Path(change.file).with_suffix("") for n, change in numbered.items() if not change.is_constant}
    used = {Path(numbered[n].file).with_suffix("") for n in reached if not numbered[n].is_constant}
    for n in list(reached):
        if numbered[n].is_constant and Path(numbered[n].file).with_suffix("") in units - used:
            reached.remove(n)


def judge(change, number, tests, folder):
    """The test that fails with the change, if any: the unit's own come first, then the quicker ones."""
    tests = [test for test in tests if number is None or number in test.reached]
    for test in sorted(tests, key=lambda test: (not test.is_of(change.file), test.seconds)):
        if not runner.run(test, folder, number):
            return test.name
    return None


def judge_alone(change, original, tests, build, jobs):
    """The same by a build of its own; an empty name if it does not compile."""
    changed = original[: change.start] + change.text.encode() + original[change.end :]
    tests = [replace(test, program=build.folder / test.name) for test in tests]
    own = [test for test in tests if test.is_of(change.file)]
    build.write(change.file, changed.decode())
    try:
        for group in filter(None, (own, [test for test in tests if test not in own])):
            if not build.compiles(jobs, group):
                return ""
            if killer := judge(change, None, group, build.folder):
                return killer
        return None
    finally:
        build.write(change.file, original.decode())


def main():
    options = arguments()
    files = [file for file in core_files() if fnmatch(file, options.files)]
    sources, found, kept = all_mutations()
    if options.list:
        for file in files:
            for change in found[file]:
                print(f"{file}:{change.line_number}: {change.key}")
        return 0

    def wants(test):
        return not options.own or any(test.is_of(file) for file in files)

    print("building", file=sys.stderr)
    tests, folder, numbered = build_with_all(sources, found, kept, wants, options.jobs)
    todo = list(numbered.items()) + [(None, change) for changes in found.values() for change in changes if change.alone]
    todo = [(number, change) for number, change in todo if change.file in files]
    results = Results(WORK / "results.json")
    for file in files if not options.resume else ():
        results.forget(file)
    todo = [(number, change) for number, change in todo if not results.is_killed(change)]
    if options.sample is not None:
        todo = random.Random(options.seed).sample(todo, min(options.sample, len(todo)))
    alone = None
    progress = Progress(len(todo))
    for number, change in todo:
        some = [test for test in tests if not options.own or test.is_of(change.file)]
        if number is not None:
            killer = judge(change, number, some, folder)
        else:
            alone = alone or Build(WORK / "alone").write_sources()
            killer = judge_alone(change, sources[change.file], some, alone, options.jobs)
        results.add(change, killer)
        progress.step(killer)
    results.save()
    return report(results, files, complete=options.sample is None and not options.own)


if __name__ == "__main__":
    sys.exit(main())
