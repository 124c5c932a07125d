package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/libremb/libremb/go/internal/browserrun"
	"github.com/libremb/libremb/go/internal/command"
)

// options is what the command line says.
type options struct {
	cases    []testCase
	sources  []source
	runs     int
	interval time.Duration
	even     bool // frames
	out      string
	verbose  bool
	terminal bool // progress goes to one
}

const usage = `BENCH measures what a real browser does with libremb's REMBs: headless Chromium sends video (VP8, 640x480,
noise, at most 4 Mbit/s) through an emulated bottleneck, 50 ms each way with a drop-tail queue of 300 ms, to a Pion
receiver on this machine. It shows the calls as they go, prints a table for each case, and writes figures (CSV,
JSON) and pages with plots. Chromium is looked for in PATH; REMB_CHROMIUM names another one.

Usage: BENCH [flags]

Flags:
`

const examples = `
Examples:
  BENCH
      all cases, three runs: about an hour and a half
  BENCH --runs=1 --cases=drop --sources=libwebrtc
      a minute and a half
  BENCH --cases=start --profile=adaptive
      ten starts, and ten of the knowing receiver: four minutes
  BENCH --runs=1 --duration-scale=0.1
      only to see that it works; the figures mean nothing then

Exit status: 0 if all calls took place; 1 if something failed, which Ctrl-C does too, after what there is so far has
been printed and written; 2 for a wrong command line.
`

// name is what the program was called as: tools/browser-bench says that it is that.
func name() string {
	if base := filepath.Base(os.Args[0]); base != "browser-bench" {
		return base
	}
	return os.Args[0]
}

// parse reads the command line. Help goes to out.
func parse(args []string, out io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("browserbench", flag.ContinueOnError)
	names := flags.String("cases", strings.Join(caseNames(), ","), "`NAMES` of what to measure")
	sourceNames := flags.String("sources", "libwebrtc,adaptive,"+knowing, "`NAMES` of who decides what REMBs say")
	profile := flags.String("profile", "", "`PROFILE` of libremb, libwebrtc or adaptive: only that one, and knowing")
	flags.IntVar(&o.runs, "runs", 3, "`NUMBER` of calls for each case and source; start makes ten")
	frames := flags.String("frames", browserrun.Uneven, "how the picture's `FRAMES` come: "+browserrun.Uneven+
		", 15 to 30 a second, or "+browserrun.Even+", 30 a second as of a camera")
	scale := flags.Float64("duration-scale", 1, "`FACTOR` for all durations, 0.05 to 10")
	flags.DurationVar(&o.interval, "remb-interval", time.Second,
		"`TIME` between REMBs of libremb that do not lower the rate")
	flags.StringVar(&o.out, "out", "browser-bench", "`FOLDER` for the files")
	flags.BoolVar(&o.verbose, "verbose", false, "show what the page writes to its console")
	if err := command.Parse(flags, args, out, strings.ReplaceAll(usage, "BENCH", name()), notes()); err != nil {
		return o, err
	}
	var err error
	if o.cases, err = pick("cases", *names, cases, func(c testCase) string { return c.name }); err != nil {
		return o, err
	}
	if o.even, err = browserrun.ParseFrames(*frames); err != nil {
		return o, fmt.Errorf("--frames: %w", err)
	}
	if *profile != "" {
		named := false
		if flags.Visit(func(f *flag.Flag) { named = named || f.Name == "sources" }); named {
			return o, errors.New("--profile and --sources both say who decides")
		}
		if _, err = pick("profile", *profile, sources[:2], func(s source) string { return s.name }); err != nil {
			return o, err
		}
		*sourceNames = *profile + "," + knowing
	}
	if o.sources, err = pick("sources", *sourceNames, sources, func(s source) string { return s.name }); err != nil {
		return o, err
	}
	switch {
	case o.runs < 1 || o.runs > 100:
		return o, fmt.Errorf("--runs: %d is not within 1 and 100", o.runs)
	case !(*scale >= 0.05 && *scale <= 10):
		return o, fmt.Errorf("--duration-scale: %g is not within 0.05 and 10", *scale)
	case o.interval < 10*time.Millisecond || o.interval > time.Minute:
		return o, fmt.Errorf("--remb-interval: %v is not within 10ms and 1m0s", o.interval)
	case o.out == "":
		return o, fmt.Errorf("--out: it needs a folder")
	}
	for i := range o.cases {
		o.cases[i] = o.cases[i].scaled(*scale)
	}
	info, err := os.Stderr.Stat()
	o.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
	return o, nil
}

func caseNames() []string {
	names := make([]string, len(cases))
	for i, c := range cases {
		names[i] = c.name
	}
	return names
}

// pick takes those out of all that a list names, in its order.
func pick[T any](flag, list string, all []T, name func(T) string) ([]T, error) {
	var picked []T
	for wanted := range strings.SplitSeq(list, ",") {
		found := false
		var names []string
		for _, item := range all {
			names = append(names, name(item))
			if name(item) == strings.TrimSpace(wanted) {
				picked, found = append(picked, item), true
			}
		}
		if !found {
			return nil, fmt.Errorf("--%s: %q is none of %s", flag, wanted, strings.Join(names, ", "))
		}
	}
	return picked, nil
}

// notes lists what the flags name.
func notes() string {
	text := "\nCases:\n"
	for _, c := range cases {
		text += fmt.Sprintf("  %-24s %s, %v\n", c.name, c.title, c.duration)
	}
	text += "\nSources:\n"
	for _, s := range sources {
		text += fmt.Sprintf("  %-24s %s\n", s.name, s.title)
	}
	return text + strings.ReplaceAll(examples, "BENCH", name())
}
