"""go_library, go_binary, go_test, go_vet_test: Go and cgo with the machine's own go command.

An action copies exactly the declared files into a fresh folder and runs go there, so a file that no target names is an
error and not a hidden input. Modules come from @go_modules, with no network. libremb comes by `cgo_deps`, as an
installed prefix: `#cgo pkg-config: remb` finds its remb.pc.

Compiled packages are kept in the user's own Go build cache, as `go build` does.
"""

load("@go_modules//:defs.bzl", "GOMODCACHE")
load("@host//:defs.bzl", "GO", "GOCACHE", "GO_VERSION")
load(":prefix.bzl", "PrefixInfo")

GoInfo = provider(fields = {
    "files": "sources of the package and of all it needs",
    "prefixes": "folders that libremb is staged in",
    "data": "files needed at run time",
})

_FlagInfo = provider(fields = ["value"])

def _flag_impl(ctx):
    return _FlagInfo(value = ctx.build_setting_value)

go_flag = rule(implementation = _flag_impl, build_setting = config.bool(flag = True))

_LIBRARY_ATTRS = {
    "srcs": attr.label_list(allow_files = True, doc = "Go files, and files they embed"),
    "deps": attr.label_list(providers = [GoInfo]),
    "cgo_deps": attr.label_list(providers = [PrefixInfo], doc = "//cc:prefix where a file has #cgo pkg-config: remb"),
    "data": attr.label_list(allow_files = True, doc = "files needed at run time, e.g. testdata"),
}

_BINARY_ATTRS = dict(_LIBRARY_ATTRS, **{
    "cgo": attr.bool(default = True, doc = "False: build with CGO_ENABLED=0"),
    "gotags": attr.string_list(doc = "build tags"),
    "modfile": attr.label_list(allow_files = True, doc = "another NAME.mod and its NAME.sum to build with (-modfile)"),
    "_mod": attr.label(default = "//:go.mod", allow_single_file = True),
    "_sum": attr.label(default = "//:go.sum", allow_single_file = True),
    "_modules": attr.label(default = "@go_modules//:stamp", allow_single_file = True),
    "_race": attr.label(default = "//tools/build:go_race"),
    "_gcstress": attr.label(default = "//tools/build:go_gcstress"),
    "_cgocheck": attr.label(default = "//tools/build:go_cgocheck"),
})

def _collect(ctx):
    deps = [dep[GoInfo] for dep in ctx.attr.deps]
    return GoInfo(
        files = depset(ctx.files.srcs, transitive = [dep.files for dep in deps]),
        prefixes = depset(
            [dep[PrefixInfo].folder for dep in ctx.attr.cgo_deps],
            transitive = [dep.prefixes for dep in deps],
        ),
        data = depset(ctx.files.data, transitive = [dep.data for dep in deps]),
    )

def _go_library_impl(ctx):
    info = _collect(ctx)
    return [info, DefaultInfo(files = info.files)]

go_library = rule(implementation = _go_library_impl, attrs = _LIBRARY_ATTRS)

_COMMAND = """
set -euo pipefail
root=$PWD manifest=$1 out=$root/$2 package=$3; shift 3
# One at a time, in one place: go uses all processors by itself, two would compile the same packages twice, and the cache
# remembers where files with cgo lay.
mkdir -p "$GOCACHE"
exec 9>"$GOCACHE/libremb.lock"
flock 9
tree=$GOCACHE/libremb.tree
rm -rf "$tree"
trap 'rm -rf "$tree"' EXIT
while IFS=$'\\t' read -r from to; do
  mkdir -p "$tree/$(dirname "$to")"
  cp -L "$from" "$tree/$to"
done <"$manifest"
PKG_CONFIG_PATH=
for prefix in $PREFIXES; do
  PKG_CONFIG_PATH=$root/$prefix/lib/pkgconfig
  # Go's build cache knows nothing of what a package includes and links from outside its folder: tell it, by a header.
  { echo "// $root/$prefix"; printf '// '; find -L "$prefix" -type f | LC_ALL=C sort | xargs cat | sha256sum; } >"$tree.h"
  { grep -rl --include='*.go' '^import "C"' "$tree" || true; } | while read -r file; do
    cp "$tree.h" "${file%/*}/zz_libremb_stamp.h"
  done
  rm "$tree.h"
done
export PKG_CONFIG_PATH
cd "$tree"
"""

