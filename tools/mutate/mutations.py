"""Finds what can be changed in a C++ file: constants, comparisons, conditions and arithmetic, one change at a time."""

import re
from dataclasses import dataclass
from functools import cache

# Each operator's stand-ins. A comparison is turned round, and moved by its boundary: the first of the two.
OPERATORS = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
    "&&": ("||",),
    "||": ("&&",),
    "+": ("-",),
    "-": ("+",),
    "*": ("/",),
    "/": ("*",),
    "%": ("/",),
    "<<": (">>",),
    ">>": ("<<",),
    "&": ("|",),
    "|": ("&",),
    "^": ("|",),
    "+=": ("-=",),
    "-=": ("+=",),
    "*=": ("/=",),
    "/=": ("*=",),
    "<<=": (">>=",),
    ">>=": ("<<=",),
    "|=": ("&=",),
    "&=": ("|=",),
    "++": ("--",),
    "--": ("++",),
}
COMPARISONS = {"<", "<=", ">", ">=", "==", "!="}
BOUNDARIES = {("<", "<="), ("<=", "<"), (">", ">="), (">=", ">")}
NAMES = ("identifier", "field_identifier", "type_identifier")  # the last also of constants among template arguments
CALLS = {"std::min": "std::max", "std::max": "std::min"}
INTEGER = re.compile(r"(-?0[xX][0-9a-fA-F']+|-?[0-9']+)([uUlLzZ]*)")
FLOAT = re.compile(r"-?[0-9']*\.?[0-9']*([eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Mutation:
    """A change: in `file`, the bytes from `start` to `end` become `text`."""

    file: str
    start: int
    end: int
    text: str
    function: str  # that it lies in, or the constant or member that it is of
    line: str  # the line's text, without what is around it
    what: str  # "< to <="
    is_bool: bool  # what is replaced need only convert to bool
    in_constexpr: bool  # in a function that may run at compile time
    alone: bool  # cannot be chosen at run time: needs a build of its own
    is_constant: bool  # of one that gets its value when the program starts, whether it is used or not
    line_number: int

    @property
    def key(self):
        """Where it is and what it does, without line numbers, which other changes move."""
        return f"{self.function} | {self.line} | {self.what}"


@cache
def parser():
    """tree-sitter's for C++. Imported here, so that who does not parse does without."""
    import tree_sitter
    import tree_sitter_cpp

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_cpp.language()))


