package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/libremb/libremb/go/internal/browserrun"
)

// startGoal is how soon a call should have reached 80 % of what the path carries.
const startGoal = 2 * time.Second

// printSummary prints the means of each case's calls side by side, and how they compare with the knowing receiver's.
func printSummary(out io.Writer, groups []group) error {
	if _, err := fmt.Fprintln(out, "\nSide by side: means of each case's calls"); err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(w, strings.Join([]string{
		"case", "REMBs by", "calls", "use", "× knowing", "queue p50", "p95", "× knowing", "start", "in 2 s", "up", "down",
		"queue < 50 ms",
	}, "\t")+"\t") // Flush returns its error
	for _, g := range groups {
		use, p95 := g.utilisation(), g.queueP95()
		useRatio, p95Ratio := "-", "-"
		if k, ok := knowingBeside(groups, g); ok {
			useRatio = ratio(use, k.utilisation())
			p95Ratio = ratio(p95.Seconds(), k.queueP95().Seconds())
		}
		_, _ = fmt.Fprintln(w, strings.Join([]string{
			g.testCase.name, g.source.name, fmt.Sprint(len(g.outcomes)), fmt.Sprintf("%.2f", use), useRatio,
			ms(mean(g, func(f browserrun.Figures) time.Duration { return f.QueueP50 })), ms(p95), p95Ratio,
			g.times(func(f browserrun.Figures) []timed { return []timed{{f.Start.Followed, f.Start.After}} }), g.goodStarts(),
			g.times(func(f browserrun.Figures) []timed { return followed(f, false) }),
			g.times(func(f browserrun.Figures) []timed { return followed(f, true) }),
			g.times(drained),
		}, "\t")+"\t")
	}
	return w.Flush()
}

// knowingBeside is the knowing receiver in the case of a group that is not its own.
func knowingBeside(groups []group, g group) (group, bool) {
	for _, k := range groups {
		if k.source.name == knowing && k.testCase.name == g.testCase.name && g.source.name != knowing {
			return k, true
		}
	}
	return group{}, false
}

// ratio of two figures; the second may be nothing, as a queue's without bottleneck is.
func ratio(a, b float64) string {
	if b <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", a/b)
}

func (g group) utilisation() float64 {
	return mean(g, func(f browserrun.Figures) float64 { return f.Utilisation })
}

func (g group) queueP95() time.Duration {
	return mean(g, func(f browserrun.Figures) time.Duration { return f.QueueP95 })
}

func mean[T float64 | time.Duration](g group, figure func(browserrun.Figures) T) T {
	var sum T
	for _, o := range g.outcomes {
		sum += figure(o.figures)
	}
	return sum / T(len(g.outcomes))
}

// goodStarts counts the calls that started as soon as they should.
func (g group) goodStarts() string {
	good := 0
	for _, o := range g.outcomes {
		if start := o.figures.Start; start.Followed && start.After <= startGoal {
			good++
		}
	}
	return fmt.Sprintf("%d of %d", good, len(g.outcomes))
}

// timed is a time to something, or how long it was waited for in vain.
type timed struct {
	came  bool
	after time.Duration
}

// followed are the times until the rate sent followed changes down, or up.
func followed(f browserrun.Figures, down bool) (all []timed) {
	for _, c := range f.Changes {
		if c.Down() == down {
			all = append(all, timed{c.Followed, c.After})
		}
	}
	return all
}

// drained are the times until the queue was short after changes down.
func drained(f browserrun.Figures) (all []timed) {
	for _, c := range f.Changes {
		if c.Down() {
			all = append(all, timed{c.Drained, c.DrainedAfter})
		}
	}
	return all
}

// times is the mean of times, one for each of the changes that a call has; "> " before it says that something did not
// come in some call.
func (g group) times(of func(browserrun.Figures) []timed) string {
	texts := []string{}
	for i := range of(g.median) {
		all := true
		sum, n := time.Duration(0), 0
		for _, o := range g.outcomes {
			if figures := of(o.figures); i < len(figures) {
				all = all && figures[i].came
				sum += figures[i].after
				n++
			}
		}
		texts = append(texts, seconds(all, sum/time.Duration(max(1, n))))
	}
	if len(texts) == 0 {
		return "-"
	}
	return strings.Join(texts, ", ")
}
