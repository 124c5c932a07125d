package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/libremb/libremb/go/internal/callrecord"
)

// conventions say what the figures mean.
const conventions = `
Conventions
  All but the last two columns are without the first 3 s after a change. Sizes and rates are of RTP payload.
  use: payload over REMB. skipped: frames that 30 a second would have had besides.
  size: of a frame, in REMB / 30. sent within: from a frame's first packet to its last, by abs-send-time.
  queue: how long packets, sent as they were, would wait before a link of which the REMB is 0.9, headers counted.
  first: from the REMB's coming to the capture of the first frame that fits it, i.e. has at most 1.2 or, after a rise, at
    least 0.7 x REMB / 30. 0.5 s: to the first half second whose payload fits in the same way.
  Bursts are packets less than 5 ms apart, of frames that took 5 ms or longer to be sent.
`

// printFigures prints a line for each REMB, and what became of large frames.
func printFigures(out io.Writer, browser string, all []figures, frames []frame) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(cells ...string) { _, _ = fmt.Fprintln(w, strings.Join(cells, "\t")+"\t") } // Flush returns its error
	row("REMB", "use", "frames/s", "skipped", "key", "size p5", "p50", "p95", "p99", "max", "interval p50", "p95",
		"sent within p50", "p95", "max", "queue p50", "p95", "p99", "first", "0.5 s")
	for _, f := range all {
		row(fmt.Sprintf("%d k", f.targetBps/1000), fmt.Sprintf("%.2f", f.use), fmt.Sprintf("%.1f", f.perSecond),
			fmt.Sprint(f.skipped), fmt.Sprint(f.key),
			size(f, 0.05), size(f, 0.5), size(f, 0.95), size(f, 0.99), size(f, 1),
			inMs(f.intervals, 0.5), inMs(f.intervals, 0.95), inMs(f.spans, 0.5), inMs(f.spans, 0.95), inMs(f.spans, 1),
			inMs(f.queues, 0.5), inMs(f.queues, 0.95), inMs(f.queues, 0.99),
			after(f.firstFits), after(f.followed))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	atOnce := 0
	for i := range frames {
		if frames[i].span() < together {
			atOnce++
		}
	}
	// What a burst and the pause after it come to: the pacer's rate.
	var sizes []int
	var rates []float64
	for _, b := range bursts(frames) {
		if b.gap > 0 && b.targetBps > 0 {
			sizes = append(sizes, b.bytes)
			rates = append(rates, float64(b.bytes)*8/b.gap.Seconds()/float64(b.targetBps))
		}
	}
	_, err := fmt.Fprintf(out, "\n%d of %d frames left at once. The others: %d bursts before another one, p50 %d bytes, p95 %d; "+
		"a burst over the time to the next one p50 %.2f x REMB, p95 %.2f.\n%s%s\n",
		atOnce, len(frames), len(sizes), callrecord.Quantile(sizes, 0.5), callrecord.Quantile(sizes, 0.95),
		callrecord.Quantile(rates, 0.5), callrecord.Quantile(rates, 0.95), conventions, browser)
	return err
}

func size(f figures, q float64) string { return fmt.Sprintf("%.2f", callrecord.Quantile(f.sizes, q)) }

func inMs(times []time.Duration, q float64) string {
	return fmt.Sprintf("%.1f ms", callrecord.Milliseconds(callrecord.Quantile(times, q)))
}

// after is a time to something, which may not have come.
func after(d time.Duration) string {
	if d < 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}
