"""swig_binding, swig_test: libremb in another language, from one interface file over the C++ header.

To add a language: an entry in _LANGUAGES, what it needs of the machine in host.bzl, and a folder beside the interface
file with the language's part of it (language.i).
"""

load("@host//:defs.bzl", "JDK", "MCS", "MISSING", "MONO", "PYTHON", "SWIG", "SWIG_VERSION")
load("@rules_cc//cc:defs.bzl", "cc_binary")

# All names are below the language's own folder.
#   flags: swig's
#   module: what swig calls it
#   proxy: the source files that swig writes besides the wrapper; ending in "/": a folder of them
#   library: what the language's loader looks for
#   exports: the symbols that it looks for
#   core: where libremb is: beside the library, or within it
_LANGUAGES = {
    # Parts of a package, which is beside language.i and imports what it shows from them.
    "python": struct(
        flags = ["-python", "-interface", "_native"],
        module = "_remb",
        proxy = "remb/_remb.py",
        library = "remb/_native.so",
        exports = ["PyInit_*"],
        deps = ["@host//:python_headers"],
        core = "//cc:remb",
    ),
    "java": struct(
        flags = ["-java", "-package", "io.libremb"],
        module = "Remb",
        proxy = "sources/io/libremb/",
        library = "libremb_jni.so",
        exports = ["Java_*", "JNI_OnLoad"],
        deps = ["@host//:jni_headers"],
        core = "//cc:remb_static",
    ),
    "csharp": struct(
        flags = ["-csharp", "-namespace", "Libremb", "-dllimport", "remb_csharp"],
        module = "Remb",
        proxy = "sources/",
        library = "libremb_csharp.so",
        exports = ["CSharp_*", "SWIGRegister*"],
        deps = [],
        core = "//cc:remb_static",
    ),
}

def _write_docs(ctx):
    """docs.i: what the comments of the headers say, for the language's own documentation."""
    docs = ctx.actions.declare_file(ctx.label.name + "_docs/docs.i")
    headers = {f.basename: f for f in ctx.files.headers}
    files = [headers[name] for name in ["remb.h", "remb.hpp", "binding.h"]] + [ctx.file.src]
    ctx.actions.run(
        outputs = [docs],
        inputs = files + [ctx.file._docs],
        executable = PYTHON,
        arguments = [ctx.file._docs.path, ctx.attr.language, docs.path] + [f.path for f in files],
        mnemonic = "SwigDocs",
    )
    return docs

def _swig_impl(ctx):
    language = _LANGUAGES[ctx.attr.language]
    folder = ctx.attr.language + "/"
    if language.proxy.endswith("/"):
        proxy = ctx.actions.declare_directory(folder + language.proxy[:-1])
        outdir = proxy.path
    else:
        proxy = ctx.actions.declare_file(folder + language.proxy)
        outdir = proxy.dirname
    wrapper = ctx.outputs.wrapper
    docs = _write_docs(ctx)
    contexts = [dep[CcInfo].compilation_context for dep in ctx.attr.deps]
    includes = [ctx.file.src.dirname + "/" + ctx.attr.language, docs.dirname]
    for context in contexts:
        includes += context.includes.to_list() + context.system_includes.to_list() + context.quote_includes.to_list()
    args = ctx.actions.args()
    args.add("-c++")
    args.add_all(language.flags)
    args.add_all(["-Wall", "-Werror", "-module", language.module, "-o", wrapper, "-outdir", outdir])
    args.add_all(includes, format_each = "-I%s")
    args.add(ctx.file.src)
    ctx.actions.run(
        outputs = [wrapper, proxy],
        inputs = depset(
            [ctx.file.src, docs] + ctx.files.srcs,
            transitive = [c.headers for c in contexts],
        ),
        executable = SWIG,
        arguments = [args],
        env = {"REMB_SWIG_VERSION": SWIG_VERSION},  # not read: a new swig is a new action
        mnemonic = "Swig",
    )

    # Else the C++ library's own symbols would be seen, and could be taken for another copy's.
    exports = " ".join([symbol + ";" for symbol in language.exports])
    ctx.actions.write(ctx.outputs.symbols, "{ global: %s local: *; };\n" % exports)
    return [DefaultInfo(files = depset([proxy]))]

_swig = rule(
    implementation = _swig_impl,
    attrs = {
        "deps": attr.label_list(providers = [CcInfo]),
        "headers": attr.label_list(allow_files = [".h", ".hpp"]),
        "language": attr.string(mandatory = True, values = _LANGUAGES.keys()),
        "src": attr.label(mandatory = True, allow_single_file = [".i"]),
        "srcs": attr.label_list(allow_files = [".i"]),
        "symbols": attr.output(mandatory = True),
        "wrapper": attr.output(mandatory = True),
        "_docs": attr.label(default = "//tools/build:swig_docs.py", allow_single_file = True),
    },
)

