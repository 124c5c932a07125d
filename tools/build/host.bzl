"""Repository rules: C++ libraries, tools and Go modules of the machine that builds."""

def _run(ctx, args, env = {}, timeout = 600, hint = ""):
    result = ctx.execute(args, environment = env, timeout = timeout)
    if result.return_code:
        fail("%s failed: %s%s%s" % (" ".join([str(a) for a in args]), result.stdout, result.stderr, hint))
    return result.stdout.strip()

def _find(ctx, variable, names):
    """The path of a tool: what the environment variable says, else the first of the names that exists, else ""."""
    if ctx.os.environ.get(variable):
        return ctx.os.environ[variable]
    for name in names:
        path = ctx.path(name) if name.startswith("/") else ctx.which(name)
        if path and path.exists:
            return str(path)
    return ""

# --- C++ libraries ----------------------------------------------------------------------------------------------------

def _system_library_impl(ctx):
    header = ctx.path("/usr/include/" + ctx.attr.header)
    if not header.exists:
        fail("<%s> is missing: install Debian's %s, or run tools/setup.sh." % (ctx.attr.header, ctx.attr.package))
    build = ['package(default_visibility = ["//visibility:public"])']
    for name, modules in ctx.attr.targets.items():
        flags = []
        if modules:
            static = ["--static"] if ctx.attr.static else []
            out = _run(ctx, ["pkg-config", "--libs"] + static + modules.split(" "))
            flags = [f for f in out.split(" ") if f]
        build.append("cc_library(name = %r, linkopts = %r)" % (name, flags))
    ctx.file("BUILD.bazel", "\n".join(build) + "\n")

system_library = repository_rule(
    implementation = _system_library_impl,
    attrs = {
        "header": attr.string(mandatory = True, doc = "a header below /usr/include that shows the library is there"),
        "package": attr.string(mandatory = True, doc = "Debian's name, for the error message"),
        "static": attr.bool(default = True, doc = "whether there are only archives, which need all that they use themselves"),
        "targets": attr.string_dict(doc = "target to the pkg-config modules it links, separated by spaces"),
    },
    environ = ["PATH", "PKG_CONFIG_PATH"],
    local = True,  # looked at again at every server start
)

# --- tools ------------------------------------------------------------------------------------------------------------

# auto: a Go older than go.mod asks for (Debian's) fetches a newer one by itself, as a module.
_GO_ENV = {"GOTOOLCHAIN": "auto", "GOWORK": "off"}
_GO_HINT = "\nGo 1.25 or newer is needed: run tools/setup.sh."

def _find_go(ctx):
    go = _find(ctx, "REMB_GO", ["go", "/usr/local/go/bin/go", "/usr/lib/go/bin/go"])
    if not go:
        fail("go is not in PATH." + _GO_HINT)

    # Ask inside the module, so that the answer is the toolchain that go.mod selects.
    ctx.symlink(Label("//:go.mod"), "go.mod")
    goroot = _run(ctx, [go, "env", "GOROOT"], _GO_ENV, 1200, _GO_HINT)
    return goroot + "/bin/go"

def _find_jdk(ctx):
    """The folder of a JDK with JNI's headers, or ""."""
    javac = _find(ctx, "REMB_JAVAC", ["javac"])
    if not javac:
        return ""
    home = str(ctx.path(javac).realpath.dirname.dirname)
    return home if ctx.path(home + "/include/jni.h").exists else ""

# For languages that are tested only where they are: an empty text, or why not.
_MISSING = {
    "java": "no JDK: javac is not in PATH, or jni.h is not with it; Debian's default-jdk-headless has both",
    "csharp": "no C#: mcs and mono are not in PATH; Debian's mono-mcs and mono-runtime have them",
}

