"""The values of the adaptive profile's constants in docs/adaptive.md: writes them from the code, or checks them."""

import argparse
import re
from pathlib import Path


def spelt(value):
    """ "120 000" for 120'000, "25 ms" for TimeDelta::Millis(25)."""
    units = {"Millis": "ms", "Seconds": "s", "Micros": "µs"}
    value = re.sub(r"TimeDelta::(\w+)\(([^)]*)\)", lambda m: f"{m[2]} {units[m[1]]}", value)
    return value.replace("'", " ").replace("*", "×")


def filled_in(text, sources):
    """The text with the code's values in the tables that follow a line with the names of source files."""

    def fill(match):
        code = "".join((sources / name).read_text(encoding="utf-8") for name in match[1].split())
        known = dict(re.findall(r"constexpr \w+ (k\w+) =\s+([^;]+);", code))

        def row(found):
            names = re.findall(r"`(k\w+)`", found[1])
            if gone := [name for name in names if name not in known]:
                raise SystemExit(f"docs/adaptive.md explains {', '.join(gone)}, which {match[1]} do not have")
            values = [spelt(known[name]) for name in names]
            return f"| {found[1]} | {'; '.join(values)} |"

        return match[0][: match.start(2) - match.start(0)] + re.sub(
            r"^\| (`k[^|]*`) \|[^|]*\|", row, match[2], flags=re.MULTILINE
        )

    return re.sub(r"<!-- constants: ([^>]*) -->\n((?:\|.*\n)+)", fill, text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if a value is not the code's")
    arguments = parser.parse_args()
    document, sources = Path("docs/adaptive.md"), Path("cc/bwe")
    before = document.read_text(encoding="utf-8")
    after = filled_in(before, sources)
    if not arguments.check:
        document.write_text(after, encoding="utf-8")
        return
    wrong = [pair for pair in zip(before.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1]]
    for said, true in wrong:
        print(f"{document} has\n  {said}\nand the code\n  {true}")
    if wrong:
        raise SystemExit("tools/sim/without.sh --constants writes them anew")


if __name__ == "__main__":
    main()
