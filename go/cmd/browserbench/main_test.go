//go:build cgo

package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/libremb/libremb/go/internal/browserrun"
	"github.com/libremb/libremb/go/internal/chromium"
)

// The whole program but for its exit: one case, cut down to a few seconds, with all three sources.
func TestProgram(t *testing.T) {
	if _, err := chromium.Path(); errors.Is(err, chromium.ErrNotFound) {
		t.Skip(err)
	}
	folder := filepath.Join(t.TempDir(), "new", "folder")
	o, err := parse(strings.Fields("--runs=1 --cases=drop --duration-scale=0.07 --out="+folder), os.Stdout)
	if err != nil {
		t.Fatal(err)
	}
	var out, progress bytes.Buffer
	if err := run(t.Context(), o, &out, &progress); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\ndrop: 2 → 0.6 → 2 Mbit/s, 6 s\n", "→ 0.6 sent", " libwebrtc    1  0.", " adaptive    1  0.", " knowing    1  0.",
		"\nSide by side", "Chrome/",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
	if !strings.Contains(progress.String(), "3/3  drop, knowing    6 s of 6  capacity 2.00") {
		t.Errorf("progress\n%s", &progress)
	}
	file, err := os.Open(filepath.Join(folder, "figures.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil || len(rows) != 7 || rows[6][0] != "drop" || rows[6][1] != "knowing" || rows[6][2] != "median" {
		t.Errorf("%v, %v", rows, err)
	}
	data, err := os.ReadFile(filepath.Join(folder, "figures.json"))
	var figures struct {
		Results []struct {
			Case, Source string
			Runs         []browserrun.Figures
			Median       browserrun.Figures
		}
	}
	if err := errors.Join(err, json.Unmarshal(data, &figures)); err != nil {
		t.Fatal(err)
	}
	if r := figures.Results; len(r) != 3 || len(r[2].Runs) != 1 || r[2].Median.REMBs < 20 ||
		len(r[2].Runs[0].Changes) != 2 {
		t.Errorf("%s", data)
	}
	page, err := os.ReadFile(filepath.Join(folder, "drop.html"))
	if err != nil || strings.Count(string(page), "availableOutgoingBitrate") < 3 {
		t.Errorf("a page of %d bytes: %v", len(page), err)
	}
}

func TestInterrupt(t *testing.T) {
	if _, err := chromium.Path(); errors.Is(err, chromium.ErrNotFound) {
		t.Skip(err)
	}
	o, err := parse([]string{"--runs=1", "--cases=2M", "--out=" + t.TempDir()}, os.Stdout)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	var out, progress bytes.Buffer
	if err := run(ctx, o, &out, &progress); err == nil || !strings.Contains(err.Error(), "no call was made") {
		t.Errorf("%v", err)
	}
}
