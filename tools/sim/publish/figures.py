"""Figures of cases, from the JSON files of the simulator."""

import json
import math
from dataclasses import dataclass

NEVER = math.inf  # a time that never came
NO_FIGURE = math.nan


def number(value):
    """A figure of the JSON file: null does not apply, "never" is a time that never came."""
    if value is None:
        return NO_FIGURE
    return NEVER if value == "never" else float(value)


def worst_is_least(metric):
    return metric in ("e", "utilisation", "least_utilisation", "tcp_share") or metric.startswith("jain")


class Case:
    """One scenario and variant with one receiver, over seeds."""

    def __init__(self, data):
        self.name = data["name"]
        self.title = data["title"]
        self.runs = data["runs"]
        # Of knowing receivers, by f: utilisation and p95.
        self.known = {point["f"]: (point["utilisation"], point["queue_p95_ms"]) for point in data["curve"]}
        self.curve = list(self.known.values())

    def values(self, metric):
        """The metric's figures by seed, without those that do not apply."""
        values = [number(run.get(metric)) for run in self.runs]
        return [value for value in values if not math.isnan(value)]

    def mean(self, metric):
        """Over seeds; NEVER if one is, so that a mean hides no failure."""
        values = self.values(metric)
        return sum(values) / len(values) if values else NO_FIGURE

    def worst(self, metric):
        values = self.values(metric)
        if not values:
            return NO_FIGURE
        return min(values) if worst_is_least(metric) else max(values)

    def convergence_after(self, event_s):
        """By seed: s from the event until the slowest flow had its share."""
        slowest = []
        for run in self.runs:
            took = [number(c["took_s"]) for c in run["convergences"] if abs(c["event_s"] - event_s) < 1e-3]
            slowest += [max(took)] if took else []
        return slowest


@dataclass
class Results:
    """A JSON file: cases by name, and how they were run."""

    receiver: str
    library: str
    conventions: list
    cases: dict


def read(path):
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    cases = {case["name"]: Case(case) for case in data["cases"]}
    return Results(data["receiver"], data["library"], data["conventions"], cases)


def reachable(curve, queue_p95_ms):
    """The curve's utilisation at this p95, as `sim run --efficiency` has it: the best of no longer
    queues, straight between points, level beyond them."""
    if not curve:
        return NO_FIGURE
    best, last = 0.0, None
    for utilisation, p95 in sorted(curve, key=lambda point: point[1]):
        before, best = best, max(best, utilisation)
        if p95 >= queue_p95_ms:
            if last is None:
                return best
            return before + (queue_p95_ms - last) / (p95 - last) * (best - before)
        last = p95
    return best


def efficiency(case, curve):
    """Utilisation over what a receiver that knows the fair share reaches at the same p95."""
    limit = reachable(curve, case.mean("queue_p95_ms"))
    return case.mean("utilisation") / limit if limit > 0 else NO_FIGURE
