"""fuzz_test: a fuzz target that in an ordinary build is a test over its corpus."""

load("@rules_cc//cc:defs.bzl", "cc_test")

def fuzz_test(name, srcs, corpus, data = [], deps = [], **kwargs):
    """Replays every file of the corpus once; with --config=fuzz, fuzzes starting from it.

    Args:
      name: the target.
      srcs: the file that has LLVMFuzzerTestOneInput.
      corpus: the folder of inputs, from the workspace root; pass its files as data.
      data: labels of the corpus files, e.g. ["//testdata/fuzz:rtp"].
      deps: as cc_test's.
      **kwargs: further attributes of cc_test.
    """
    cc_test(
        name = name,
        srcs = srcs + select({
            "//tools/build:fuzzing": [],
            "//conditions:default": ["//tools/build:fuzz_main.cc"],
        }),
        args = [corpus],
        data = data,
        linkopts = select({
            "//tools/build:fuzzing": ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        linkstatic = True,
        deps = deps,
        **kwargs
    )