def swig_binding(name, language, src, headers, srcs = [], data = [], deps = [], **kwargs):
    """What a language loads: a filegroup of library and source files, all in the folder named like the language.

    Without the language on this machine it is empty, which is said, and by swig_test too.

    Args:
      name: the target. NAME_library is the library alone, NAME_proxy the source files that swig wrote.
      language: one of _LANGUAGES.
      src: the interface file.
      headers: remb.h, remb.hpp and binding.h, whose comments go into the language's documentation.
      srcs: interface files that it includes.
      data: files of the language that belong to it.
      deps: C++ libraries that are wrapped, libremb aside.
      **kwargs: visibility and the like.
    """
    if MISSING.get(language):
        print("//%s:%s is left out, and its tests are skipped: %s" % (native.package_name(), name, MISSING[language]))
        for part in [name, name + "_library", name + "_proxy"]:
            native.filegroup(name = part, **kwargs)
        return
    parts = _LANGUAGES[language]
    library = "%s/%s" % (language, parts.library)
    symbols = name + "_symbols.map"
    _swig(
        name = name + "_proxy",
        src = src,
        srcs = srcs,
        headers = headers,
        language = language,
        symbols = symbols,
        wrapper = name + "_wrap.cc",
        deps = deps + [parts.core],
        **kwargs
    )
    cc_binary(
        name = library,
        srcs = [name + "_wrap.cc"],
        additional_linker_inputs = [symbols],
        # Generated code: as swig's manual asks, and without our warnings.
        copts = ["-fno-strict-aliasing", "-fvisibility=hidden", "-w"],
        linkopts = [
            "-Wl,--version-script=$(location %s)" % symbols,
            # As libremb.so: nothing is needed at run time but libc and libm.
            "-static-libgcc",
            "-l:libstdc++.a",
            "-Wl,--as-needed",
            # A packaged libremb.so.0 lies beside it.
            "-Wl,-rpath,'$$ORIGIN'",
        ],
        linkshared = True,
        linkstatic = False,
        deps = deps + parts.deps + [parts.core],
    )
    native.filegroup(
        name = name + "_library",
        srcs = [library],
        **kwargs
    )
    native.filegroup(
        name = name,
        srcs = [library, name + "_proxy"] + data,
        **kwargs
    )

# The report keeps a skipped test from being counted as one that passed.
_SKIP = """echo "skipped: {why}"
cat >"$XML_OUTPUT_FILE" <<'EOF'
<testsuites><testsuite name="{name}" tests="1" skipped="1">
<testcase name="{name}"><skipped message="{why}"/></testcase>
</testsuite></testsuites>
EOF"""

def _swig_test_impl(ctx):
    script = ctx.actions.declare_file(ctx.label.name)
    missing = MISSING.get(ctx.attr.language)
    if missing:
        command = _SKIP.format(name = ctx.label.name, why = missing)
    else:
        folder = "%s/%s" % (ctx.attr.binding.label.package, ctx.attr.language)
        interpreter = _INTERPRETERS[ctx.attr.language].format(folder = folder)
        command = 'exec %s %s "$@"' % (interpreter, ctx.file.main.short_path)
    ctx.actions.write(script, "#!/bin/bash\n%s\n" % command, is_executable = True)
    runfiles = ctx.runfiles(files = [ctx.file.main] + ctx.files.data + ctx.files.binding)
    runfiles = runfiles.merge(ctx.attr.binding[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = script, runfiles = runfiles)]

# What runs a test's main file: a program in Python; for Java and C# a script, beside which lies what was built.
_INTERPRETERS = {
    # Not where the main file really is, which is the source tree: there the package lacks what is built.
    "python": "env PYTHONPATH={folder} PYTHONDONTWRITEBYTECODE=1 " + PYTHON,
    "java": "env JAVA_HOME=%s bash" % JDK,
    "csharp": "env REMB_MCS=%s REMB_MONO=%s bash" % (MCS, MONO),
}

swig_test = rule(
    implementation = _swig_test_impl,
    attrs = {
        "binding": attr.label(mandatory = True, doc = "the swig_binding"),
        "data": attr.label_list(allow_files = True),
        "language": attr.string(mandatory = True, values = _LANGUAGES.keys()),
        "main": attr.label(mandatory = True, allow_single_file = True),
    },
    test = True,
)
