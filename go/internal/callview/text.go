package callview

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/democall"
	"github.com/libremb/libremb/go/internal/rembsender"
)

// Summary writes the figures of a call, or of the median of several.
func Summary(out io.Writer, title string, s callrecord.Summary) error {
	if _, err := fmt.Fprintf(out, "\n%s\n", title); err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(label, format string, args ...any) {
		_, _ = fmt.Fprintf(w, "  %s\t%s\n", label, fmt.Sprintf(format, args...)) // Flush returns its error
	}
	row("utilisation", "%.0f %%", 100*s.Utilisation)
	row("queueing delay", "p50 %.0f ms, p95 %.0f ms, longest %.0f ms",
		callrecord.Milliseconds(s.QueueP50), callrecord.Milliseconds(s.QueueP95), callrecord.Milliseconds(s.QueueMax))
	if s.Duration > callrecord.Startup {
		row("after "+duration(callrecord.Startup), "p50 %.0f ms, p95 %.0f ms",
			callrecord.Milliseconds(s.SteadyQueueP50), callrecord.Milliseconds(s.SteadyQueueP95))
	}
	for _, c := range s.Changes {
		row(fmt.Sprintf("%s → %s at %s s", number(c.From), rate(c.To), decimal(c.At.Seconds(), 1)), "%s", followed(c))
	}
	row("rates", "%s sent, %s received on average", rate(s.MeanSentBps), rate(s.MeanReceivedBps))
	row("packets", "%d sent, %d dropped (%.1f %%)", s.Sent, s.Dropped, 100*float64(s.Dropped)/float64(max(1, s.Sent)))
	row("REMBs", "%d, %s", s.REMBs, perSecond(s))
	row("this machine", "passed packets on %.1f ms late (p50), %.1f ms (p99)",
		callrecord.Milliseconds(s.DeliveryLateP50), callrecord.Milliseconds(s.DeliveryLateP99))
	return w.Flush()
}

func perSecond(s callrecord.Summary) string {
	return fmt.Sprintf("%.1f a second", float64(s.REMBs)/max(1, s.Duration.Seconds()))
}

func followed(c callrecord.Change) string {
	if !c.Followed {
		return fmt.Sprintf("%s: not within %.1f s", goal(c), c.After.Seconds())
	}
	return fmt.Sprintf("%s after %.1f s", goal(c), c.After.Seconds())
}

// goal says what it means to follow a change.
func goal(c callrecord.Change) string {
	direction := "up to"
	if c.Down() {
		direction = "down to"
	}
	return fmt.Sprintf("sent rate %s %s Mbit/s", direction, decimal(c.Goal/1e6, 2))
}

// Conventions says what the figures depend on.
type Conventions struct {
	Sizes       string `json:"sizes"`
	Utilisation string `json:"utilisation"`
	Bottleneck  string `json:"bottleneck"`
	Receiver    string `json:"receiver"`
	Sender      string `json:"sender"`
}

// ConventionsOf are those of some runs of a call, with seeds counted up.
func ConventionsOf(c democall.Config, runs int) Conventions {
	seeds := fmt.Sprintf("Seed %d.", c.Seed)
	if runs > 1 {
		seeds = fmt.Sprintf("Seeds %d to %d.", c.Seed, c.Seed+uint64(runs)-1)
	}
	return Conventions{
		Sizes: "Capacity, sent and received count whole IP packets that carry RTP, with 28 bytes of IPv4 and UDP " +
			"header each; estimate, REMB and the sender's target count payload, about 5 % less. " +
			fmt.Sprintf("Sent and received are means over the last %s.", duration(callrecord.RateWindow)),
		Utilisation: fmt.Sprintf("Bits received over the integral of min(capacity, source maximum). The source's "+
			"maximum is %s of payload, %s Mbit/s on the wire. A rise counts as followed at 80 %% of that minimum.",
			rate(float64(c.MaxRate)), decimal(rembsender.OnWire(c.MaxRate)/1e6, 2)),
		Bottleneck: fmt.Sprintf("Drop-tail: a packet that would have to wait more than %s at the capacity of the "+
			"moment is dropped. %s one way; the way back only delays. Queueing delay is the true time behind other packets.",
			duration(c.Queue), duration(c.Delay)),
		Receiver: "libremb with the profile " + c.Profile.String() + ".",
		Sender: "As a browser: min(REMB, loss-based control, source maximum), paced at 2.5 ×, 30 frames/s with sizes " +
			"as in RFC 8593, encoder lag 100 ms, probes at the start, RTX. " + seeds,
	}
}

// Write writes them in lines of a terminal's width.
func (c Conventions) Write(out io.Writer) error {
	text := "\nConventions\n"
	for _, line := range []string{
		"Sizes: " + c.Sizes, "Utilisation: " + c.Utilisation, "Bottleneck: " + c.Bottleneck,
		"Receiver: " + c.Receiver, "Sender: " + c.Sender,
	} {
		text += wrap(line, 100)
	}
	_, err := io.WriteString(out, text)
	return err
}

// wrap breaks a text into indented lines of at most width characters.
func wrap(text string, width int) string {
	var b strings.Builder
	length := 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case length == 0:
			b.WriteString("  ")
			length = 2
		case length+1+n > width:
			b.WriteString("\n    ")
			length = 4
		default:
			b.WriteByte(' ')
			length++
		}
		b.WriteString(word)
		length += n
	}
	return b.String() + "\n"
}

// Path writes capacities as "2 → 0.6 → 2.5 Mbit/s".
func Path(capacity []callrecord.Rate) string {
	parts := make([]string, len(capacity))
	for i, step := range capacity {
		parts[i] = number(step.Bps)
	}
	return strings.Join(parts, " → ") + " Mbit/s"
}

func rate(bps float64) string { return number(bps) + " Mbit/s" }

// number writes a rate in Mbit/s.
func number(bps float64) string { return decimal(bps/1e6, 3) }

func duration(d time.Duration) string {
	if d < time.Second {
		return decimal(callrecord.Milliseconds(d), 3) + " ms"
	}
	return decimal(d.Seconds(), 1) + " s"
}

// decimal writes a number with no more digits after the point than it takes, and at most as many as given.
func decimal(x float64, digits int) string {
	text := fmt.Sprintf("%.*f", digits, x)
	if digits == 0 {
		return text
	}
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}
