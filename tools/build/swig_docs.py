"""Writes the comments of libremb's headers as features that swig puts into a language's own documentation.

Usage: swig_docs.py LANGUAGE OUT.i remb.h remb.hpp binding.h remb.i

What remb.i declares is documented: by the // comment above it there, else in binding.h or remb.hpp, else by the
comment in remb.h of the struct's member or of the function that it calls. Returned values and errors are those of
remb.h, unless the comment has its own. Names in the text become the language's, and constants get their value, for a
switch.
"""

import html
import re
import sys
import textwrap

# What a wrapper sees to by itself, or can't happen in it.
UNSEEN_ERRORS = re.compile(r"REMB_ERR_(NULL|STRUCT_SIZE|BUFFER_TOO_SMALL)\b|\((capacity|size) < 0\)")


def words(text):
    return " ".join(text.split())


def sentence(text):
    if not re.match(r"\w+_", text):  # a name keeps its case
        text = text[:1].upper() + text[1:]
    return text + ("" if text[-1:] in ".:" else ".")


class CHeader:
    """remb.h: the comments of constants, struct members and functions."""

    def __init__(self, text):
        self.values, self.constants, self.members, self.functions = {}, {}, {}, {}
        text = text.replace("\\\n", " ")
        self._constants(text)
        for body, struct in re.findall(r"typedef struct \w+ \{\n(.*?)\n\} (\w+);", text, re.S):
            # A comment goes on in lines that hold nothing else, unless it stands where members do.
            body = re.sub(r" \*/\n {4,}/\* ?", " ", body)
            above = ""
            for name, comment in re.findall(r"(\w+)(?:\[\w+\])?;\s*/\* (.*?) \*/", body, re.S):
                comment = words(comment)
                if comment.startswith("likewise"):
                    comment = above if comment == "likewise" else above.split(":")[0] + comment[len("likewise") :]
                self.members[struct, name] = above = comment
        # One comment may stand above several functions.
        blocks = re.findall(r"^/\* ((?:(?!\*/).)*?)\s*\*/\n((?:REMB_API [^;]*;\n)+)", text, re.S | re.M)
        for comment, declarations in blocks:
            comment = words(re.sub(r"\n \* ?", " ", comment))
            for name in re.findall(r"(remb_\w+)\(", declarations):
                self.functions[name] = comment

    def _constants(self, text):
        group, last = "", None
        for line in text.splitlines():
            define = re.match(r"#define REMB_(\w+) +(\S+)(?: +/\* (.*?) \*/)?$", line)
            comment = re.match(r"\s*/\* (.*?) \*/$", line)
            if define:
                last, value, own = define.groups()
                if re.fullmatch(r"\(?-?\d+\)?", value):
                    self.values[last] = int(value.strip("()"))
                self.constants[last] = own or group
            elif comment and line[0] == " " and last:
                self.constants[last] = (self.constants[last] + " " + comment[1]).strip()
            elif comment:
                group = comment[1]
            elif not line:
                group, last = "", None


def class_comments(text):
    """The // comments right above classes and what is in them: {(class, function, member or ""): text}."""
    found, current, comment = {}, "", []
    for line in text.splitlines():
        opening = re.match(r"(struct|class|%extend) (\w+)[^;]*\{$", line)
        declared = re.match(r"  (?! )(?:.*?(~?\w+)\(|\w+ (\w+);)", line)
        if re.match(r"\s*// ", line):
            comment.append(line.strip()[3:])
            continue
        if opening:
            current = opening[2]
            name = None if opening[1] == "%extend" else ""
        elif declared and current:
            name = declared[1] or declared[2]
        else:
            name = None
        if comment and name is not None:
            found.setdefault((current, name), words(" ".join(comment)))
        comment = []
    return found


def called_functions(text):
    """{(class, function): the C function that it calls} of remb.hpp."""
    found = {}
    for current, body in re.findall(r"^(?:struct|class) (\w+)[^;{]*\{\n(.*?)^\};", text, re.S | re.M):
        for name, c_name in re.findall(r"(\w+)\([^;{]*\)[^;{}]*\{[^}]*?\b(remb_[a-z_]+)\(", body):
            found.setdefault((current, name), c_name)
    return found


