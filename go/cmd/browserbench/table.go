package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/libremb/libremb/go/internal/browserrun"
	"github.com/libremb/libremb/go/internal/callrecord"
)

// conventions say what the figures mean.
const conventions = `
Conventions
  use: bits received over the integral of min(capacity, 4 Mbit/s), over the whole call and by phase of one capacity.
    Whole IP packets that carry RTP count, with 28 bytes of IPv4 and UDP header each.
  queue: true time behind other packets before the bottleneck, of the packets received. A packet that would have to
    wait more than 300 ms at the capacity of the moment is dropped.
  start: time from the first media packet until 80 % of min(capacity, 4 Mbit/s) are sent.
  → X sent: time from a change until the rate sent is down to the capacity or, after a rise, up to 80 % of it; rates
    are means over the last 500 ms. → X queue: until no packet of the next half second waits longer than 50 ms.
  obeyed: share of looks at getStats, five a second, in which availableOutgoingBitrate was within 4 % of the REMB of
    the moment or of one no more than a second older.
  late: how much later than it should this machine passed on 1 % of the packets. Above a few ms it spoils the figures.
  up, down, queue < 50 ms: → X sent and → X queue of the rises and drops, one after the other. A > says that some call
    did not get there before the next change, which counts as then. × knowing: over the knowing receiver's figure.
  frames: uneven, as the picture comes through captureStream(30), which leaves out frames, so that there are 15 to 30 a
    second by turns; even, 30 in each second.
  In the case cap the path is unlimited, and the highest REMB stands for the capacity.
`

// group is the calls of one case and source.
type group struct {
	testCase testCase
	source   source
	outcomes []outcome
	median   browserrun.Figures
}

// groups are in the order of the command line.
func (s *series) groups() []group {
	var all []group
	for _, c := range s.cases {
		for _, source := range s.sources {
			g := group{testCase: c, source: source}
			var figures []browserrun.Figures
			for _, o := range s.outcomes {
				if o.testCase.name == c.name && o.source.name == source.name {
					g.outcomes = append(g.outcomes, o)
					figures = append(figures, o.figures)
				}
			}
			if len(figures) > 0 {
				g.median = browserrun.Median(figures)
				all = append(all, g)
			}
		}
	}
	return all
}

// printTables prints a table for each case, with a line for each call and the median.
func (s *series) printTables(out io.Writer) error {
	groups := s.groups()
	for _, c := range s.cases {
		if _, err := fmt.Fprintf(out, "\n%s: %s, %.0f s\n", c.name, c.title, c.duration.Seconds()); err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		header := false
		for _, g := range groups {
			if g.testCase.name != c.name {
				continue
			}
			if !header {
				_, _ = fmt.Fprintln(w, strings.Join(headings(g.median), "\t")+"\t") // Flush returns its error
				header = true
			}
			for _, o := range g.outcomes {
				_, _ = fmt.Fprintln(w, strings.Join(cells(g.source.name, strconv.Itoa(o.run), o.figures), "\t")+"\t")
			}
			if len(g.outcomes) > 1 {
				_, _ = fmt.Fprintln(w, strings.Join(cells(g.source.name, "median", g.median), "\t")+"\t")
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	if err := printSummary(out, groups); err != nil {
		return err
	}
	_, err := io.WriteString(out, conventions)
	return err
}

func headings(f browserrun.Figures) []string {
	h := []string{"REMBs by", "run", "use", "by phase", "queue p50", "p95", "p99", "dropped", "lost", "RTX", "start"}
	for _, c := range f.Changes {
		h = append(h, "→ "+mbit(c.To)+" sent", "queue")
	}
	return append(h, "REMBs", "first", "obeyed", "late")
}

func cells(source, run string, f browserrun.Figures) []string {
	phases := make([]string, len(f.Phases))
	for i, p := range f.Phases {
		phases[i] = fmt.Sprintf("%.2f", p.Utilisation)
	}
	row := []string{
		source, run, fmt.Sprintf("%.2f", f.Utilisation), strings.Join(phases, " "), ms(f.QueueP50), ms(f.QueueP95),
		ms(f.QueueP99), strconv.Itoa(f.Dropped), strconv.Itoa(f.Lost), strconv.Itoa(f.RTX),
		seconds(f.Start.Followed, f.Start.After),
	}
	for _, c := range f.Changes {
		row = append(row, seconds(c.Followed, c.After), seconds(c.Drained, c.DrainedAfter))
	}
	return append(row, strconv.Itoa(f.REMBs), seconds(f.REMBs > 0, f.FirstREMB), fmt.Sprintf("%.0f %%", 100*f.Obeyed),
		fmt.Sprintf("%.1f ms", callrecord.Milliseconds(f.DeliveryLateP99)))
}

// seconds is the time to something, or the time that it was waited for in vain.
func seconds(came bool, after time.Duration) string {
	if !came {
		return fmt.Sprintf("> %.1f s", after.Seconds())
	}
	return fmt.Sprintf("%.1f s", after.Seconds())
}

func ms(d time.Duration) string { return fmt.Sprintf("%.0f ms", callrecord.Milliseconds(d)) }

func mbit(bps float64) string { return strconv.FormatFloat(bps/1e6, 'f', -1, 64) }