def _go_action(ctx, info, out, mnemonic, args, then):
    """Runs go in a copy of the sources; `then` is the shell command, "$@" being go and its arguments."""
    copies = {ctx.file._mod: "go.mod", ctx.file._sum: "go.sum"}
    flags = "-mod=readonly"
    for f in ctx.files.modfile:
        copies[f] = f.basename
        if f.extension == "mod":
            flags += " -modfile=" + f.basename
    for f in info.files.to_list():
        copies[f] = f.short_path
    manifest = ctx.actions.declare_file(out.basename + ".files.txt")
    ctx.actions.write(manifest, "".join(["%s\t%s\n" % (f.path, to) for f, to in copies.items()]))

    cmd = [GO] + args + ["-trimpath"]
    gotags = ctx.attr.gotags + (["remb_gcstress"] if ctx.attr._gcstress[_FlagInfo].value else [])
    if gotags:
        cmd.append("-tags=" + ",".join(gotags))
    ctx.actions.run_shell(
        outputs = [out],
        inputs = depset(copies.keys() + [manifest, ctx.file._modules], transitive = [info.prefixes]),
        mnemonic = mnemonic,
        progress_message = "%s %s" % (mnemonic, ctx.label),
        # Outside the sandbox for GOCACHE only: the copy keeps the inputs honest.
        execution_requirements = {"no-sandbox": "1", "no-remote": "1"},
        env = {
            "CGO_ENABLED": "1" if ctx.attr.cgo else "0",
            "GOCACHE": GOCACHE,
            "GOENV": "off",
            "GOEXPERIMENT": "cgocheck2" if ctx.attr._cgocheck[_FlagInfo].value and ctx.attr.cgo else "",
            "GOFLAGS": flags,
            "GOMODCACHE": GOMODCACHE,
            "GOPATH": "/nonexistent",
            "GOPROXY": "off",
            "GOTELEMETRY": "off",
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
            "HOME": "/nonexistent",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "PREFIXES": " ".join([f.path for f in info.prefixes.to_list()]),
            "REMB_GO_VERSION": GO_VERSION,  # not read: a new Go is a new action
        },
        command = _COMMAND + then,
        arguments = [manifest.path, out.path, ctx.label.package] + cmd,
    )

def _compile(ctx, out, verb):
    info = _collect(ctx)

    # Where the program finds libremb.so.0, from its own place.
    up = "/".join([".."] * ctx.label.package.count("/") + [".."])
    rpath = ":".join(["$ORIGIN/%s/%s/lib" % (up, f.short_path) for f in info.prefixes.to_list()])
    ldflags = ["-r", rpath] if rpath and ctx.attr.cgo else []
    if ctx.var["COMPILATION_MODE"] == "opt":
        ldflags += ["-s", "-w"]
    args = verb + ["-buildvcs=false"]
    if ctx.attr._race[_FlagInfo].value and ctx.attr.cgo:
        args.append("-race")
    if ldflags:
        args.append("-ldflags=" + " ".join(ldflags))
    _go_action(ctx, info, out, "GoBuild" if verb == ["build"] else "GoTestBuild", args, """
"$@" -o "$out" "./$package"
""")
    return info

def _go_binary_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name)
    info = _compile(ctx, out, ["build"])
    runfiles = ctx.runfiles(transitive_files = depset([out], transitive = [info.prefixes, info.data]))
    return [DefaultInfo(executable = out, files = depset([out]), runfiles = runfiles)]