def declarations(text):
    """What remb.i declares: constants, {class: members}, {class: {function: (result type, parameters)}}."""
    constants = re.findall(r"^%constant \w+ (\w+)", text, re.M)
    members, functions = {}, {}
    blocks = re.findall(r"^(?:struct|class|%extend) (\w+) \{\n(.*?)^\}", text, re.S | re.M)
    for current, body in blocks:
        for type_, name, parameters in re.findall(
            r"^  (?:static |explicit )*([\w:<>]*) ?\b(\w+)\((.*?)\)(?: const)?(?:;| \{$)", body, re.M | re.S
        ):
            parameters = re.findall(r"(\w+)(?: = \{\})?(?:,|$)", parameters)
            known = functions.setdefault(current, {}).get(name, (type_, []))[1]
            functions[current][name] = type_, known + parameters
        for name in re.findall(r"^  \w+ (\w+);", body, re.M):
            members.setdefault(current, []).append(name)
    return constants, members, functions


def split_returns(text):
    """A comment of remb.h as (text, what is returned, [errors])."""
    match = re.fullmatch(r"(.*?)\s*\bReturns ((?:(?!Returns ).)*)", text)
    if not match:
        return text, "", []
    returned, _, errors = match[2].rstrip(". ").partition("; ")
    errors = re.split(r", (?![^(]*\))", errors)
    return (
        match[1],
        "" if returned == "REMB_OK" else returned,
        [error for error in errors if error and not UNSEEN_ERRORS.search(error)],
    )


