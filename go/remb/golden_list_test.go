//go:build cgo

package remb

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// goldenCase is a row of golden.csv, which the tests of all languages read.
type goldenCase struct {
	trace, expected string
	clock           TimeSource
}

func goldenCases(t *testing.T) (cases []goldenCase) {
	t.Helper()
	file, err := os.Open(filepath.Join(traceFolder, "golden.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	clocks := map[string]TimeSource{
		"abs-send-time": TimeSourceAbsSendTime,
		"toffset":       TimeSourceTransmissionOffset,
		"rtp-timestamp": TimeSourceRTPTimestamp,
	}
	for _, row := range rows[1:] {
		clock, known := clocks[row[1]]
		if !known {
			t.Fatalf("golden.csv: no clock is called %q", row[1])
		}
		cases = append(cases, goldenCase{row[0], row[2], clock})
	}
	return cases
}

// TestGoldenList gives every trace to an estimator by every clock, and polls it when it asks for that.
func TestGoldenList(t *testing.T) {
	for _, golden := range goldenCases(t) {
		t.Run(golden.expected, func(t *testing.T) {
			t.Parallel()
			columns := 3
			if golden.clock == TimeSourceAbsSendTime {
				columns = 7
			}
			check := goldenCheck{t: t, expected: readCSV(t, golden.expected, columns)}
			var err error
			check.estimator, err = NewEstimator(WithProfile(ProfileLibwebrtc), WithTimeSource(golden.clock))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = check.estimator.Close() }()
			for _, row := range readCSV(t, golden.trace, 6) {
				check.onPacket(row)
			}
			if check.reports != len(check.expected) {
				t.Fatalf("%d reports, want %d", check.reports, len(check.expected))
			}
		})
	}
}

// goldenCheck compares each report as it is made.
type goldenCheck struct {
	t         *testing.T
	estimator *Estimator
	expected  [][]float64
	reports   int
}

func (c *goldenCheck) onPacket(row []float64) {
	c.t.Helper()
	arrival := epochTime(int64(row[0]))
	for {
		due, ok := c.estimator.NextPoll()
		if !ok || due.After(arrival) {
			break
		}
		c.poll(due)
	}
	facts, err := c.estimator.OnPacket(Packet{
		Arrival:            arrival,
		Stamps:             StampAbsSendTime | StampRTPTimestamp | StampTransmissionOffset,
		AbsSendTime:        uint32(row[1]),
		RTPTimestamp:       uint32(row[2]),
		TransmissionOffset: int32(row[3]),
		PayloadSize:        int(row[4]),
		SSRC:               uint32(row[5]),
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.compare()
	if facts.Has(REMBDue) {
		c.poll(arrival)
	}
}

// poll sends what is due, so that it is due no longer.
func (c *goldenCheck) poll(now time.Time) {
	c.t.Helper()
	remb, due, err := c.estimator.Poll(now)
	if err == nil && due {
		err = c.estimator.REMBSent(now, remb.Bitrate)
	}
	if err != nil {
		c.t.Fatalf("at %d: %v", now.UnixMicro(), err)
	}
	c.compare()
}

func (c *goldenCheck) compare() {
	c.t.Helper()
	stats := c.estimator.Stats()
	if int(stats.Reports) == c.reports {
		return
	}
	if int(stats.Reports) != c.reports+1 || c.reports == len(c.expected) {
		c.t.Fatalf("%d reports after %d, %d are expected in all", stats.Reports, c.reports, len(c.expected))
	}
	want := c.expected[c.reports]
	if stats.LastReport.UnixMicro() != int64(want[0]) || stats.Estimate != int(want[1]) || stats.Streams != int(want[2]) {
		c.t.Fatalf("report %d at %d of %d bit/s for %d streams; want %.0f", stats.Reports,
			stats.LastReport.UnixMicro(), stats.Estimate, stats.Streams, want)
	}
	if len(want) > 3 {
		compareReport(c.t, stats, want)
	}
	c.reports++
}