go_binary = rule(implementation = _go_binary_impl, attrs = _BINARY_ATTRS, executable = True)

# As under `go test`, the program runs in its package's folder. Its report becomes the JUnit file that Bazel asks for.
_TEST_SCRIPT = """#!/bin/bash
set -uo pipefail
binary=$PWD/{binary}
mkdir -p {package} && cd {package}
args=(-test.v)
[[ -n "${{TESTBRIDGE_TEST_ONLY:-}}" ]] && args+=("-test.run=$TESTBRIDGE_TEST_ONLY")
[[ -n "${{TEST_TIMEOUT:-}}" ]] && args+=("-test.timeout=$((TEST_TIMEOUT > 10 ? TEST_TIMEOUT - 5 : TEST_TIMEOUT))s")
[[ -z "${{XML_OUTPUT_FILE:-}}" ]] && exec "$binary" "${{args[@]}}" "$@"
"$binary" "${{args[@]}}" "$@" 2>&1 | tee "$TEST_TMPDIR/out.txt"
status=$?
awk -v suite={suite} '
  /^--- (PASS|FAIL|SKIP): / {{
    n++
    time = substr($4, 2, length($4) - 3)
    cases = cases "  <testcase classname=\\"" suite "\\" name=\\"" $3 "\\" time=\\"" time "\\">"
    if ($2 == "FAIL:") {{ failed++; cases = cases "<failure/>" }}
    if ($2 == "SKIP:") {{ skipped++; cases = cases "<skipped/>" }}
    cases = cases "</testcase>\\n"
  }}
  END {{
    printf "<testsuite name=\\"%s\\" tests=\\"%d\\" failures=\\"%d\\" skipped=\\"%d\\">\\n", suite, n, failed, skipped
    printf "%s</testsuite>\\n", cases
  }}' "$TEST_TMPDIR/out.txt" >"$XML_OUTPUT_FILE"
exit $status
"""

def _go_test_impl(ctx):
    binary = ctx.actions.declare_file(ctx.label.name + ".bin")
    info = _compile(ctx, binary, ["test", "-c", "-vet=off"])
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(script, is_executable = True, content = _TEST_SCRIPT.format(
        binary = binary.short_path,
        package = ctx.label.package,
        suite = ctx.label.package,
    ))
    runfiles = ctx.runfiles(files = [binary], transitive_files = depset(transitive = [info.prefixes, info.data]))
    return [DefaultInfo(executable = script, runfiles = runfiles)]

_go_test = rule(implementation = _go_test_impl, attrs = _BINARY_ATTRS, test = True)

def go_test(name, tags = [], **kwargs):
    """The tests of a package, as `go test -v` runs them; deps names the package itself.

    Those with the tag exclusive are calls in real time. A machine that stalls spoils one call, not three in a row: Bazel
    makes up to three attempts, and says FLAKY rather than PASSED of a test that needed more than one.
    """
    _go_test(name = name, tags = tags + ["nosan"], flaky = "exclusive" in tags, **kwargs)

def _go_vet_test_impl(ctx):
    report = ctx.actions.declare_file(ctx.label.name + ".txt")
    _go_action(ctx, _collect(ctx), report, "GoVet", ["vet"], """
# What vet finds fails the test, not the build.
if "$@" "./$package" >"$out" 2>&1; then : >"$out"; else echo "go vet failed" >>"$out"; fi
""")
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(script, is_executable = True, content = """#!/bin/bash
cat {report}
[[ ! -s {report} ]]
""".format(report = report.short_path))
    return [DefaultInfo(executable = script, runfiles = ctx.runfiles(files = [report]))]

_go_vet_test = rule(implementation = _go_vet_test_impl, attrs = _BINARY_ATTRS, test = True)

def go_vet_test(name, tags = [], **kwargs):
    """`go vet` on a package and its tests."""
    _go_vet_test(name = name, tags = tags + ["nosan"], **kwargs)
