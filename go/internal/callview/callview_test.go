package callview

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/democall"
	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/tools/report"
)

const (
	ms     = time.Millisecond
	second = time.Second
)

func TestTable(t *testing.T) {
	var out strings.Builder
	table := Table{Out: &out}
	if err := table.Header(); err != nil {
		t.Fatal(err)
	}
	for _, s := range []democall.Second{
		{At: second, Capacity: 2e6, Sent: 1.25e6, Received: 1.1e6, Queue: 12400 * time.Microsecond},
		{
			At: 21 * second, Capacity: 0.6e6, Sent: 1.5e6, Received: 0.6e6, Estimate: 0.9e6, REMB: 0.88e6,
			Queue: 299 * ms, State: callrecord.Overusing, Dropped: 83,
		},
	} {
		if err := table.Line(s); err != nil {
			t.Fatal(err)
		}
	}
	const want = `   s  capacity    sent  received  estimate    REMB    queue  state       (Mbit/s; queue: p95)
   1      2.00    1.25      1.10         -       -    12 ms  normal
  21      0.60    1.50      0.60      0.90    0.88   299 ms  overuse    83 dropped
`
	if out.String() != want {
		t.Errorf("\n%s\nnot\n%s", &out, want)
	}
}

func TestTableInColor(t *testing.T) {
	var out strings.Builder
	table := Table{Out: &out, Color: true, Scale: 2.4e6}
	for _, s := range []democall.Second{
		{At: second, Capacity: 2e6, Received: 1.05e6},
		{At: 2 * second, Capacity: 1e6, Received: 9e6, Queue: 299 * ms, State: callrecord.Overusing},
	} {
		if err := table.Line(s); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{
		"\x1b[32m██████████▌\x1b[0m         │", // 10.5 of 24 cells, the mark at 20
		"\x1b[32m" + strings.Repeat("█", barWidth) + "\x1b[0m",
		"\x1b[1m    1.00\x1b[0m",   // the capacity has changed
		"\x1b[31moveruse \x1b[0m",  //
		"\x1b[33m  299 ms\x1b[0m ", //
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in %q", want, out.String())
		}
	}
}

func call() (democall.Config, *callrecord.Recording) {
	config := democall.Config{
		Duration: 10 * second, Delay: 50 * ms, Queue: 300 * ms, MaxRate: 2_500_000, Seed: 3,
		Profile: remb.ProfileLibwebrtc,
	}
	r := &callrecord.Recording{
		Duration: 10 * second, SourceMax: 2.6e6,
		Capacity: []callrecord.Rate{{At: 0, Bps: 2e6}, {At: 4 * second, Bps: 0.6e6}, {At: 7 * second, Bps: 2e6}},
		REMBs:    []callrecord.Rate{{At: second, Bps: 1e6}, {At: 4 * second, Bps: 0.5e6}},
	}
	for at := time.Duration(0); at < r.Duration; at += 20 * ms {
		bps := 1e6
		if at > 5*second {
			bps = 0.5e6
		}
		r.Sent = append(r.Sent, callrecord.Sent{At: at, Bytes: int(bps / 400), Dropped: at == 5*second})
		if at > 50*ms {
			r.Received = append(r.Received, callrecord.Received{At: at, Bytes: int(bps / 400), Wait: 7 * ms, Late: ms})
		}
		e := callrecord.Estimate{At: at, Bps: bps, Target: bps}
		switch {
		case at < second:
			e.Bps = 0
		case at >= 4*second && at < 5*second:
			e.State = callrecord.Overusing
		case at >= 5*second && at < 6*second:
			e.State = callrecord.Underusing
		}
		r.Estimates = append(r.Estimates, e)
	}
	config.Capacity = r.Capacity
	return config, r
}

func TestSummary(t *testing.T) {
	_, r := call()
	var out strings.Builder
	if err := Summary(&out, "Summary", callrecord.Summarise(r)); err != nil {
		t.Fatal(err)
	}
	const want = `
Summary
  utilisation          47 %
  queueing delay       p50 7 ms, p95 7 ms, longest 7 ms
  after 5 s            p50 7 ms, p95 7 ms
  2 → 0.6 Mbit/s at 4 s  sent rate down to 0.6 Mbit/s after 1.4 s
  0.6 → 2 Mbit/s at 7 s  sent rate up to 1.6 Mbit/s: not within 3.0 s
  rates                0.751 Mbit/s sent, 0.745 Mbit/s received on average
  packets              500 sent, 1 dropped (0.2 %)
  REMBs                2, 0.2 a second
  this machine         passed packets on 1.0 ms late (p50), 1.0 ms (p99)
`
	if got := strings.Join(strings.Fields(out.String()), " "); got != strings.Join(strings.Fields(want), " ") {
		t.Errorf("\n%s\nnot\n%s", &out, want)
	}
}

func TestConventions(t *testing.T) {
	config, _ := call()
	var out strings.Builder
	if err := ConventionsOf(config, 2).Write(&out); err != nil {
		t.Fatal(err)
	}
	words := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"more than 300 ms", "50 ms one way", "2.5 ×", "Seeds 3 to 4.", "maximum is 2.5 Mbit/s", "last 500 ms",
		"profile libwebrtc",
	} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q in %s", want, words)
		}
	}
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(line); n > 101 {
			t.Errorf("a line of %d characters", n)
		}
	}
}

func TestPage(t *testing.T) {
	config, r := call()
	page := Page(config, r, callrecord.Summarise(r))
	var out bytes.Buffer
	if err := report.Write(&out, page); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page.Title, "2 → 0.6 → 2 Mbit/s") || !strings.Contains(page.Subtitle, "Seed 3") ||
		!strings.Contains(page.Subtitle, "profile libwebrtc") {
		t.Errorf("%q, %q", page.Title, page.Subtitle)
	}
	series := map[string]report.Series{}
	for _, chart := range page.Charts {
		for _, s := range chart.Series {
			series[s.Label] = s
		}
		if got := chart.Bands; len(got) != 4 || got[1].State != report.Overusing || got[1].From != 4 || got[2].From != 5 ||
			got[1].To != 5 || got[2].State != report.Underusing || got[3].To != 9.98 {
			t.Errorf("bands %+v", got)
		}
	}
	if s := series["Capacity"]; len(s.X) != 4 || s.X[3] != 10 || s.Y[3] != 2e6 {
		t.Errorf("capacity %+v", s)
	}
	if s := series["Estimate"]; len(s.X) != 4 || !math.IsNaN(s.Y[0]) || s.X[1] != 1 || s.Y[1] != 1e6 || s.Y[2] != 0.5e6 {
		t.Errorf("estimate %+v", s)
	}
	if s := series["REMB"]; len(s.X) != 2 || s.Kind != report.Points {
		t.Errorf("REMB %+v", s)
	}
	if s := series["Packets dropped"]; len(s.X) != 1 || s.X[0] != 5 || s.Y[0] != 300 {
		t.Errorf("dropped %+v", s)
	}
	if s := series["Queueing delay"]; len(s.X) != len(r.Received) || s.Y[0] != 7 {
		t.Errorf("%d delays", len(s.X))
	}
	if len(r.Capacity) != 3 {
		t.Error("the recording was changed")
	}
	// A call that was cut short.
	r.Duration = 5 * second
	if s := Page(config, r, callrecord.Summarise(r)).Charts[0].Series[5]; len(s.X) != 3 || s.X[2] != 5 || s.Y[2] != 0.6e6 {
		t.Errorf("capacity %+v", s)
	}
}
