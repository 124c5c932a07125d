"""docs/results.md: what surrounds the tables."""

from pathlib import Path

import tables
from runs import KNOWING_SHARES

TEMPLATE = Path(__file__).with_name("template.md")


def write(goals, outputs, drawn, others, facts, path):
    """`facts`: the commit and the machine, in words."""
    adaptive = outputs.results("adaptive-tuned")
    titles = {row.case: row.row for row in goals.rows}
    seeds = [span(outputs.cases(f"adaptive-{name}")) for name in ("tuned", "untuned")]
    first = outputs.cases("series-adaptive")[goals.plots[0]].runs[0]["seed"]
    conventions = [line for line in adaptive.conventions if not line.startswith(("Receiver", "util", "e:"))]
    text = TEMPLATE.read_text(encoding="utf-8").format(
        **facts,
        tuned=seeds[0],
        untuned=seeds[1],
        first=first,
        worst_of_mean=goals.worst_of_mean,
        e_less=goals.lag_e_less,
        p95_times=goals.lag_p95_times,
        shares=", ".join(f"{share:g}" for share in KNOWING_SHARES),
        conventions="\n".join(f"- {line}" for line in conventions),
        short=tables.readme_table(goals, outputs),
        main=tables.main_table(goals, outputs, *seeds),
        lag=tables.lag_table(goals, outputs, *seeds),
        missed=tables.missed_table(goals, outputs, *seeds),
        late=tables.late_table(goals, outputs),
        plots="\n".join(f"![{titles[case]}](images/results/{name})\n" for case, name in drawn),
        start=tables.start_table(goals, outputs, others),
        full=tables.full_table(outputs),
    )
    path.write_text(text, encoding="utf-8")


def span(cases):
    """Seeds in words: "1–10", or "1, 3, 7"."""
    seeds = [run["seed"] for run in next(iter(cases.values())).runs]
    if len(seeds) > 1 and seeds == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]}–{seeds[-1]}"
    return ", ".join(str(seed) for seed in seeds)
