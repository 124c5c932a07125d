"""The tables of docs/results.md, in Markdown."""

import math

import figures
import goals as g
from runs import KNOWING_LAGS_MS


def table(header, rows):
    """Cells are text; columns but the first and last are centred."""
    lines = [header, ["---"] + [":-:"] * (len(header) - 2) + ["---"]] + rows
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def short(value, digits=3):
    """ ".937": no zero before the point."""
    text = f"{value:.{digits}f}"
    return text[1:] if text.startswith("0.") else text


def at(utilisation, p95):
    """ ".937 @ 37": utilisation, and p95 in ms."""
    return "–" if math.isnan(utilisation) else f"{short(utilisation)} @ {p95:.0f}"


def mean_at(case):
    return at(case.mean("utilisation"), case.mean("queue_p95_ms"))


def extra_metrics(row):
    """What a row shows besides utilisation, p95 and e."""
    metrics = [goal.metric for goal in row.goals if goal.metric not in ("e", "queue_p95_ms", "utilisation")]
    return list(dict.fromkeys(metrics + row.show))


def extra(row, metric, case):
    name = g.STYLES[metric][2]
    if metric == "convergence_after":
        goal = next(goal for goal in row.goals if goal.metric == metric)
        times = case.convergence_after(goal.event)
        if not times:
            return f"{name} –"
        mean, worst = sum(times) / len(times), max(times)
    else:
        mean, worst = case.mean(metric), case.worst(metric)
    if math.isnan(mean):
        return f"{name} –"
    return f"{name} {g.figure(metric, mean)} ({g.figure(metric, worst, unit=False)})"


def cell(row, case, curve):
    """Mean and (worst) of a case: ".937 (.921) @ 37, e 1.01", then what is special about the row."""
    utilisation = f"{short(case.mean('utilisation'))} ({short(case.worst('utilisation'))})"
    text = f"{utilisation} @ {case.mean('queue_p95_ms'):.0f}"
    e = figures.efficiency(case, curve)
    if not math.isnan(e):
        text += f", **e {e:.2f}**"
    return "<br>".join([text] + [extra(row, metric, case) for metric in extra_metrics(row)])


def misses(row, outputs, suffix, goals, profile="adaptive"):
    """The goals that a row does not meet with these seeds, each with what it has instead."""
    cases = outputs.cases(f"{profile}-{suffix}")
    case, curve = cases[row.case], outputs.curve(suffix, row.case)
    texts = []
    lag = suffix.endswith("-lag")
    for goal in row.goals:
        if lag:
            goal = goals.with_lag(goal)
        if goal is None:
            continue
        value = goal.value(case, curve, cases)
        if not goal.met(value):
            what = f"{value:+.3f}" if goal.of else g.figure(goal.metric, value)
            texts.append(f"{g.STYLES[goal.metric][2]} {what}")
    mean, worst = case.mean("utilisation"), case.worst("utilisation")
    if not lag and worst < goals.worst_of_mean * mean:
        texts.append(f"worst seed {short(worst / mean, 2)} of the mean")
    return texts


def verdict(texts):
    return "yes" if not texts else "**no**: " + ", ".join(texts)


def main_table(goals, outputs, tuned, untuned):
    header = ["case", "libwebrtc", "adaptive", f"adaptive, seeds {untuned}", "knowing .9", "knowing .95"]
    header += ["goal", f"met, seeds {tuned}", f"met, seeds {untuned}"]
    rows = []
    for row in goals.rows:
        curve, other = outputs.curve("tuned", row.case), outputs.curve("untuned", row.case)
        known = outputs.cases("knowing-tuned")[row.case].known
        rows.append(
            [
                row.row,
                cell(row, outputs.cases("libwebrtc-tuned")[row.case], curve),
                cell(row, outputs.cases("adaptive-tuned")[row.case], curve),
                cell(row, outputs.cases("adaptive-untuned")[row.case], other),
                at(*known[0.9]),
                at(*known[0.95]),
                "<br>".join(g.goal_text(goal) for goal in row.goals),
                verdict(misses(row, outputs, "tuned", goals)),
                verdict(misses(row, outputs, "untuned", goals)),
            ]
        )
    return table(header, rows)


def lag_table(goals, outputs, tuned, untuned):
    header = ["case", "libwebrtc", "adaptive", f"adaptive, seeds {untuned}", "e: difference", "p95: difference"]
    header += ["goal", f"met, seeds {tuned}", f"met, seeds {untuned}"]
    rows = []
    for row in goals.rows:
        plain = outputs.cases("adaptive-tuned")[row.case]
        late = outputs.cases("adaptive-tuned-lag")[row.case]
        curve = outputs.curve("tuned-lag", row.case)
        e = figures.efficiency(late, curve) - figures.efficiency(plain, outputs.curve("tuned", row.case))
        wanted = [goals.with_lag(goal) for goal in row.goals]
        wanted = [g.goal_text(goal) for goal in wanted if goal]
        others = outputs.curve("untuned-lag", row.case)
        rows.append(
            [
                row.row,
                cell(row, outputs.cases("libwebrtc-tuned-lag")[row.case], curve),
                cell(row, late, curve),
                cell(row, outputs.cases("adaptive-untuned-lag")[row.case], others),
                f"{e:+.2f}",
                f"{late.mean('queue_p95_ms') - plain.mean('queue_p95_ms'):+.0f}",
                "<br>".join(wanted) or "–",
                verdict(misses(row, outputs, "tuned-lag", goals)) if wanted else "–",
                verdict(misses(row, outputs, "untuned-lag", goals)) if wanted else "–",
            ]
        )
    return table(header, rows)


