"""static_archive and install_prefix: libremb as one archive, and as the folder that an installation is."""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

PrefixInfo = provider(fields = {"folder": "a folder with include/, lib/ and lib/pkgconfig/remb.pc"})

def _static_archive_impl(ctx):
    objects = []
    for linker_input in ctx.attr.dep[CcInfo].linking_context.linker_inputs.to_list():
        for library in linker_input.libraries:
            objects += library.pic_objects or library.objects or []
    tools = find_cpp_toolchain(ctx)
    ctx.actions.run_shell(
        outputs = [ctx.outputs.out],
        inputs = objects,
        tools = tools.all_files,
        mnemonic = "StaticArchive",
        # One object, of which only the C functions can be seen: the rest can't clash with a program's own C++. Groups
        # are resolved here (--force-group-allocation), or another object's copy of an inline function could take ours
        # away. objcopy does not hide gcc's "unique" symbols, so it first turns those into weak ones.
        command = """
set -euo pipefail
ld=$1 objcopy=$2 nm=$3 ar=$4 out=$5 symbols=$6; shift 6
"$ld" -r --force-group-allocation -o "$out.o" "$@"
"$nm" "$out.o" | awk '$2 == "u" { print $3 }' >"$out.unique"
[[ ! -s $out.unique ]] || "$objcopy" --weaken-symbols="$out.unique" "$out.o"
"$objcopy" --wildcard --keep-global-symbol="$symbols" "$out.o"
rm -f "$out"
"$ar" rcsD "$out" "$out.o"
rm "$out.o" "$out.unique"
""",
        arguments = [
            tools.ld_executable + ".bfd",  # gold has no groups
            tools.objcopy_executable,
            tools.nm_executable,
            tools.ar_executable,
            ctx.outputs.out.path,
            ctx.attr.symbols,
        ] + [f.path for f in objects],
    )
    return [DefaultInfo(files = depset([ctx.outputs.out]))]

static_archive = rule(
    implementation = _static_archive_impl,
    attrs = {
        "dep": attr.label(providers = [CcInfo], mandatory = True),
        "out": attr.output(mandatory = True),
        "symbols": attr.string(doc = "pattern of the symbols to leave visible"),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def _install_prefix_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    version_header = [f for f in ctx.files.hdrs if f.basename == "remb.h"][0]
    ctx.actions.run_shell(
        outputs = [folder],
        inputs = ctx.files.hdrs + ctx.files.templates + [ctx.file.shared, ctx.file.archive],
        mnemonic = "InstallPrefix",
        command = """
set -euo pipefail
out=$1 header=$2 shared=$3 archive=$4; shift 4
number() { sed -n "s/^#define REMB_VERSION_$1 //p" "$header"; }
version=$(number MAJOR).$(number MINOR).$(number PATCH)
mkdir -p "$out"/include/remb "$out"/lib/pkgconfig "$out"/lib/cmake/remb
soname=$(basename "$shared")
cp -L "$shared" "$out/lib/libremb.so.$version"
ln -s "libremb.so.$version" "$out/lib/$soname"
ln -s "$soname" "$out/lib/libremb.so"
cp -L "$archive" "$out/lib/libremb.a"
for file; do
  case $file in
    *.h | *.hpp) cp -L "$file" "$out/include/remb/" ;;
    *.pc.in) sed "s/@VERSION@/$version/g" "$file" >"$out/lib/pkgconfig/$(basename "${file%.in}")" ;;
    *.cmake.in) sed "s/@VERSION@/$version/g" "$file" >"$out/lib/cmake/remb/$(basename "${file%.in}")" ;;
  esac
done
""",
        arguments = [folder.path, version_header.path, ctx.file.shared.path, ctx.file.archive.path] +
                    [f.path for f in ctx.files.hdrs + ctx.files.templates],
    )
    default = DefaultInfo(files = depset([folder]), runfiles = ctx.runfiles([folder]))
    return [default, PrefixInfo(folder = folder)]

install_prefix = rule(
    implementation = _install_prefix_impl,
    attrs = {
        "hdrs": attr.label_list(allow_files = [".h", ".hpp"]),
        "shared": attr.label(allow_single_file = True, doc = "the shared library, its file name being its SONAME"),
        "archive": attr.label(allow_single_file = [".a"]),
        "templates": attr.label_list(allow_files = [".in"], doc = "pkg-config and CMake files; @VERSION@ is filled in"),
    },
)
