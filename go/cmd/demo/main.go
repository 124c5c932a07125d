// Command demo shows libremb at work: a call between two Pion peer connections through an emulated
// bottleneck. Its flag --help says more.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/callview"
	"github.com/libremb/libremb/go/internal/command"
	"github.com/libremb/libremb/go/internal/democall"
	"github.com/libremb/libremb/go/internal/wholefile"
	"github.com/libremb/libremb/tools/report"
)

func main() {
	command.Main(name(), parse, func(ctx context.Context, o options) error {
		if o.browser {
			return serve(ctx, o, os.Stdout)
		}
		return run(ctx, o, os.Stdout)
	})
}

// run makes the calls and shows them.
func run(ctx context.Context, o options, out io.Writer) error {
	var summaries []callrecord.Summary
	var reports []string
	for i := range o.runs {
		call := o.call
		call.Seed += uint64(i)
		if !o.json {
			if err := announce(&call, o, i, out); err != nil {
				return err
			}
		}
		recording, err := democall.Run(ctx, call)
		if err != nil {
			return err
		}
		if recording.Duration <= 0 { // interrupted before it began
			break
		}
		summary := callrecord.Summarise(recording)
		if !o.json {
			if err := callview.Summary(out, "Summary", summary); err != nil {
				return err
			}
		}
		if o.out != "" {
			path := reportPath(o, i)
			if err := writeReport(path, callview.Page(call, recording, summary)); err != nil {
				return err
			}
			reports = append(reports, path)
		}
		summaries = append(summaries, summary)
		if ctx.Err() != nil {
			break
		}
	}
	if len(summaries) == 0 {
		return errors.New("interrupted before the call began")
	}
	show := out
	if o.json {
		show = io.Discard // of what is not JSON
		if err := printJSON(o, summaries, out); err != nil {
			return err
		}
	} else if err := conclude(o, summaries, reports, out); err != nil {
		return err
	}
	if o.check {
		return verdict(o, summaries, show)
	}
	return nil
}

// announce prints what comes before the lines of a call, and sees to it that they are printed.
func announce(call *democall.Config, o options, i int, out io.Writer) error {
	what := ""
	if o.runs > 1 {
		what = fmt.Sprintf("Run %d of %d: ", i+1, o.runs)
		if i > 0 {
			what = "\n" + what
		}
	}
	_, err := fmt.Fprintf(out, "%s%v over %s, profile %s, seed %d; connecting ...\n", what, call.Duration,
		callview.Path(call.Capacity), call.Profile, call.Seed)
	if err != nil {
		return err
	}
	table := &callview.Table{Out: out, Color: colorful(out)}
	if table.Color {
		for _, step := range call.Capacity {
			table.Scale = max(table.Scale, min(step.Bps, 1.5*float64(call.MaxRate)))
		}
	}
	call.OnSecond = func(s democall.Second) { _ = table.Line(s) }
	return table.Header()
}

// colorful reports whether out is a terminal that takes colours, and the user does too (no-color.org).
func colorful(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// reportPath is where the report of a run goes: with a number if there are several.
func reportPath(o options, run int) string {
	if o.runs == 1 {
		return o.out
	}
	extension := filepath.Ext(o.out)
	return fmt.Sprintf("%s-%d%s", strings.TrimSuffix(o.out, extension), run+1, extension)
}

func writeReport(path string, page report.Report) error {
	err := wholefile.Write(path, func(out io.Writer) error { return report.Write(out, page) })
	if err != nil {
		return fmt.Errorf("report %s: %w", path, err)
	}
	return nil
}

// conclude prints the median of several runs, what the figures depend on, and where the reports are.
func conclude(o options, summaries []callrecord.Summary, reports []string, out io.Writer) error {
	if len(summaries) > 1 {
		title := fmt.Sprintf("Median of %d runs (each figure for itself)", len(summaries))
		if err := callview.Summary(out, title, callrecord.Median(summaries)); err != nil {
			return err
		}
	}
	if err := callview.ConventionsOf(o.call, len(summaries)).Write(out); err != nil {
		return err
	}
	text := ""
	for _, path := range reports {
		if absolute, err := filepath.Abs(path); err == nil {
			path = absolute
		}
		text += "\nReport: " + path
	}
	_, err := fmt.Fprintln(out, text)
	return err
}

// printJSON prints all figures. Durations are nanoseconds, rates bit/s.
func printJSON(o options, summaries []callrecord.Summary, out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(map[string]any{
		"conventions": callview.ConventionsOf(o.call, len(summaries)),
		"runs":        summaries,
		"median":      callrecord.Median(summaries),
	})
}
