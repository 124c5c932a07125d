//go:build cgo

package guide

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCode finds each block of Go code of the guide in a file that compiles.
func TestCode(t *testing.T) {
	const file = "../../../docs/pion.md"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
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
	blocks := strings.Split(string(text), "```go\n")[1:]
	if len(blocks) < 5 || len(compiled) < 6 {
		t.Fatalf("%d blocks, %d files", len(blocks), len(compiled))
	}
next:
	for _, block := range blocks {
		code, _, _ := strings.Cut(block, "```")
		for _, source := range compiled {
			if strings.Contains(source, lines(code)) {
				continue next
			}
		}
		t.Errorf("%s has code that no example has:\n%s", file, code)
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
