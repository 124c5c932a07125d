"""Writes C++ files that contain all their mutations, of which an environment variable chooses one at run time."""

import re

import mutations

# What mutated files include. MUTATION: the chosen one's number; REACHED: a file for the numbers of those that ran.
HEADER = """#pragma once
#include <type_traits>

namespace mutate {

extern int chosen;
extern unsigned char reached[];

inline bool On(int number) {
  reached[number] = 1;
  return chosen == number;
}
// Where a compiler computes, the original stays.
constexpr bool OnIfRunning(int number) {
  if (std::is_constant_evaluated()) return false;
  return On(number);
}

// What a comparison may be moved by its boundary of.
template <typename T>
  requires(!std::is_floating_point_v<T>)
constexpr const T& Whole(const T& value) {
  return value;
}

}  // namespace mutate
"""
SOURCE = """#include <cstdio>
#include <cstdlib>

namespace mutate {

int chosen = -1;
unsigned char reached[%d];

namespace {

// Before all constants of the library get their values.
__attribute__((constructor(101))) void Choose() {
  if (const char* number = std::getenv("MUTATION")) chosen = std::atoi(number);
}

__attribute__((destructor)) void Report() {
  const char* name = std::getenv("REACHED");
  std::FILE* file = name ? std::fopen(name, "w") : nullptr;
  if (!file) return;
  for (unsigned i = 0; i < sizeof reached; ++i) {
    if (reached[i]) std::fprintf(file, "%%u\\n", i);
  }
  std::fclose(file);
}

}  // namespace
}  // namespace mutate
"""


def constants_made_variables(source, kept):
    """Bytes to replace so that constants get their values at run time: (start, end, text)."""
    root = mutations.parser().parse(source).root_node
    for node, name in mutations.constexpr_variables(root):
        if name in kept:
            continue
        for child in node.children:
            if child.type in ("type_qualifier", "storage_class_specifier") and child.text == b"constexpr":
                in_class = node.type == "field_declaration"
                yield child.start_byte, child.end_byte, "inline const" if in_class else "const"


def loosen(source, names):
    """The source with nothing in it for which one of these has to be a constant; as it is if there is no such thing."""
    root = mutations.parser().parse(source).root_node

    def mentions(node):
        return not names.isdisjoint(mutations.names_in(node))

    edits = [(node.start_byte, node.end_byte, "") for node in mutations.walk(root)
             if node.type == "static_assert_declaration" and mentions(node)]  # fmt: skip
    needing = {name for node, name in mutations.constexpr_variables(root) if mentions(node) and name not in names}
    if needing:
        others = {name for _, name in mutations.constexpr_variables(root)} - needing
        edits += constants_made_variables(source, others)
    for start, end, text in sorted(edits, reverse=True):
        source = source[:start] + text.encode() + source[end:]
    return source


def instrument(source, numbered, kept=frozenset()):
    """The source with `numbered`, a dict from number to mutation, in it; and the number that each line belongs to."""
    spans = {}
    for number, mutation in numbered.items():
        spans.setdefault((mutation.start, mutation.end), []).append((number, mutation))
    edits = {(start, end): text for start, end, text in constants_made_variables(source, kept)}
    order = sorted(spans.keys() | edits.keys(), key=lambda span: (span[0], -span[1]))
    out = ['#include "mutate.h"\n']
    position = 0

    def emit_until(end, limit):
        """Writes the source up to `end`, with what lies in it."""
        nonlocal position
        while order and order[0][0] < end and order[0][1] <= limit:
            span = order.pop(0)
            out.append(source[position : span[0]].decode())
            position = span[0]
            if span in edits:
                out.append(edits[span])
                position = span[1]
                continue
            emit_choice(span)
        out.append(source[position:end].decode())
        position = end

    def emit_choice(span):
        is_bool = any(mutation.is_bool for _, mutation in spans[span])
        convert = "static_cast<bool>" if is_bool else ""
        out.append("(")
        for number, mutation in spans[span]:
            on = "mutate::OnIfRunning" if mutation.in_constexpr else "mutate::On"
            out.append(f"\n/*MUTATION {number}*/ ::{on}({number}) ? {convert}({mutation.text}) :\n")
        out.append(f"{convert}(")
        emit_until(span[1], span[1])
        out.append("))")

    emit_until(len(source), len(source))
    text = "".join(out)
    lines = {}
    for row, line in enumerate(text.split("\n"), 1):
        if match := re.match(r"/\*MUTATION (\d+)\*/", line):
            lines[row] = int(match[1])
    return text, lines
