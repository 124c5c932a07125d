"""swig_binding, swig_test: libremb in another language, from one interface file over the C++ header.

To add a language: an entry in _LANGUAGES, its headers in host.bzl, a branch in _swig_test_impl, and a folder beside the
interface file with the language's part of it (language.i).
"""

load("@host//:defs.bzl", "PYTHON", "SWIG", "SWIG_VERSION")
load("@rules_cc//cc:defs.bzl", "cc_binary")

# proxy: the source files that swig writes besides the wrapper; library: what the language's loader looks for.
_LANGUAGES = {
    "python": struct(
        flags = ["-python"],
        proxy = ["{module}.py"],
        library = "_{module}.so",
        deps = ["@host//:python_headers"],
    ),
}

def _swig_impl(ctx):
    language = _LANGUAGES[ctx.attr.language]
    folder = ctx.attr.language
    wrapper = ctx.outputs.wrapper
    proxy = [
        ctx.actions.declare_file(folder + "/" + name.format(module = ctx.attr.module))
        for name in language.proxy
    ]
    contexts = [dep[CcInfo].compilation_context for dep in ctx.attr.deps]
    includes = [ctx.file.src.dirname + "/" + folder]
    for context in contexts:
        includes += context.includes.to_list() + context.system_includes.to_list() + context.quote_includes.to_list()
    args = ctx.actions.args()
    args.add("-c++")
    args.add_all(language.flags)
    args.add_all(["-Wall", "-Werror", "-module", ctx.attr.module, "-o", wrapper, "-outdir", proxy[0].dirname])
    args.add_all(includes, format_each = "-I%s")
    args.add(ctx.file.src)
    ctx.actions.run(
        outputs = [wrapper] + proxy,
        inputs = depset([ctx.file.src] + ctx.files.srcs, transitive = [c.headers for c in contexts]),
        executable = SWIG,
        arguments = [args],
        env = {"REMB_SWIG_VERSION": SWIG_VERSION},  # not read: a new swig is a new action
        mnemonic = "Swig",
    )
    return [DefaultInfo(files = depset(proxy))]

_swig = rule(
    implementation = _swig_impl,
    attrs = {
        "deps": attr.label_list(providers = [CcInfo]),
        "language": attr.string(mandatory = True, values = _LANGUAGES.keys()),
        "module": attr.string(mandatory = True),
        "src": attr.label(mandatory = True, allow_single_file = [".i"]),
        "srcs": attr.label_list(allow_files = [".i"]),
        "wrapper": attr.output(mandatory = True),
    },
)

def swig_binding(name, language, module, src, srcs = [], deps = [], **kwargs):
    """A loadable module: a filegroup of the library and its source files, all in the folder named like the language.

    Args:
      name: the target.
      language: one of _LANGUAGES.
      module: the module's name.
      src: the interface file.
      srcs: interface files that it includes.
      deps: C++ libraries that are wrapped.
      **kwargs: visibility and the like.
    """
    library = "%s/%s" % (language, _LANGUAGES[language].library.format(module = module))
    _swig(
        name = name + "_proxy",
        src = src,
        srcs = srcs,
        language = language,
        module = module,
        wrapper = name + "_wrap.cc",
        deps = deps,
    )
    cc_binary(
        name = library,
        srcs = [name + "_wrap.cc"],
        # Generated code: as swig's manual asks, and without our warnings.
        copts = ["-fno-strict-aliasing", "-w"],
        linkshared = True,
        linkstatic = False,
        deps = deps + _LANGUAGES[language].deps,
    )
    native.filegroup(
        name = name,
        srcs = [library, name + "_proxy"],
        **kwargs
    )

def _swig_test_impl(ctx):
    # Only Python so far: its interpreter runs the main file, with the module's folder on its path.
    script = ctx.actions.declare_file(ctx.label.name)
    folder = "%s/%s" % (ctx.attr.binding.label.package, ctx.attr.language)
    ctx.actions.write(script, is_executable = True, content = """#!/bin/bash
export PYTHONPATH={folder} PYTHONDONTWRITEBYTECODE=1
exec {python} {main} "$@"
""".format(folder = folder, python = PYTHON, main = ctx.file.main.short_path))
    runfiles = ctx.runfiles(files = [ctx.file.main] + ctx.files.data)
    runfiles = runfiles.merge(ctx.attr.binding[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = script, runfiles = runfiles.merge(ctx.runfiles(files = ctx.files.binding)))]

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