def literals(text):
    """Stand-ins of a number: its neighbours if it is small, else half and double."""
    if match := INTEGER.fullmatch(text):
        digits, suffix = match.groups()
        value = int(digits.replace("'", ""), 0)
        others = (value - 1, value + 1) if abs(value) <= 10 else (value // 2, value * 2)
        others = others if value else (1,)
        return [f"{other}{suffix}" for other in others]
    if FLOAT.fullmatch(text):
        value = float(text.replace("'", ""))
        others = (value / 2, value * 2) if value else (1.0,)
        return [repr(other) for other in others]
    return []


def walk(node):
    yield node
    for child in node.children:
        yield from walk(child)


def has_qualifier(node, word):
    kinds = ("type_qualifier", "storage_class_specifier")
    return any(child.type in kinds and child.text.decode() == word for child in node.children)


def name_in(declarator):
    """The name that a declarator declares, which may be qualified; None if it has none."""
    kinds = ("identifier", "field_identifier", "qualified_identifier", "operator_name", "operator_cast")
    while declarator is not None and declarator.type not in kinds:
        children = declarator.named_children
        declarator = declarator.child_by_field_name("declarator") or (children[0] if children else None)
    return declarator.text.decode() if declarator is not None else None


def constexpr_variables(root):
    """Declarations of constants that the compiler computes, with their names."""
    for node in walk(root):
        if node.type not in ("declaration", "field_declaration") or not has_qualifier(node, "constexpr"):
            continue
        declarator = node.child_by_field_name("declarator")
        if declarator is not None and declarator.type != "function_declarator":
            yield node, name_in(declarator)


def needs_constant(node):
    """Whether the node stands where the language takes nothing but a constant."""
    parent = node.parent
    if parent.type == "array_declarator":
        return parent.child_by_field_name("size") == node
    if parent.type == "case_statement":  # also `default`, which has no value
        return parent.child_by_field_name("value") == node
    return node.type in ("template_argument_list", "static_assert_declaration", "enumerator", "bitfield_clause") or (
        parent.type == "optional_parameter_declaration" and parent.named_children[0] == node
    )


def names_in(node):
    return {child.text.decode() for child in walk(node) if child.type in NAMES}


def constant_names(root):
    """Names that stand where only a constant may, or in what may run at compile time."""
    names = set()
    for node in walk(root):
        in_constant = node.parent is not None and needs_constant(node)
        if in_constant or (node.type == "function_definition" and has_qualifier(node, "constexpr")):
            names |= names_in(node)
    for node, name in reversed(list(constexpr_variables(root))):  # and what these are made of
        if name in names:
            names |= names_in(node)
    return names


def find(file, source, kept=frozenset()):
    """All mutations of a file. Constants in `kept` must stay the compiler's own."""
    found = []
    lines = source.decode().splitlines()

    def add(node, text, what, place, is_bool=False):
        line = lines[node.start_point.row].split(" //")[0].strip()
        text = re.sub(r"\s*//[^\n]*\n\s*|\s*\n\s*", " ", text)
        found.append(
            Mutation(file, node.start_byte, node.end_byte, text, place.function, line, what, is_bool,
                     place.in_constexpr, place.alone, not place.in_function and not place.is_member,
                     node.start_point.row + 1)
        )  # fmt: skip

    def visit(node, place):
        if node.type in ("preproc_if", "preproc_ifdef"):  # include guards
            for child in node.children[2:]:
                visit(child, place)
            return
        if node.type.startswith("preproc") or node.type in ("static_assert_declaration", "enumerator"):
            return
        place = place.enter(node, kept)
        text = node.text.decode
        if node.type == "number_literal" and not (place.is_member and text() == "0"):
            for other in literals(text()):
                add(node, other, f"{text()} to {other}", place)
        elif node.type in ("true", "false"):
            other = "false" if node.type == "true" else "true"
            add(node, other, f"{node.type} to {other}", place)
        elif node.type in ("binary_expression", "assignment_expression", "update_expression"):
            operator = node.child_by_field_name("operator")
            begin, end = operator.start_byte - node.start_byte, operator.end_byte - node.start_byte
            raw, symbol = node.text, operator.text.decode()
            for other in OPERATORS.get(symbol, ()):
                left, right = raw[:begin].decode(), raw[end:].decode()
                changed = left + other + right
                if (symbol, other) in BOUNDARIES:  # compiles for whole numbers alone: others are equal by chance
                    changed = f"::mutate::Whole({left.strip()}) {other} ::mutate::Whole({right.strip()})"
                add(node, changed, f"{symbol} to {other}", place, symbol in COMPARISONS | {"&&", "||"})
        elif node.type == "unary_expression":
            operator, argument = node.child_by_field_name("operator"), node.child_by_field_name("argument")
            symbol = operator.text.decode()
            if symbol in "!-~" and argument.type != "number_literal":
                add(node, f"({argument.text.decode()})", f"{symbol} dropped", place, symbol == "!")
        elif node.type == "call_expression":
            function = node.child_by_field_name("function")
            name = function.text.decode()
            base = name.split("<")[0]
            if base in CALLS:
                add(node, CALLS[base] + text()[len(base) :], f"{base} to {CALLS[base]}", place)
        if is_condition(node):
            add(node, f"!({text()})", f"negated: {' '.join(text().split())}", place, True)
        for child in node.children:
            visit(child, place)

    visit(parser().parse(source).root_node, Place())
    return number_equals(found)


def is_condition(node):
    """Whether the node decides something and is no comparison, which has mutations of its own."""
    parent = node.parent
    if not node.is_named or parent is None:
        return False
    while parent.type == "parenthesized_expression":
        node, parent = parent, parent.parent
    decides = (parent.type == "condition_clause" and parent.child_by_field_name("value") == node) or (
        parent.type == "conditional_expression" and parent.child_by_field_name("condition") == node
    )
    if parent.parent is not None and parent.parent.type == "switch_statement":
        return False
    if parent.type == "binary_expression":
        decides = parent.child_by_field_name("operator").type in ("&&", "||")
    if not decides or node.type in ("declaration", "true", "false", "unary_expression", "parenthesized_expression"):
        return False
    return not (node.type == "binary_expression" and node.child_by_field_name("operator").type in COMPARISONS)


@dataclass(frozen=True)
class Place:
    """Where in a file a node stands."""

    function: str = ""
    in_function: bool = False
    in_constexpr: bool = False
    alone: bool = False
    is_member: bool = False  # the first value of a member: where 0 is mostly none yet

    def enter(self, node, kept):
        """The place of what is in the node."""
        if node.parent and needs_constant(node):
            return Place(self.function, self.in_function, self.in_constexpr, True)
        if node.type == "lambda_expression" or self.alone:
            return self
        if node.type in ("class_specifier", "struct_specifier", "enum_specifier"):
            name = node.child_by_field_name("name")
            if name is None or self.in_function:
                return self
            return Place(f"{self.function}::{name.text.decode()}".lstrip(":"))
        if node.type == "function_definition":
            name = name_in(node.child_by_field_name("declarator"))
            return Place(f"{self.function}::{name}".lstrip(":"), True, has_qualifier(node, "constexpr"))
        if node.type in ("declaration", "field_declaration"):
            declarator = node.child_by_field_name("declarator")
            name = name_in(declarator) if declarator is not None else None
            alone = has_qualifier(node, "constexpr") and name in kept
            if self.in_function:
                return Place(self.function, True, self.in_constexpr, alone)
            if name is None:  # a type
                return self
            is_member = node.type == "field_declaration" and not has_qualifier(node, "static")
            return Place(f"{self.function}::{name}".lstrip(":"), False, False, alone, is_member)
        return self


def number_equals(found):
    """Tells those apart that have all the same on one line: the second gets #2."""
    counts, result = {}, []
    for mutation in found:
        count = counts[mutation.key] = counts.get(mutation.key, 0) + 1
        if count > 1:
            fields = {**mutation.__dict__, "what": f"{mutation.what} #{count}"}
            mutation = Mutation(**fields)
        result.append(mutation)
    return result
