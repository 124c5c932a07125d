//go:build cgo

package remb

import (
	"strings"
	"testing"
	"time"
)

func TestStreamStats(t *testing.T) {
	e, err := NewEstimator(WithDefaultStream(StreamConfig{AbsCaptureTimeID: testCaptureTimeID}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	for _, stream := range []StreamConfig{{SSRC: 0xFFFF_FFFF}, {SSRC: 5, Kind: KindAudio}} {
		if err := e.AddStream(stream); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	send := func(ssrc uint32, stamps Stamps) {
		now = now.Add(10 * time.Millisecond)
		packet := Packet{
			SSRC: ssrc, Arrival: now, Stamps: stamps, PayloadSize: 500,
			RTPTimestamp: uint32(now.UnixMilli()) * 90, AbsCaptureTime: uint64(now.UnixMilli()) << 32 / 1000,
		}
		if _, err := e.OnPacket(packet); err != nil {
			t.Fatal(err)
		}
	}
	send(7, StampRTPTimestamp)
	send(0, StampRTPTimestamp|StampAbsCaptureTime)
	send(0, StampRTPTimestamp)
	send(7, StampRTPTimestamp)
	send(5, StampRTPTimestamp|StampAbsSendTime)
	want := []StreamStats{
		{SSRC: 0, Alive: true, TimeSource: TimeSourceAbsCaptureTime, Reason: ReasonMapped,
			Packets: 2, Bytes: 1000, LastPacket: now.Add(-20 * time.Millisecond), Stamps: StampRTPTimestamp},
		{SSRC: 5, Kind: KindAudio, Added: true, TimeSource: TimeSourceNone, Reason: ReasonAudio,
			LastPacket: now, Stamps: StampRTPTimestamp | StampAbsSendTime},
		{SSRC: 7, Alive: true, TimeSource: TimeSourceNone, Reason: ReasonNoMapping,
			Packets: 2, Bytes: 1000, LastPacket: now.Add(-10 * time.Millisecond), Stamps: StampRTPTimestamp},
		{SSRC: 0xFFFF_FFFF, Added: true, TimeSource: TimeSourceNone, Reason: ReasonUnheard},
	}
	got := e.StreamStats()
	if len(got) != len(want) {
		t.Fatalf("%d streams: %+v", len(got), got)
	}
	for i := range got {
		// Both are exact to the microsecond.
		if d := got[i].LastPacket.Sub(want[i].LastPacket).Abs(); d < time.Microsecond {
			got[i].LastPacket = want[i].LastPacket
		}
		if got[i] != want[i] {
			t.Errorf("got  %+v\nwant %+v", got[i], want[i])
		}
	}
	_ = e.Close()
	if got := e.StreamStats(); got != nil {
		t.Errorf("closed: %+v", got)
	}
}

func TestReasonsInWords(t *testing.T) {
	seen := map[string]bool{}
	for reason := ReasonUnheard; reason <= ReasonAudio; reason++ {
		words := reason.String()
		if seen[words] || words == "" || strings.Contains(words, "unknown") {
			t.Errorf("%d: %q", reason, words)
		}
		seen[words] = true
	}
	if !strings.Contains(TimeSourceReason(99).String(), "unknown") {
		t.Error("99 is a reason")
	}
}

func TestOnPacketsChecksCaptureStamps(t *testing.T) {
	e, err := NewEstimator()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	packet := Packet{Arrival: time.Now(), Stamps: StampRTPTimestamp | StampCaptureClockOffset}
	if _, err := e.OnPacket(packet); err == nil {
		t.Error("a clock offset without a capture time was taken")
	}
	packet.Stamps |= StampAbsCaptureTime
	if _, err := e.OnPacket(packet); err != nil {
		t.Error(err)
	}
	if got := e.Stats().TimeSource; got != TimeSourceAbsCaptureTime {
		t.Errorf("time source %v", got)
	}
}
