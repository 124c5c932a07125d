//go:build cgo

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/libremb/libremb/go/internal/chromium"
)

// The whole program but for its exit: a step up and one down, of a real encoder.
func TestProgram(t *testing.T) {
	if _, err := chromium.Path(); errors.Is(err, chromium.ErrNotFound) {
		t.Skip(err)
	}
	path := filepath.Join(t.TempDir(), "frames.csv")
	o, err := parse([]string{"--rates=1000,500", "--step=6s", "--frames=even", "--out=" + path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out, progress bytes.Buffer
	if err := run(t.Context(), o, &out, &progress); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n  1000 k  ", "\n   500 k  ", " frames left at once", "Chrome/"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(lines) < 200 || lines[0] != "time_us,target_bps,bytes,key_frame" || !strings.HasPrefix(lines[1], "0,") ||
		!strings.HasSuffix(lines[1], ",1") || !strings.Contains(lines[len(lines)-1], ",500000,") {
		t.Errorf("%d lines, %q, %q", len(lines), lines[:2], lines[len(lines)-1])
	}
}
