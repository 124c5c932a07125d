// Runs at build time: replaces {{NAME}} in an HTML template by the file NAME=FILE says, and writes
// the result as C++ source, cut in two at {{data}}.
//
//   embed OUT.cc TEMPLATE.html NAME=FILE...

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

namespace {

[[noreturn]] void Fail(const std::string& message) {
  std::cerr << "embed: " << message << '\n';
  std::exit(1);
}

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) Fail("cannot open " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A string literal in pieces of some 90 columns. Octal escapes, as those end after three digits.
void WriteLiteral(std::ostream& out, std::string_view text) {
  out << "    \"";
  int column = 0;
  for (char c : text) {
    bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '?';
    char escaped[5] = {c};
    if (!plain) {
      std::snprintf(escaped, sizeof escaped, "\\%03o", static_cast<unsigned>(c) & 255u);
    }
    out << escaped;
    column += plain ? 1 : 4;
    if (column >= 90) {
      out << "\"\n    \"";
      column = 0;
    }
  }
  out << "\"";
}

void WriteVariable(std::ostream& out, std::string_view name, std::string_view text) {
  out << "const std::string_view " << name << "(\n";
  WriteLiteral(out, text);
  out << ",\n    " << text.size() << ");\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) Fail("usage: embed OUT.cc TEMPLATE.html NAME=FILE...");
  std::map<std::string, std::string> parts;
  for (int i = 3; i < argc; ++i) {
    std::string arg = argv[i];
    size_t equals = arg.find('=');
    if (equals == std::string::npos) Fail("not NAME=FILE: " + arg);
    parts[arg.substr(0, equals)] = Read(arg.substr(equals + 1));
  }

  std::string before;  // the half that is written already, once {{data}} was met
  std::string page;
  bool data_met = false;
  std::string text = Read(argv[2]);
  size_t at = 0;
  for (size_t open; (open = text.find("{{", at)) != std::string::npos;) {
    size_t close = text.find("}}", open);
    if (close == std::string::npos) Fail("{{ without }}");
    page.append(text, at, open - at);
    std::string name = text.substr(open + 2, close - open - 2);
    at = close + 2;
    if (name == "data") {
      before = std::move(page);
      page.clear();
      data_met = true;
    } else if (auto part = parts.find(name); part != parts.end()) {
      page += part->second;
    } else {
      Fail("no file for {{" + name + "}}");
    }
  }
  page.append(text, at);
  if (!data_met) Fail("the template has no {{data}}");

  std::ofstream out(argv[1], std::ios::binary);
  out << "#include \"tools/report/cc/page.h\"\n\nnamespace remb::report {\n\n";
  WriteVariable(out, "kPageBeforeData", before);
  WriteVariable(out, "kPageAfterData", page);
  out << "\n}  // namespace remb::report\n";
  out.close();
  if (!out) Fail(std::string("cannot write ") + argv[1]);
  return 0;
}
