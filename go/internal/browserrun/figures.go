package browserrun

import (
	"math"
	"time"

	"github.com/libremb/libremb/go/internal/browsercall"
	"github.com/libremb/libremb/go/internal/callrecord"
)

// obeys is how near the browser's availableOutgoingBitrate has to be to a REMB, and obeysWithin how old that may be.
const (
	obeys       = 0.04
	obeysWithin = time.Second
)

// Figures are what is measured of a call, or of the median of several.
type Figures struct {
	callrecord.Summary
	FirstREMB time.Duration // since the first media packet; 0: there was none, or before it
	Lost      int           // packets, at random
	RTX       int           // packets received, with payload
	Padding   int           // packets received
	// Obeyed is the share of looks at getStats at which availableOutgoingBitrate was within 4 % of a REMB that the browser
	// had got last, or no more than a second before; of those later than a second after the first REMB.
	Obeyed float64
}

// Measure works out the figures.
func Measure(r *Result) Figures {
	f := Figures{
		Summary: callrecord.Summarise(r.Recording), Lost: r.Last.Lost, RTX: r.Last.RTX, Padding: r.Last.Padding,
		Obeyed: obeyed(r.Recording.REMBs, r.Browser),
	}
	if rembs := r.Recording.REMBs; len(rembs) > 0 {
		f.FirstREMB = rembs[0].At
	}
	return f
}

func obeyed(rembs []callrecord.Rate, stats []browsercall.TimedStats) float64 {
	if len(rembs) == 0 {
		return 0
	}
	looks, near := 0, 0
	for _, s := range stats {
		if s.At < rembs[0].At+obeysWithin {
			continue
		}
		looks++
		for i, r := range rembs {
			current := r.At <= s.At && (i+1 == len(rembs) || rembs[i+1].At >= s.At-obeysWithin)
			if current && math.Abs(s.AvailableOutgoingBitrate-r.Bps) <= obeys*r.Bps {
				near++
				break
			}
		}
	}
	return float64(near) / float64(max(1, looks))
}

// Median of several calls with the same steps: of each figure for itself.
func Median(runs []Figures) Figures {
	summaries := make([]callrecord.Summary, len(runs))
	for i, run := range runs {
		summaries[i] = run.Summary
	}
	return Figures{
		Summary:   callrecord.Median(summaries),
		FirstREMB: callrecord.MedianOf(runs, func(f Figures) time.Duration { return f.FirstREMB }),
		Lost:      callrecord.MedianOf(runs, func(f Figures) int { return f.Lost }),
		RTX:       callrecord.MedianOf(runs, func(f Figures) int { return f.RTX }),
		Padding:   callrecord.MedianOf(runs, func(f Figures) int { return f.Padding }),
		Obeyed:    callrecord.MedianOf(runs, func(f Figures) float64 { return f.Obeyed }),
	}
}
