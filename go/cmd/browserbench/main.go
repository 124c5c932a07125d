// Command browserbench measures what a real browser does with libremb's REMBs: headless Chromium sends video through
// emulated bottlenecks. Its flag --help says more.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/libremb/libremb/go/internal/browsercall"
	"github.com/libremb/libremb/go/internal/browserrun"
	"github.com/libremb/libremb/go/internal/chromium"
	"github.com/libremb/libremb/go/internal/command"
)

func main() {
	command.Main(name(), parse, func(ctx context.Context, o options) error { return run(ctx, o, os.Stdout, os.Stderr) })
}

// outcome is a call that was made.
type outcome struct {
	testCase testCase
	source   source
	run      int // from 1
	result   *browserrun.Result
	figures  browserrun.Figures
}

// run makes the calls, prints the tables to out and the progress to progress, and writes the files.
func run(ctx context.Context, o options, out, progress io.Writer) error {
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	s := &series{options: o, begin: time.Now(), progress: progress}
	err := s.run(ctx)
	if len(s.outcomes) == 0 {
		return errors.Join(err, errors.New("no call was made"))
	}
	return errors.Join(err, s.printTables(out), s.writeFiles(out))
}

// series is the calls of one start of the program.
type series struct {
	options
	begin    time.Time
	progress io.Writer
	browser  string
	outcomes []outcome
}

// run makes all calls, the first of each case and source before the second of any, so that a machine that changes its
// mood changes it for all. It ends early with ctx.
func (s *series) run(ctx context.Context) error {
	total, most := 0, 0
	for _, c := range s.cases {
		total += c.count(s.runs) * len(s.sources)
		most = max(most, c.count(s.runs))
	}
	for i := range most {
		for _, c := range s.cases {
			if i >= c.count(s.runs) {
				continue
			}
			for _, source := range s.sources {
				what := fmt.Sprintf("%d/%d  %s, %s", len(s.outcomes)+1, total, c.name, source.name)
				o := outcome{testCase: c, source: source, run: i + 1}
				if err := s.call(ctx, &o, what); err != nil {
					return fmt.Errorf("%s: %w", what, err)
				}
				if ctx.Err() != nil {
					return fmt.Errorf("interrupted in %s, which is left out", what)
				}
				s.outcomes = append(s.outcomes, o)
			}
		}
	}
	return nil
}

// call makes a call, with a browser of its own: one that knows nothing of the calls before.
func (s *series) call(ctx context.Context, o *outcome, what string) (err error) {
	var log func(string)
	if s.verbose {
		log = func(line string) { fmt.Fprintln(s.progress, line) }
	}
	browser, err := chromium.Start(context.WithoutCancel(ctx), chromium.Config{Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, browser.Close()) }()
	s.browser = browser.UserAgent()
	run := o.testCase.run(o.source, uint64(o.run), s.options)
	run.OnSecond = func(at time.Duration, sample browsercall.Sample) {
		fmt.Fprint(s.progress, s.line(what, at, o.testCase.duration, sample))
	}
	if o.result, err = browserrun.Do(ctx, browser, run); err != nil {
		return err
	}
	o.testCase.judge(o.result.Recording)
	o.figures = browserrun.Measure(o.result)
	return nil
}

// line is what progress shows of a second: on a terminal over the line before, else each tenth only.
func (s *series) line(what string, at, end time.Duration, sample browsercall.Sample) string {
	begin, ending, last := "\r\x1b[K", "", at >= end.Truncate(time.Second)
	if !s.terminal {
		begin, ending = "", "\n"
		if at%(10*time.Second) != 0 && !last {
			return ""
		}
	} else if last {
		ending = "\n"
	}
	rate := func(bps float64) string { return fmt.Sprintf("%.2f", bps/1e6) }
	return fmt.Sprintf("%s%s  %3.0f s of %.0f  capacity %s  sent %s  received %s  REMB %s Mbit/s  queue %.0f ms%s",
		begin, what, at.Seconds(), end.Seconds(), rate(float64(sample.Capacity)), rate(sample.SentRate),
		rate(sample.Received), rate(float64(sample.REMB)), sample.QueueMs, ending)
}
