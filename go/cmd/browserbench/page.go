package main

import (
	"fmt"

	"github.com/libremb/libremb/go/internal/browserrun"
	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/callview"
	"github.com/libremb/libremb/tools/report"
)

// page has the medians of a case on top, and below them the plots of all its calls.
func (s *series) page(c testCase, groups []group) report.Report {
	page := report.Report{
		Title: "Chromium over " + c.title,
		Subtitle: fmt.Sprintf("%.0f s, 50 ms one way, 300 ms drop-tail queue; VP8, 640x480, %s frames, at most 4 Mbit/s; "+
			"REMBs of libremb %v apart. %s. %s", c.duration.Seconds(), framesName(s.even), s.interval, s.browser, s.begin.Format("2 January 2006")),
	}
	for _, g := range groups {
		page.Summary = append(page.Summary, facts(g)...)
		for _, o := range g.outcomes {
			page.Charts = append(page.Charts, charts(g, o)...)
		}
	}
	return page
}

func framesName(even bool) string {
	if even {
		return browserrun.Even
	}
	return browserrun.Uneven
}

func facts(g group) []report.Fact {
	of := g.source.name
	if len(g.outcomes) > 1 {
		of = fmt.Sprintf("%s, median of %d", of, len(g.outcomes))
	}
	all := []report.Fact{
		{Label: "Utilisation", Value: fmt.Sprintf("%.0f", 100*g.median.Utilisation), Unit: "%", Note: of},
		{
			Label: "Queueing delay, p95", Value: fmt.Sprintf("%.0f", callrecord.Milliseconds(g.median.QueueP95)), Unit: "ms",
			Note: fmt.Sprintf("p50 %s, p99 %s; %s", ms(g.median.QueueP50), ms(g.median.QueueP99), of),
		},
	}
	for _, c := range g.median.Changes {
		fact := report.Fact{
			Label: mbit(c.From) + " → " + mbit(c.To) + " Mbit/s", Value: fmt.Sprintf("%.1f", c.After.Seconds()), Unit: "s",
			Note: "until the sent rate follows; " + of,
		}
		if !c.Followed {
			fact.Value, fact.Note = "> "+fact.Value, "not followed; "+of
		}
		all = append(all, fact)
	}
	return all
}

func charts(g group, o outcome) []report.Chart {
	call := fmt.Sprintf("%s, run %d: ", g.source.title, o.run)
	all := callview.Charts(o.result.Recording, queue,
		"Capacity, sent and received count whole IP packets, the others payload. Strip and tint show the state of the "+
			"receiver's over-use detector.",
		"A packet that would have to wait more than 300 ms is dropped.")
	rates := &all[0]
	rates.Series = append(rates.Series, available(o.result))
	rates.Title = call + fmt.Sprintf("%.0f %% used", 100*o.figures.Utilisation)
	all[1].Title = call + "queueing delay"
	return all
}

// available is what getStats says the browser may send.
func available(r *browserrun.Result) report.Series {
	s := report.Series{Label: "availableOutgoingBitrate", Color: report.Threshold, Kind: report.Step}
	for _, stats := range r.Browser {
		s.X = append(s.X, stats.At.Seconds())
		s.Y = append(s.Y, stats.AvailableOutgoingBitrate)
	}
	return s
}