def _host_tools_impl(ctx):
    go = _find_go(ctx)
    swig = _find(ctx, "REMB_SWIG", ["swig"])

    # Debian's Python first: another one in PATH (pyenv's, say) is not the one whose headers are installed.
    python = _find(ctx, "REMB_PYTHON", ["/usr/bin/python3", "python3"])
    if not swig or not python:
        fail("swig or python3 is not in PATH: run tools/setup.sh.")
    include = _run(ctx, [python, "-c", "import sysconfig; print(sysconfig.get_paths()['include'])"])
    if not ctx.path(include + "/Python.h").exists:
        fail("Python.h is missing: install Debian's python3-dev, or run tools/setup.sh.")
    ctx.symlink(include, "python_include")

    jdk = _find_jdk(ctx)
    if jdk:
        ctx.symlink(jdk + "/include", "jni_include")
    mcs, mono = _find(ctx, "REMB_MCS", ["mcs"]), _find(ctx, "REMB_MONO", ["mono"])
    found = {"java": jdk, "csharp": mcs and mono}
    defs = {
        "GO": go,
        "GO_VERSION": _run(ctx, [go, "env", "GOVERSION"], _GO_ENV),
        "GOCACHE": _run(ctx, [go, "env", "GOCACHE"], _GO_ENV),
        "JDK": jdk,
        "MCS": mcs,
        "MISSING": {language: "" if found[language] else why for language, why in _MISSING.items()},
        "MONO": mono,
        "PYTHON": python,
        "SWIG": swig,
        "SWIG_VERSION": _run(ctx, [swig, "-version"]).split("\n")[0],
    }
    ctx.file("defs.bzl", "".join(["%s = %r\n" % item for item in defs.items()]))
    ctx.file("BUILD.bazel", """
package(default_visibility = ["//visibility:public"])

cc_library(
    name = "python_headers",
    hdrs = glob(["python_include/**/*.h"]),
    includes = ["python_include"],
)

cc_library(
    name = "jni_headers",
    hdrs = glob(["jni_include/**/*.h"]),
    includes = [
        "jni_include",
        "jni_include/linux",
    ],
)
""")

host_tools = repository_rule(
    implementation = _host_tools_impl,
    environ = ["PATH", "HOME", "GOPROXY", "REMB_GO", "REMB_JAVAC", "REMB_MCS", "REMB_MONO", "REMB_PYTHON", "REMB_SWIG"],
    local = True,  # looked at again at every server start, as tools may have been upgraded
    configure = True,
)

# --- Go modules -------------------------------------------------------------------------------------------------------

def _go_modules_impl(ctx):
    go = _find_go(ctx)
    cache = str(ctx.path("mod"))
    env = dict(_GO_ENV, **{
        "GOMODCACHE": cache,
        # What the user's own cache has is taken from there.
        "GOPROXY": "file://%s/cache/download,%s" % (
            _run(ctx, [go, "env", "GOMODCACHE"], _GO_ENV),
            _run(ctx, [go, "env", "GOPROXY"], _GO_ENV),
        ),
    })
    stamp = ""
    for i, (mod, sum) in enumerate(zip(ctx.attr.go_mods, ctx.attr.go_sums)):
        name = "modules%d" % i
        go_sum = ctx.read(sum)
        ctx.file(name + ".mod", ctx.read(mod))
        ctx.file(name + ".sum", go_sum)  # a copy, as go may want to write it
        stamp += go_sum

        # modcacherw: Bazel must be able to delete the files.
        flags = {"GOFLAGS": "-modcacherw -mod=readonly -modfile=%s.mod" % name}
        _run(ctx, [go, "mod", "download"], dict(env, **flags), 1200)
    ctx.file("stamp", stamp)
    ctx.file("defs.bzl", "GOMODCACHE = %r\n" % cache)
    ctx.file("BUILD.bazel", 'exports_files(["stamp"])\n')

go_modules = repository_rule(
    implementation = _go_modules_impl,
    attrs = {
        "go_mods": attr.label_list(mandatory = True, doc = "go.mod, and others that a test's modfile names"),
        "go_sums": attr.label_list(mandatory = True, doc = "their go.sum files, in the same order"),
    },
    environ = ["PATH", "HOME", "GOPROXY", "REMB_GO"],
)
