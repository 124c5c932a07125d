"""catch_test: a C++ test written with Catch2 v3, main included."""

load("@rules_cc//cc:defs.bzl", "cc_test")

def catch_test(name, srcs, deps = [], **kwargs):
    cc_test(
        name = name,
        srcs = srcs,
        linkstatic = True,
        deps = deps + ["//tools/build:catch_main"],
        **kwargs
    )
