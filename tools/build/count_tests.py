"""Counts the test cases of `bazel test` runs from the event files that they leave (--build_event_json_file).

Usage: count_tests.py EVENTS.json... prints "PASSED FAILED". A target whose report names no cases, or that could not be
built, counts as one case, and so does a run that left no events: a failed one.
"""

import json
import os
import sys
import urllib.parse
import xml.etree.ElementTree


def cases(uri):
    """(passed, failed, skipped) of one JUnit file."""
    try:
        tree = xml.etree.ElementTree.parse(urllib.parse.unquote(urllib.parse.urlparse(uri).path))
    except (OSError, xml.etree.ElementTree.ParseError):
        return 0, 0, 0
    passed = failed = skipped = 0
    for case in tree.iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def count(path):
    """(passed, failed) of one run."""
    reports, status, unbuilt = {}, {}, set()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            name = event["id"]
            if "testResult" in name:
                key = name["testResult"]
                for output in event.get("testResult", {}).get("testActionOutput", []):
                    if output["name"] == "test.xml":  # the last attempt of each shard and run
                        reports.setdefault(key["label"], {})[key.get("shard"), key.get("run")] = output["uri"]
            elif "testSummary" in name:
                status[name["testSummary"]["label"]] = event["testSummary"]["overallStatus"]
            elif "targetCompleted" in name and not event.get("completed", {}).get("success"):
                unbuilt.add(name["targetCompleted"]["label"])
    passed, failed = 0, len(unbuilt - status.keys())
    for label, overall in status.items():
        ok = overall in ("PASSED", "FLAKY")
        counts = [cases(uri) for uri in reports.get(label, {}).values()]
        good, bad = sum(c[0] for c in counts), sum(c[1] for c in counts)
        passed += good if any(map(any, counts)) else int(ok)
        failed += 0 if ok else max(bad, 1)
    return passed, failed


if __name__ == "__main__":
    totals = [count(path) if os.path.exists(path) else (0, 1) for path in sys.argv[1:]]
    print(sum(t[0] for t in totals), sum(t[1] for t in totals))
