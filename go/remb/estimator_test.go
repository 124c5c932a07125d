//go:build cgo

package remb

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// newTestEstimator makes one with ProfileLibwebrtc, unless an option says other.
func newTestEstimator(tb testing.TB, opts ...Option) *Estimator {
	tb.Helper()
	e, err := NewEstimator(append([]Option{WithProfile(ProfileLibwebrtc)}, opts...)...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = e.Close() })
	return e
}

// feed gives an estimator a second's packets of one stream, 1.6 Mbit/s.
func feed(t *testing.T, e *Estimator, start time.Time, ssrc uint32) (facts Facts) {
	t.Helper()
	for n := range 200 {
		at := time.Duration(n) * testInterval
		f, err := e.OnPacket(Packet{
			SSRC: ssrc, Arrival: start.Add(at), Stamps: StampAbsSendTime, PayloadSize: 1000,
			AbsSendTime: uint32(uint64(at)<<18/uint64(time.Second)) & 0xffffff,
		})
		if err != nil {
			t.Fatal(err)
		}
		facts |= f
	}
	return facts
}

func TestEstimatorAlone(t *testing.T) {
	e := newTestEstimator(t, WithSenderSSRC(77))
	start := time.Now()
	if _, ok := e.NextPoll(); ok {
		t.Error("something to do before the first packet")
	}
	if facts := feed(t, e, start, 9); !facts.Has(EstimateUpdated | REMBDue) {
		t.Errorf("facts %b", facts)
	}
	now := start.Add(time.Second)
	remb, due, err := e.Poll(now)
	if err != nil || !due || remb.SenderSSRC != 77 || remb.Bitrate <= 0 || !slices.Equal(remb.SSRCs, []uint32{9}) {
		t.Fatalf("%+v, %v, %v", remb, due, err)
	}
	if _, due, _ := e.Poll(now); !due {
		t.Error("not due although none was sent")
	}
	if err := e.REMBSent(now, remb.Bitrate); err != nil {
		t.Fatal(err)
	}
	if _, due, _ := e.Poll(now); due {
		t.Error("due although one was sent")
	}
	if next, ok := e.NextPoll(); !ok || next.Before(now) || next.After(now.Add(time.Second)) {
		t.Errorf("next poll in %v", next.Sub(now))
	}
	stats := e.Stats()
	if stats.Packets != 200 || stats.Bytes != 200_000 || stats.TargetBitrate != remb.Bitrate || stats.REMBsSent != 1 ||
		stats.LastREMBBitrate != remb.Bitrate || now.Sub(stats.LastREMB).Abs() > time.Microsecond {
		t.Errorf("stats %+v", stats)
	}
	if got := e.GetTargetBitrate(); got != remb.Bitrate {
		t.Errorf("target %d", got)
	}
	if err := e.Reset(); err != nil || e.GetTargetBitrate() != 0 || e.Stats().Packets != 0 {
		t.Errorf("after a reset: %v, %+v", err, e.Stats())
	}
}

func TestKnownStreamsOnly(t *testing.T) {
	e := newTestEstimator(t, WithKnownStreamsOnly())
	if err := e.AddStream(StreamConfig{SSRC: 9}); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	feed(t, e, start, 9)
	feed(t, e, start.Add(time.Second), 10)
	if stats := e.Stats(); stats.Packets != 200 || len(e.StreamStats()) != 1 {
		t.Errorf("%+v", stats)
	}
}

func TestRecordedTimes(t *testing.T) {
	e := newTestEstimator(t)
	for _, start := range []time.Time{
		time.Now().AddDate(-100, 0, 0), time.Unix(0, 0), time.Now(), time.Now().AddDate(290, 0, 0),
	} {
		if err := e.Reset(); err != nil {
			t.Fatal(err)
		}
		feed(t, e, start, 9)
		if last := e.Stats().LastReport.Sub(start); last < 0 || last > time.Second {
			t.Errorf("last report %v after %v", last, start)
		}
	}
}

// A time that is out of range is refused and changes nothing: taken as the nearest one that is not, it would be a clock
// that was set back.
func TestTimesOutOfRange(t *testing.T) {
	e := newTestEstimator(t)
	now := time.Now()
	feed(t, e, now, 9)
	before := e.Stats()
	next, _ := e.NextPoll()
	packet := (&tracePacket{ssrc: 9, payloadSize: 100}).rtpBytes(t, 1)
	for _, wrong := range []time.Time{{}, now.AddDate(-110, 0, 0), now.AddDate(300, 0, 0), time.Unix(1<<40, 0)} {
		good := Packet{SSRC: 9, Arrival: now.Add(time.Second), PayloadSize: 100}
		_, onPacket := e.OnPacket(Packet{SSRC: 9, Arrival: wrong, PayloadSize: 100})
		_, onPackets := e.OnPackets([]Packet{good, {SSRC: 9, Arrival: wrong, PayloadSize: 100}, good})
		_, onBytes := e.OnRTPPacket(wrong, packet)
		_, due, poll := e.Poll(wrong)
		for n, err := range []error{onPacket, onPackets, onBytes, poll, e.REMBSent(wrong, 100_000)} {
			if !errors.Is(err, Error{StatusTime}) {
				t.Errorf("%v, call %d: %v", wrong, n, err)
			}
		}
		before.RefusedPackets += 5
		if after := e.Stats(); due || after != before {
			t.Errorf("%v: due %v, %+v, before it %+v", wrong, due, after, before)
		}
		if got, _ := e.NextPoll(); !got.Equal(next) {
			t.Errorf("%v: next poll at %v, before it %v", wrong, got, next)
		}
	}
}

