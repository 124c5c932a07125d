"""The rows of docs/results.md and their goals, from goals.yaml."""

import math
from dataclasses import dataclass, field

import figures
import yaml


@dataclass
class Goal:
    metric: str
    worst: bool = False  # of the worst seed, not of the mean
    at_least: float = -math.inf
    at_most: float = math.inf
    within: float = math.nan  # of the utilisation of `of`
    of: str = ""
    event: float = math.nan  # for convergence_after

    def value(self, case, curve, cases):
        """The figure that the goal is about."""
        if self.metric == "e":
            return figures.efficiency(case, curve)
        if self.metric == "convergence_after":
            times = case.convergence_after(self.event)
            return sum(times) / len(times) if times else figures.NO_FIGURE
        if self.of:
            return case.mean(self.metric) - cases[self.of].mean(self.metric)
        return case.worst(self.metric) if self.worst else case.mean(self.metric)

    def met(self, value):
        """Of the figure as it is shown, with its digits."""
        if math.isnan(value):
            return False
        shown = rounded(self.metric, value)
        if self.of:
            return shown >= -self.within
        return self.at_least <= shown <= self.at_most


@dataclass
class Row:
    row: str
    case: str
    goals: list
    show: list = field(default_factory=list)
    readme: bool = False
    lagging: bool = False


@dataclass
class Goals:
    rows: list
    plots: list
    lag_e_less: float
    lag_p95_times: float
    worst_of_mean: float

    def cases(self):
        """All cases that rows need, in their order."""
        names = []
        for row in self.rows:
            names += [row.case] + [goal.of for goal in row.goals if goal.of]
        return list(dict.fromkeys(names))

    def with_lag(self, goal):
        """What is left of a goal where encoders follow late; None where that is not asked for."""
        if goal.metric == "e":
            return Goal("e", at_least=round(goal.at_least - self.lag_e_less, 6))
        if goal.metric == "queue_p95_ms":
            return Goal("queue_p95_ms", at_most=round(goal.at_most * self.lag_p95_times, 6))
        return None


def case_name(scenario):
    """The simulator's name of a case that `sim run` takes: "queues queue=2s" of "queues:queue=2 s"."""
    return scenario.replace(" ", "").replace(":", " ", 1).replace(",", " ")


def read(path):
    with open(path, encoding="utf-8") as file:
        data = yaml.safe_load(file)
    rows = []
    for row in data["rows"]:
        goals = [Goal(metric, **limits) for one in row.pop("goals") for metric, limits in one.items()]
        for goal in goals:
            goal.of = case_name(goal.of)
        row["case"] = case_name(row["case"])
        rows.append(Row(goals=goals, **row))
    plots = [case_name(one) for one in data["plots"]]
    return Goals(rows, plots, data["lag"]["e_less"], data["lag"]["p95_times"], data["worst_of_mean"])


# How figures are written: digits, unit, and what they are called.
STYLES = {
    "e": (2, "", "e"),
    "utilisation": (3, "", "utilisation"),
    "least_utilisation": (2, "", "least flow's utilisation"),
    "queue_p95_ms": (0, " ms", "p95"),
    "max_min_last": (2, "", "mm"),
    "tcp_share": (2, "", "TCP's share"),
    "below_floor_s": (1, " s", "below 150 kbit/s"),
    "loss": (4, "", "loss"),
    "loss_after_10s": (4, "", "loss after 10 s"),
    "start_s": (1, " s", "start"),
    "start_lost": (0, " packets", "lost in the first 5 s"),
    "drop_sender_s": (1, " s", "sender under capacity"),
    "drop_queue_s": (1, " s", "queue < 50 ms"),
    "late_comer_s": (1, " s", "late-comer at 75 %"),
    "convergence_after": (1, " s", "at its share"),
}


def rounded(metric, value):
    return value if math.isinf(value) else round(value, STYLES[metric][0])


def figure(metric, value, unit=True):
    """As text: ".937", "37 ms", "never"; losses in per cent."""
    digits, suffix, _ = STYLES[metric]
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "never"
    if metric.startswith("loss"):
        return f"{100 * value:.{digits - 2}f}" + (" %" if unit else "")
    return f"{value:.{digits}f}" + (suffix if unit else "")


def goal_text(goal):
    """ "e ≥ 1.00", "mm ≤ 1.30 in the worst seed"."""
    name = STYLES[goal.metric][2]
    if goal.of:
        return f"utilisation within {goal.within:g} of `{goal.of}`"
    parts = []
    if goal.at_least > -math.inf:
        parts.append(f"≥ {figure(goal.metric, goal.at_least)}")
    if goal.at_most < math.inf:
        parts.append(f"≤ {figure(goal.metric, goal.at_most)}")
    text = f"{name} {' and '.join(parts)}"
    if goal.event == goal.event:
        text += f" after {goal.event:g} s"
    return text + (" in the worst seed" if goal.worst else "")
