package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/libremb/libremb/go/internal/browserrun"
	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/wholefile"
	"github.com/libremb/libremb/tools/report"
)

// writeFiles writes figures.csv, figures.json, and a page for each case, and says where.
func (s *series) writeFiles(out io.Writer) error {
	groups := s.groups()
	err := errors.Join(
		s.writeFile("figures.csv", func(w io.Writer) error { return writeCSV(w, groups) }),
		s.writeFile("figures.json", func(w io.Writer) error { return s.writeJSON(w, groups) }),
	)
	for _, c := range s.cases {
		var of []group
		for _, g := range groups {
			if g.testCase.name == c.name {
				of = append(of, g)
			}
		}
		if len(of) > 0 {
			err = errors.Join(err, s.writeFile(c.name+".html", func(w io.Writer) error {
				return report.Write(w, s.page(c, of))
			}))
		}
	}
	if err != nil {
		return err
	}
	folder, err := filepath.Abs(s.out)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "\n%s\nFigures and plots: %s\n", s.browser, folder)
	return err
}

func (s *series) writeFile(name string, write func(io.Writer) error) error {
	return wholefile.Write(filepath.Join(s.out, name), write)
}

// column is a figure of each call, whatever the case.
type column struct {
	name  string
	value func(browserrun.Figures) string
}

var columns = []column{
	{"utilisation", func(f browserrun.Figures) string { return decimal(f.Utilisation) }},
	{"utilisation_by_phase", func(f browserrun.Figures) string {
		phases := make([]string, len(f.Phases))
		for i, p := range f.Phases {
			phases[i] = decimal(p.Utilisation)
		}
		return strings.Join(phases, " ")
	}},
	{"queue_p50_ms", func(f browserrun.Figures) string { return decimal(callrecord.Milliseconds(f.QueueP50)) }},
	{"queue_p95_ms", func(f browserrun.Figures) string { return decimal(callrecord.Milliseconds(f.QueueP95)) }},
	{"queue_p99_ms", func(f browserrun.Figures) string { return decimal(callrecord.Milliseconds(f.QueueP99)) }},
	{"sent_packets", func(f browserrun.Figures) string { return strconv.Itoa(f.Sent) }},
	{"dropped_packets", func(f browserrun.Figures) string { return strconv.Itoa(f.Dropped) }},
	{"lost_packets", func(f browserrun.Figures) string { return strconv.Itoa(f.Lost) }},
	{"rtx_packets", func(f browserrun.Figures) string { return strconv.Itoa(f.RTX) }},
	{"padding_packets", func(f browserrun.Figures) string { return strconv.Itoa(f.Padding) }},
	{"rembs", func(f browserrun.Figures) string { return strconv.Itoa(f.REMBs) }},
	{"first_remb_s", func(f browserrun.Figures) string { return decimal(f.FirstREMB.Seconds()) }},
	{"obeyed", func(f browserrun.Figures) string { return decimal(f.Obeyed) }},
	{"late_p99_ms", func(f browserrun.Figures) string { return decimal(callrecord.Milliseconds(f.DeliveryLateP99)) }},
	{"start_s", func(f browserrun.Figures) string { return cameAfter(f.Start.Followed, f.Start.After) }},
	{"changes", func(f browserrun.Figures) string {
		return each(f, func(i int) string { return changeOf(f.Changes[i]) })
	}},
	{"changes_sent_s", func(f browserrun.Figures) string {
		return each(f, func(i int) string { return cameAfter(f.Changes[i].Followed, f.Changes[i].After) })
	}},
	{"changes_queue_s", func(f browserrun.Figures) string {
		return each(f, func(i int) string { return cameAfter(f.Changes[i].Drained, f.Changes[i].DrainedAfter) })
	}},
}

// each is a figure of each change, in one cell.
func each(f browserrun.Figures, figure func(i int) string) string {
	cells := make([]string, len(f.Changes))
	for i := range cells {
		cells[i] = figure(i)
	}
	return strings.Join(cells, " ")
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', 3, 64) }

// cameAfter is a time in seconds, or inf.
func cameAfter(came bool, after time.Duration) string {
	if !came {
		return "inf"
	}
	return decimal(after.Seconds())
}

// changeOf names a change: 2_to_0.6.
func changeOf(c callrecord.Change) string { return mbit(c.From) + "_to_" + mbit(c.To) }

// writeCSV writes a line for each call and each median.
func writeCSV(out io.Writer, groups []group) error {
	w := csv.NewWriter(out)
	header := []string{"case", "source", "run"}
	for _, c := range columns {
		header = append(header, c.name)
	}
	_ = w.Write(header) // Error returns it
	line := func(g group, run string, f browserrun.Figures) {
		row := []string{g.testCase.name, g.source.name, run}
		for _, c := range columns {
			row = append(row, c.value(f))
		}
		_ = w.Write(row)
	}
	for _, g := range groups {
		for _, o := range g.outcomes {
			line(g, strconv.Itoa(o.run), o.figures)
		}
		line(g, "median", g.median)
	}
	w.Flush()
	return w.Error()
}

// writeJSON writes all figures. Durations are nanoseconds, rates bit/s.
func (s *series) writeJSON(out io.Writer, groups []group) error {
	type entry struct {
		Case   string               `json:"case"`
		Source string               `json:"source"`
		Runs   []browserrun.Figures `json:"runs"`
		Median browserrun.Figures   `json:"median"`
	}
	var entries []entry
	for _, g := range groups {
		e := entry{Case: g.testCase.name, Source: g.source.name, Median: g.median}
		for _, o := range g.outcomes {
			e.Runs = append(e.Runs, o.figures)
		}
		entries = append(entries, e)
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(map[string]any{
		"begin": s.begin, "browser": s.browser, "remb_interval": s.interval, "even_frames": s.even,
		"conventions": strings.TrimSpace(conventions),
		"results":     entries,
	})
}
