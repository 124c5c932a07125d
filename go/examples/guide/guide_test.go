//go:build cgo

package guide

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCode finds each block of Go code of the guide and of README in a file that compiles.
func TestCode(t *testing.T) {
	names, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var compiled []string
	for _, name := range names {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		compiled = append(compiled, lines(string(source)))
	}
	for file, least := range map[string]int{"docs/pion.md": 5, "README.md": 1} {
		text, err := os.ReadFile(filepath.Join("../../..", file))
		if err != nil {
			t.Fatal(err)
		}
		blocks := strings.Split(string(text), "```go\n")[1:]
		if len(blocks) < least || len(compiled) < 6 {
			t.Fatalf("%s: %d blocks, %d files", file, len(blocks), len(compiled))
		}
		for _, block := range blocks {
			code, _, _ := strings.Cut(block, "```")
			has := func(source string) bool { return strings.Contains(source, lines(code)) }
			if !slices.ContainsFunc(compiled, has) {
				t.Errorf("%s has code that no example has:\n%s", file, code)
			}
		}
	}
}

// lines is text with neither indentation nor empty lines, each line between two newlines.
func lines(text string) string {
	all := "\n"
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all += line + "\n"
		}
	}
	return all
}
