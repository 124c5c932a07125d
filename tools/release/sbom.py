"""sbom.py VERSION COMMIT: what a release of libremb is made of, as CycloneDX 1.6 on standard output.

Run by tools/release/build.sh in the root of the source, on the machine that built. The time is SOURCE_DATE_EPOCH.
"""

import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import uuid

GCC = subprocess.run(["g++", "-dumpversion"], check=True, capture_output=True, text=True).stdout.strip()
RUNTIME = "GPL-3.0-or-later WITH GCC-exception-3.1"
# Debian package: what of it gets into our files, and its licence.
BUILT_IN = {
    f"libstdc++-{GCC}-dev": ("archive linked into libremb.so and the bindings, amd64", RUNTIME),
    f"libstdc++-{GCC}-dev-arm64-cross": ("archive linked into libremb.so and the Java binding, arm64", RUNTIME),
    f"libgcc-{GCC}-dev": ("archive linked into libremb.so and the bindings, amd64", RUNTIME),
    f"libgcc-{GCC}-dev-arm64-cross": ("archive linked into libremb.so and the Java binding, arm64", RUNTIME),
    "libabsl-dev": ("header templates compiled into libremb.so", "Apache-2.0"),
    "swig": ("what it writes is in the Java binding, free of its own licence", None),
}
# What else the build and the programs of the source need; nothing of it is in the binaries.
TO_BUILD = {
    "bazel-bootstrap": "Apache-2.0",
    "libbenchmark-dev": "Apache-2.0",
    "libcatch2-dev": "BSL-1.0",
    "libpcap-dev": "BSD-3-Clause",
    "libyaml-cpp-dev": "MIT",
}
UPLOT = "tools/report/third_party/uplot/uPlot.iife.min.js"


def debian_package(name, licence, **more):
    version = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Version}", name], check=True, capture_output=True, text=True
    ).stdout
    return component("library", name, version, f"pkg:deb/debian/{name}@{version}", licence, **more)


def component(kind, name, version, purl, licence=None, **more):
    made = {"type": kind, "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if licence:
        # An identifier of SPDX, or an expression of several.
        made["licenses"] = [{"expression": licence}] if " " in licence else [{"license": {"id": licence}}]
    return made | more


def go_modules():
    """Of go.mod: the Go packages and commands of the source are built with them, by who uses these."""
    for line in pathlib.Path("go.mod").read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"(?:require )?\s*([a-z][\w./-]+\.[\w./-]+) (v\S+)( // indirect)?", line):
            name, version, indirect = match.groups()
            yield component(
                "library",
                name,
                version,
                f"pkg:golang/{name}@{version}",
                scope="optional",
                description="Go module, needed indirectly" if indirect else "Go module",
            )


def main():
    version, commit = sys.argv[1:]
    when = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.UTC)
    us = component("library", "libremb", version, f"pkg:github/libremb/libremb@{commit}", "MIT")
    inside = [debian_package(name, licence, description=what) for name, (what, licence) in BUILT_IN.items()]
    uplot_version = re.search(r"\(v([\d.]+)\)", pathlib.Path(UPLOT).read_text(encoding="utf-8")[:200])[1]
    pages = "in the source, and in the pages that its tools write"
    inside.append(
        component("library", "uplot", uplot_version, f"pkg:npm/uplot@{uplot_version}", "MIT", description=pages)
    )
    around = [*go_modules(), *(debian_package(n, licence, scope="excluded") for n, licence in TO_BUILD.items())]
    json.dump(
        {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, us['purl'])}",
            "version": 1,
            "metadata": {"timestamp": when.strftime("%Y-%m-%dT%H:%M:%SZ"), "component": us},
            "components": inside + around,
            "dependencies": [{"ref": us["bom-ref"], "dependsOn": [made["bom-ref"] for made in inside]}],
        },
        sys.stdout,
        indent=2,
    )
    print()


if __name__ == "__main__":
    main()
