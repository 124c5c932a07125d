package callview

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/democall"
	"github.com/libremb/libremb/tools/report"
)

// plotStep is the resolution of the plotted rates.
const plotStep = 100 * time.Millisecond

// Page makes the page of a call.
func Page(c democall.Config, r *callrecord.Recording, s callrecord.Summary) report.Report {
	conventions := ConventionsOf(c, 1)
	return report.Report{
		Title: "A call over " + Path(r.Capacity),
		Subtitle: fmt.Sprintf("%s from Pion to Pion, %s one way, %s drop-tail queue. "+
			"The receiver sends REMB by the profile %s, the sender obeys as a browser does. Seed %d.",
			duration(r.Duration), duration(c.Delay), duration(c.Queue), c.Profile, c.Seed),
		Summary: facts(c, s),
		Charts: Charts(r, c.Queue,
			"Strip and tint show the state of the receiver's over-use detector. While the source sends less "+
				"than the path carries, the estimate may rise beyond the capacity, up to 1.5 × what is received. "+
				conventions.Sizes,
			conventions.Bottleneck+" Sender: "+conventions.Sender),
	}
}

// Charts are the plots of a call: rates, and the queueing delay before a bottleneck whose queue is as long as given. The
// notes are the sentences below them.
func Charts(r *callrecord.Recording, queue time.Duration, ratesNote, delayNote string) []report.Chart {
	return []report.Chart{
		{
			Title: "Rates", Unit: "bit/s", Height: 360, Bands: bands(r), Note: ratesNote,
			Series: []report.Series{
				line("Received", report.Incoming, report.Line, r.ReceivedRate(plotStep)),
				line("Sent", report.Sent, report.Line, r.SentRate(plotStep)),
				line("Sender's target", report.Muted, report.Line, targets(r)),
				line("Estimate", report.Estimate, report.Step, estimates(r)),
				line("REMB", report.Remb, report.Points, r.REMBs),
				line("Capacity", report.Capacity, report.Step, capacity(r)),
			},
		},
		{
			Title: "Queueing delay", Unit: "ms", Height: 220, Bands: bands(r), Note: delayNote,
			Series: []report.Series{waits(r), drops(r, queue)},
		},
	}
}

func facts(config democall.Config, s callrecord.Summary) []report.Fact {
	all := []report.Fact{
		{
			Label: "Utilisation", Value: fmt.Sprintf("%.0f", 100*s.Utilisation), Unit: "%",
			Note: "of min(capacity, source maximum of " + rate(float64(config.MaxRate)) + ")",
		},
		{
			Label: "Queueing delay, p95", Value: fmt.Sprintf("%.0f", callrecord.Milliseconds(s.SteadyQueueP95)), Unit: "ms",
			Note: fmt.Sprintf("p50 %.0f ms; both after the first %s", callrecord.Milliseconds(s.SteadyQueueP50),
				duration(callrecord.Startup)),
		},
	}
	for _, c := range s.Changes {
		fact := report.Fact{
			Label: fmt.Sprintf("%s → %s", number(c.From), rate(c.To)),
			Value: fmt.Sprintf("%.1f", c.After.Seconds()), Unit: "s",
			Note: "to " + goal(c),
		}
		if !c.Followed {
			fact.Value, fact.Note = "> "+fact.Value, "not reached: "+goal(c)
		}
		all = append(all, fact)
	}
	return append(all,
		report.Fact{Label: "REMBs", Value: fmt.Sprint(s.REMBs), Note: perSecond(s)},
		report.Fact{Label: "Dropped", Value: fmt.Sprint(s.Dropped), Note: fmt.Sprintf("of %d packets", s.Sent)},
	)
}

func line(label string, color report.Color, kind report.Kind, rates []callrecord.Rate) report.Series {
	s := report.Series{Label: label, Color: color, Kind: kind}
	for _, rate := range rates {
		s.X = append(s.X, rate.At.Seconds())
		s.Y = append(s.Y, rate.Bps)
	}
	return s
}

// farBeyond is how many times what the source can send a capacity has to be to be left out of a plot, whose other lines
// would be flat beside it.
const farBeyond = 10

// capacity as steps that go on to the end of the call.
func capacity(r *callrecord.Recording) []callrecord.Rate {
	steps := slices.Clone(r.Capacity)
	for len(steps) > 1 && steps[len(steps)-1].At > r.Duration { // it was cut short
		steps = steps[:len(steps)-1]
	}
	steps = append(steps, callrecord.Rate{At: r.Duration, Bps: r.CapacityAt(r.Duration)})
	for i := range steps {
		if r.SourceMax > 0 && steps[i].Bps > farBeyond*r.SourceMax {
			steps[i].Bps = math.NaN()
		}
	}
	return steps
}

// estimates are the changes of the estimate: between them it stays the same.
func estimates(r *callrecord.Recording) []callrecord.Rate {
	var rates []callrecord.Rate
	for i, e := range r.Estimates {
		bps := e.Bps
		if bps == 0 {
			bps = math.NaN() // there is none
		}
		if i == 0 || i == len(r.Estimates)-1 || e.Bps != r.Estimates[i-1].Bps {
			rates = append(rates, callrecord.Rate{At: e.At, Bps: bps})
		}
	}
	return rates
}

func targets(r *callrecord.Recording) []callrecord.Rate {
	var rates []callrecord.Rate
	next := time.Duration(0)
	for _, e := range r.Estimates {
		if e.At >= next {
			rates = append(rates, callrecord.Rate{At: e.At, Bps: e.Target})
			next = e.At + plotStep
		}
	}
	return rates
}

// bands joins looks at the detector that saw the same state.
func bands(r *callrecord.Recording) []report.Band {
	names := [...]report.State{report.Normal, report.Underusing, report.Overusing}
	var all []report.Band
	for i, e := range r.Estimates {
		at := e.At.Seconds()
		if i > 0 {
			all[len(all)-1].To = at
		}
		if i == 0 || e.State != r.Estimates[i-1].State {
			all = append(all, report.Band{From: at, To: at, State: names[e.State]})
		}
	}
	return all
}

func waits(r *callrecord.Recording) report.Series {
	s := report.Series{Label: "Queueing delay", Color: report.Delay, Kind: report.Line}
	for _, p := range r.Received {
		s.X = append(s.X, p.At.Seconds())
		s.Y = append(s.Y, callrecord.Milliseconds(p.Wait))
	}
	return s
}

// drops are points along the queue's limit, as dense as they can be seen.
func drops(r *callrecord.Recording, queue time.Duration) report.Series {
	s := report.Series{Label: "Packets dropped", Color: report.Loss, Kind: report.Points}
	next := time.Duration(0)
	for _, p := range r.Sent {
		if p.Dropped && p.At >= next {
			s.X = append(s.X, p.At.Seconds())
			s.Y = append(s.Y, callrecord.Milliseconds(queue))
			next = p.At + r.Duration/120
		}
	}
	return s
}