func TestLargestPacket(t *testing.T) {
	e := newTestEstimator(t)
	packet := (&tracePacket{ssrc: 9}).rtpBytes(t, 1)
	packet = append(packet, make([]byte, 65_536-len(packet))...)
	if _, err := e.OnRTPPacket(time.Now(), packet[:65_535]); err != nil {
		t.Errorf("65 535 bytes: %v", err)
	}
	if _, err := e.OnRTPPacket(time.Now(), packet); !errors.Is(err, Error{StatusMalformed}) {
		t.Errorf("65 536 bytes: %v", err)
	}
	if stats := e.Stats(); stats.Packets != 1 || stats.MalformedPackets != 1 {
		t.Errorf("%d packets, %d malformed", stats.Packets, stats.MalformedPackets)
	}
}

func TestTargetBitrateCallback(t *testing.T) {
	e := newTestEstimator(t, WithInitialBitrate(300_000))
	var told []int
	e.OnTargetBitrateChange(func(bitrate int) {
		told = append(told, bitrate)
		if bitrate != e.GetTargetBitrate() {
			t.Errorf("told of %d when it is %d", bitrate, e.GetTargetBitrate())
		}
		_ = e.SetMaxBitrate(500_000) // calls back once more, not from within
	})
	feed(t, e, time.Now(), 9)
	if len(told) < 2 || told[len(told)-1] != 500_000 {
		t.Errorf("told %d", told)
	}
	told = nil
	_ = e.SetMaxBitrate(500_000)
	if told != nil {
		t.Errorf("told %d although nothing changed", told)
	}
	_ = e.SetMaxBitrate(400_000)
	if !slices.Equal(told, []int{400_000, 500_000}) {
		t.Errorf("told %d", told)
	}
}

func TestOnPacketsIsOnPacketManyTimes(t *testing.T) {
	packets := readTrace(t, "rfc52")
	single, batch := newTestEstimator(t), newTestEstimator(t)
	var pending []Packet
	for n, p := range packets {
		packet := Packet{
			SSRC: p.ssrc, Arrival: epochTime(p.arrival), Stamps: StampAbsSendTime | StampRTPTimestamp,
			AbsSendTime: p.absSendTime, RTPTimestamp: p.rtpTimestamp, PayloadSize: p.payloadSize,
		}
		if _, err := single.OnPacket(packet); err != nil {
			t.Fatal(err)
		}
		if pending = append(pending, packet); len(pending) == 64 || n == len(packets)-1 {
			if _, err := batch.OnPackets(pending); err != nil {
				t.Fatal(err)
			}
			pending = pending[:0]
			// Times count from each estimator's own start, so the two may differ in what they round.
			a, b := single.Stats(), batch.Stats()
			if a.Estimate != b.Estimate || a.Reports != b.Reports || a.OffsetMs != b.OffsetMs ||
				a.Packets != int64(n+1) {
				t.Fatalf("packet %d: %+v, one by one %+v", n, b, a)
			}
		}
	}
}

func TestREMBPacketRoundsDown(t *testing.T) {
	for _, rate := range []int{0, 1, 1<<18 - 1, 1<<18 + 1, 1<<25 - 1, 33_554_431, 999_999_999_999} {
		got := REMB{Bitrate: rate}.Packet()
		if float64(got.Bitrate) > float64(rate) || float64(got.Bitrate) < float64(rate)*(1-1.0/(1<<17)) {
			t.Errorf("%d becomes %f", rate, got.Bitrate)
		}
	}
}

// TestForgottenEstimatorsAreFreed makes many and closes none, while others work.
func TestForgottenEstimatorsAreFreed(t *testing.T) {
	var all sync.WaitGroup
	var made, freed atomic.Int64
	for range 4 {
		all.Go(func() {
			for n := range 500 {
				e, err := NewEstimator(WithDefaultStream(StreamConfig{AbsSendTimeID: testAbsSendTimeID}))
				if err != nil {
					t.Error(err)
					return
				}
				made.Add(1)
				runtime.AddCleanup(e, func(n int64) { freed.Add(n) }, 1) // runs when the estimator's own does
				packet := (&tracePacket{ssrc: uint32(n), payloadSize: 100}).rtpBytes(t, 1)
				for range 20 {
					if _, err := e.OnRTPPacket(time.Now(), packet); err != nil {
						t.Error(err)
					}
				}
				if n%50 == 0 {
					runtime.GC()
				}
			}
		})
	}
	all.Wait()
	for tries := 0; freed.Load() < made.Load() && tries < 100; tries++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	if freed.Load() != made.Load() {
		t.Errorf("%d of %d were freed", freed.Load(), made.Load())
	}
}

func TestStrings(t *testing.T) {
	got := fmt.Sprint(StateNormal, StateUnderusing, StateOverusing, State(9), TimeSourceNone, TimeSourceAuto,
		TimeSourceAbsSendTime, TimeSourceTransmissionOffset, TimeSourceRTPTimestamp, TimeSourceAbsCaptureTime,
		TimeSource(9), ProfileDefault, ProfileLibwebrtc, ProfileAdaptive, Profile(9), ModeNone, ModeStart, ModeGrowth,
		ModeHold, ModeBackOff, ModeCompetition, Mode(9))
	want := "normal underusing overusing unknown none auto abs-send-time toffset rtp-timestamp abs-capture-time " +
		"unknown default libwebrtc adaptive unknown none start growth hold back-off competition unknown"
	if got != want {
		t.Errorf("got %s", got)
	}
}
