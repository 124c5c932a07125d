//go:build cgo && !race && !remb_gcstress

package remb

import (
	"testing"
	"time"
)

// TestNoAllocations is left out under the race detector, which allocates itself, and where garbage is collected at each
// of its thousands of calls.
func TestNoAllocations(t *testing.T) {
	i := newTestInterceptor(t)
	i.BindRTCPWriter(&recorder{})
	e := i.Estimator()
	sender := newTestSender(t, i, videoInfo(testSSRC))
	malformed := i.BindRemoteStream(videoInfo(2), result{n: 40})
	packets := make([]Packet, 16)
	for n := range packets {
		packets[n] = Packet{SSRC: 3, Arrival: time.Now(), PayloadSize: 1000, Stamps: StampRTPTimestamp}
	}
	buffer := make([]byte, 1500)
	report, err := testReport(i, 50*time.Millisecond, time.Second).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	reports := i.BindRTCPReader(&player{next: report})
	for name, f := range map[string]func(){
		"Read":             func() { sender.send(0) },
		"Read malformed":   func() { _, _, _ = malformed.Read(buffer, nil) },
		"Read RTCP":        func() { _, _, _ = reports.Read(buffer, nil) },
		"OnRTPPacket":      func() { _, _ = e.OnRTPPacket(time.Now(), sender.next) },
		"OnPacket":         func() { _, _ = e.OnPacket(packets[0]) },
		"OnPackets":        func() { _, _ = e.OnPackets(packets) },
		"GetTargetBitrate": func() { _ = e.GetTargetBitrate() },
		"Stats":            func() { _ = e.Stats() },
		"NextPoll":         func() { _, _ = e.NextPoll() },
	} {
		if allocations := testing.AllocsPerRun(2000, f); allocations != 0 {
			t.Errorf("%s: %v allocations", name, allocations)
		}
	}
}