def missed_table(goals, outputs, tuned, untuned):
    """Rows that do not meet all, and how far each is from that."""
    rows = []
    for row in goals.rows:
        found = {
            "": misses(row, outputs, "tuned", goals),
            "other": misses(row, outputs, "untuned", goals),
            "lag": misses(row, outputs, "tuned-lag", goals),
            "other lag": misses(row, outputs, "untuned-lag", goals),
        }
        if any(found.values()):
            rows.append([row.row] + [", ".join(texts) or "met" for texts in found.values()])
    if not rows:
        return "All goals are met.\n"
    lag = "100 ms lag, seeds"
    return table(["case", f"seeds {tuned}", f"seeds {untuned}", f"{lag} {tuned}", f"{lag} {untuned}"], rows)


def late_table(goals, outputs):
    """What a receiver reaches that learns the fair share late, at the p95 that a row may have."""
    header = ["case", "at p95"] + [f"known {lag} ms late" for lag in KNOWING_LAGS_MS]
    header += ["in time", "adaptive reaches"]
    rows = []
    for row in goals.rows:
        if not row.lagging:
            continue
        limit = next(goal.at_most for goal in row.goals if goal.metric == "queue_p95_ms")
        curve = outputs.curve("tuned", row.case)
        best = figures.reachable(curve, limit)
        late = [figures.reachable(outputs.late_curve(lag, row.case), limit) for lag in KNOWING_LAGS_MS]
        case = outputs.cases("adaptive-tuned")[row.case]
        cells = [f"{short(value)}, e {value / best:.2f}" for value in late]
        own = f"{mean_at(case)}, e {figures.efficiency(case, curve):.2f}"
        rows.append([row.row, f"{limit:.0f} ms", *cells, short(best), own])
    return table(header, rows)


def start_table(goals, outputs, others):
    """libwebrtc with and without the start phase, here and in another model."""
    titles = {row.case: row.row for row in goals.rows}
    header = ["case", "start phase: here", "other model", "without: here", "other model"]
    without = outputs.cases("libwebrtc-no-start")
    rows = []

    def other(figure):
        if not figure:
            return "–"
        return short(figure[0]) if figure[1] is None else at(*figure)

    for one in others:
        case = one["case"]
        here = mean_at(without[case]) if case in without else "–"
        cells = [mean_at(outputs.cases("libwebrtc-tuned")[case]), other(one.get("start"))]
        rows.append([titles[case], *cells, here, other(one.get("no_start"))])
    return table(header, rows)


def full_table(outputs):
    """All scenarios and variants, both profiles."""
    header = ["case"] + [f"{profile}: {what}" for profile in ("libwebrtc", "adaptive") for what in FULL_TITLES]
    rows = []
    adaptive = outputs.cases("adaptive-tuned")
    for name, case in outputs.cases("libwebrtc-tuned").items():
        rows.append([name, *full_cells(case), *full_cells(adaptive[name])])
    return table(header, rows)


FULL_TITLES = ("utilisation (worst) @ p95", "mm (worst)", "loss", "TCP's share", "below 150 kbit/s (worst)")


def full_cells(case):
    def pair(metric):
        mean = case.mean(metric)
        if math.isnan(mean):
            return "–"
        return f"{g.figure(metric, mean)} ({g.figure(metric, case.worst(metric), unit=False)})"

    utilisation = f"{short(case.mean('utilisation'))} ({short(case.worst('utilisation'))})"
    tcp = g.figure("tcp_share", case.mean("tcp_share"))
    floor = pair("below_floor_s") if case.worst("below_floor_s") > 0 else "–"
    loss = g.figure("loss", case.mean("loss"))
    return f"{utilisation} @ {case.mean('queue_p95_ms'):.0f}", pair("max_min_last"), loss, tcp, floor


def readme_table(goals, outputs):
    """The short one, for README."""
    header = ["case", "libwebrtc", "adaptive"]
    rows = []
    for row in goals.rows:
        if row.readme:
            curve = outputs.curve("tuned", row.case)
            cases = [outputs.cases(f"{profile}-tuned")[row.case] for profile in ("libwebrtc", "adaptive")]
            rows.append([row.row] + [readme_cell(row, case, curve) for case in cases])
    return table(header, rows)


def readme_cell(row, case, curve):
    special = [metric for metric in extra_metrics(row) if metric not in row.show]
    text = mean_at(case)
    e = figures.efficiency(case, curve)
    if any(goal.metric == "e" for goal in row.goals):
        text += f", e {e:.2f}"
    values = [f"{g.STYLES[metric][2]} {g.figure(metric, case.mean(metric))}" for metric in special]
    return "; ".join([text] + values)