class Writer:
    """A language's features and names."""

    null = "null"
    max = ""  # of a 64-bit integer

    def __init__(self, names):
        self._names = names  # of C and C++: {name: (kind, in C's words)}

    def text(self, text, parameters=()):
        """In the language's words."""

        def name(match):
            if match[0] in parameters:
                return self.name("parameter", match[0])
            kind, plain = self._names.get(match[0], ("", match[0]))
            return self.name(kind, plain) + "()" * (kind == "call") if kind else match[0]

        # There the call has an overload without it.
        text = re.sub(r" \w+ may be NULL\.", "", text)
        text = text.replace("*message", "message").replace("REMB_OK", "0").replace("::", ".")
        text = re.sub(r"\bNULL\b", self.null, text).replace("INT64_MAX", self.max)
        text = re.sub(r"\bREMB_(?=[A-Z])", "", text)
        # A function's name that is also a word is one only with its brackets.
        return self.escape(sentence(re.sub(r"\b[A-Za-z]\w*\b(?:\(\))?", name, text)))

    def name(self, kind, plain):
        raise NotImplementedError

    def escape(self, text):
        return html.escape(text, quote=False)

    def modifiers(self, directive, name, lines, indent=""):
        """What swig writes before a declaration; the first line it indents itself."""
        return f"{directive} {name} {self.quote((chr(10) + indent).join(lines))};\n"

    def quote(self, text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def wrap(text, width):
    """Lines; 65 535 and abs-send-time stay whole."""
    text = re.sub(r"(?<=\d) (?=\d{3}\b)", "\N{NO-BREAK SPACE}", text)
    lines = textwrap.wrap(text, width, break_on_hyphens=False)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def camel(plain):
    return "".join(part.capitalize() for part in plain.split("_"))


class Python(Writer):
    null = "None"
    max = "2**63 - 1"

    def name(self, kind, plain):
        return camel(plain) if kind == "class" else plain

    def escape(self, text):
        return text

    def feature(self, name, kind, text, returned="", errors=""):
        parts = [text] if text else []
        if returned:
            parts.append("Returns " + returned[:1].lower() + returned[1:])
        if errors:
            parts.append("Raises remb.Error with " + errors)
        doc = "\n\n".join("\n".join(wrap(part, 88)) for part in parts)
        return "" if kind == "constant" else f'%feature("docstring") {name} {self.quote(doc)};\n'


class Java(Writer):
    max = "Long.MAX_VALUE"

    def name(self, kind, plain):
        parts = camel(plain)
        return parts if kind == "class" else parts[:1].lower() + parts[1:]

    def feature(self, name, kind, text, returned="", errors=""):
        lines = wrap(text, 95)
        if returned or errors:
            lines.append("")
        if returned:
            lines += wrap("@return " + returned[:1].lower() + returned[1:], 95)
        if errors:
            lines += wrap("@throws RembException with " + errors, 95)
        lines = ["/**"] + [f" * {line}".rstrip() for line in lines] + [" */"]
        if kind == "class":
            return self.modifiers("%typemap(javaclassmodifiers)", name, [*lines, "public final class"])
        return self.modifiers("%javamethodmodifiers", name, [*lines, "public"], "  ")

    def constant(self, name, value):
        suffix = "L" if abs(value) >= 1 << 31 else ""
        return f'%javaconst(1) {name};\n%javaconstvalue("{value}{suffix}") {name};\n'


class CSharp(Writer):
    max = "long.MaxValue"

    def name(self, kind, plain):
        name = camel(plain)
        return name[:1].lower() + name[1:] if kind == "parameter" else name

    def feature(self, name, kind, text, returned="", errors=""):
        parts = [f"<summary>{text}</summary>"]
        if returned:
            parts.append(f"<returns>{returned}</returns>")
        if errors:
            parts.append(f'<exception cref="RembException">With {errors}</exception>')
        lines = [f"/// {line}" for part in parts for line in wrap(part, 95)]
        if kind == "class":
            return self.modifiers("%typemap(csclassmodifiers)", name, [*lines, "public partial class"])
        return self.modifiers("%csmethodmodifiers", name, [*lines, "public"], "  ")

    def constant(self, name, value):
        return f'%csconst(1) {name};\n%csconstvalue("{value}") {name};\n'


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def main(language, out, *paths):
    remb_h, remb_hpp, binding_h, remb_i = (open(path, encoding="utf-8").read() for path in paths)
    header, calls = CHeader(remb_h), called_functions(remb_hpp)
    constants, members, functions = declarations(remb_i)
    for struct, member in header.members:
        declared = members.get(camel(struct.removeprefix("remb_")), [])
        # A list has its length in it.
        if declared and member not in declared and not re.match("struct_size|ssrc_count|reserved", member):
            sys.exit(f"remb.i lacks {struct}.{member}")
    comments = {**class_comments(remb_hpp), **class_comments(binding_h), **class_comments(remb_i)}
    # The class of remb.hpp that has the functions.
    base = {"SharedEstimator": "Estimator"}

    names = {}
    for current in {**members, **functions}:
        names["remb_" + snake(current)] = "class", snake(current)
        for function in functions.get(current, {}):
            names[calls.get((base.get(current, current), function), "")] = "function", snake(function)
            if "_" in snake(function) and function not in members:
                names[function] = "function", snake(function)
            names[function + "()"] = "call", snake(function)
    for of_class in members.values():
        for member in of_class:
            if "_" in member:
                names[member] = "member", member
    names["SharedEstimator"] = "class", "estimator"
    writer = {"python": Python, "java": Java, "csharp": CSharp}[language](names)

    features = []
    for name in constants:
        if language != "python" and name in header.values:
            features.append(writer.constant(name, header.values[name]))
            features.append(writer.feature(name, "constant", writer.text(header.constants[name])))
    for current in {**members, **functions}:
        qualified = "remb::" + current
        own = comments.get((current, "")) or comments.get((base.get(current, current), ""))
        if own:
            features.append(writer.feature(qualified, "class", writer.text(own)))
        for member in members.get(current, []):
            text = comments.get((current, member)) or header.members.get(("remb_" + snake(current), member))
            if text:
                features.append(writer.feature(f"{qualified}::{member}", "member", writer.text(text)))
        for function, (result, parameters) in functions.get(current, {}).items():
            of_base = base.get(current, current), function
            text, returned, errors = split_returns(header.functions.get(calls.get(of_base), ""))
            own = comments.get((current, function)) or comments.get(of_base)
            if own:
                text, *of_own = split_returns(own)
                returned, errors = of_own if any(of_own) else (returned, errors)
            # A list or an object speaks for itself.
            returned = writer.text(returned) if returned and result in ("int32_t", "int64_t") else ""
            errors = writer.text(", ".join(errors)) if errors else ""
            if text:
                text = writer.text(text, parameters)
                features.append(writer.feature(f"{qualified}::{function}", "function", text, returned, errors))
    for comment, function in re.findall(r"^// (.*)\n\w+ \w+\* (\w+)\(", remb_i, re.M):
        features.append(writer.feature(function, "function", writer.text(comment)))
    with open(out, "w", encoding="utf-8") as file:
        file.writelines(features)


if __name__ == "__main__":
    main(*sys.argv[1:])
