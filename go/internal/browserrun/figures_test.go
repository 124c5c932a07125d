package browserrun

import (
	"testing"
	"time"

	"github.com/libremb/libremb/go/internal/browsercall"
	"github.com/libremb/libremb/go/internal/callrecord"
)

func TestObeyed(t *testing.T) {
	at := func(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }
	look := func(seconds, bps float64) browsercall.TimedStats {
		return browsercall.TimedStats{At: at(seconds), BrowserStats: browsercall.BrowserStats{AvailableOutgoingBitrate: bps}}
	}
	rembs := []callrecord.Rate{{At: at(1), Bps: 1e6}, {At: at(5), Bps: 0.5e6}, {At: at(9), Bps: 0.8e6}}
	for _, c := range []struct {
		name string
		look browsercall.TimedStats
		want float64
	}{
		{"before it counts", look(1.9, 1e6), 0},
		{"in force", look(4, 1e6), 1},
		{"within 4 %", look(4, 0.961e6), 1},
		{"beyond 4 %", look(4, 0.959e6), 0},
		{"above", look(4, 1.1e6), 0},
		{"not yet followed", look(5.9, 1e6), 1},
		{"too late", look(6.1, 1e6), 0},
		{"not yet sent", look(8.9, 0.8e6), 0},
		{"the last", look(99, 0.8e6), 1},
	} {
		if got := obeyed(rembs, []browsercall.TimedStats{c.look}); got != c.want {
			t.Errorf("%s: %g", c.name, got)
		}
	}
	four := []browsercall.TimedStats{look(3, 1e6), look(4, 2e6), look(9.5, 0.8e6), look(10, 0)}
	if got := obeyed(rembs, four); got != 0.5 {
		t.Errorf("%g of four", got)
	}
	if got := obeyed(nil, []browsercall.TimedStats{look(3, 1e6)}); got != 0 {
		t.Errorf("%g of no REMB", got)
	}
}

func TestMedianOfFigures(t *testing.T) {
	run := func(use, share float64, rtx int) Figures {
		return Figures{Summary: callrecord.Summary{Utilisation: use}, Obeyed: share, RTX: rtx}
	}
	m := Median([]Figures{run(0.9, 0.1, 5), run(0.5, 0.9, 7), run(0.7, 0.2, 6)})
	if m.Utilisation != 0.7 || m.Obeyed != 0.2 || m.RTX != 6 {
		t.Errorf("%+v", m)
	}
}
