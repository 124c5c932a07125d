//go:build cgo

package remb

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

func TestErrors(t *testing.T) {
	e := newTestEstimator(t, WithMaxStreams(2), WithMinBitrate(100_000))
	now := time.Now()
	onPacket := func(p Packet) error { _, err := e.OnPacket(p); return err }
	onBytes := func(b []byte) error { _, err := e.OnRTPPacket(now, b); return err }
	add := func(s StreamConfig) error { return e.AddStream(s) }
	for _, test := range []struct {
		name string
		got  error
		want Status
	}{
		{"no bytes", onBytes(nil), StatusMalformed},
		{"garbage", onBytes([]byte("garbage")), StatusMalformed},
		{"size", onPacket(Packet{Arrival: now, PayloadSize: -1}), StatusArgument},
		{"large size", onPacket(Packet{Arrival: now, PayloadSize: math.MaxInt}), StatusArgument},
		{
			"abs-send-time", onPacket(Packet{Arrival: now, Stamps: StampAbsSendTime, AbsSendTime: 1 << 24}),
			StatusArgument,
		},
		{"clock rate", add(StreamConfig{ClockRate: 7}), StatusArgument},
		{"large clock rate", add(StreamConfig{ClockRate: math.MaxInt}), StatusArgument},
		{"id", add(StreamConfig{AbsSendTimeID: 256}), StatusArgument},
		{"kind", add(StreamConfig{Kind: 2}), StatusArgument},
		{"one", add(StreamConfig{SSRC: 1}), 0},
		{"two", add(StreamConfig{SSRC: 2}), 0},
		{"two again", add(StreamConfig{SSRC: 2, AbsSendTimeID: NoExtension}), 0},
		{"three", add(StreamConfig{SSRC: 3}), StatusTooManyStreams},
		{"remove", e.RemoveStream(3), StatusNotFound},
		{"round-trip time", e.SetRTT(-1 * time.Second), StatusArgument},
		{"maximum", e.SetMaxBitrate(-1), StatusArgument},
		{"maximum below minimum", e.SetMaxBitrate(99_999), StatusArgument},
		{"minimum", e.SetMinBitrate(math.MaxInt), StatusArgument},
		{"sent", e.REMBSent(now, 0), StatusArgument},
	} {
		if test.want == 0 && test.got == nil {
			continue
		}
		if want := (Error{test.want}); !errors.Is(test.got, want) {
			t.Errorf("%s: %v, want %v", test.name, test.got, want)
		}
	}
	if got := (Error{StatusMalformed}).Error(); !strings.HasPrefix(got, "remb: ") || len(got) < 10 {
		t.Errorf("says %q", got)
	}
}

func TestClosedEstimator(t *testing.T) {
	e := newTestEstimator(t, WithInitialBitrate(300_000))
	feed(t, e, time.Now(), 9)
	for range 2 {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, onPackets := e.OnPackets(nil)
	_, onBytes := e.OnRTPPacket(time.Now(), []byte{1})
	_, due, poll := e.Poll(time.Now())
	for n, err := range []error{
		onPackets, onBytes, poll, e.AddStream(StreamConfig{}), e.RemoveStream(9), e.REMBSent(time.Now(), 1),
		e.SetRTT(0), e.SetMaxBitrate(0), e.SetMinBitrate(0), e.Reset(),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%d: %v", n, err)
		}
	}
	_, ok := e.NextPoll()
	if ok || due || e.GetTargetBitrate() != 0 || e.SSRCs() != nil || e.Stats() != (Stats{Closed: true}) {
		t.Error("a closed estimator knows something")
	}
	e.OnTargetBitrateChange(func(int) {})
}

func TestOptionErrors(t *testing.T) {
	for name, opts := range map[string][]Option{
		"WithInitialBitrate": {WithInitialBitrate(-1)},
		"WithMinBitrate":     {WithMinBitrate(-1)},
		"WithMaxBitrate":     {WithMaxBitrate(math.MaxInt)},
		"above":              {WithMinBitrate(2_000_000), WithMaxBitrate(1_000_000)},
		"by default 5 000":   {WithMaxBitrate(4_999)},
		"WithREMBInterval":   {WithREMBInterval(9 * time.Millisecond)},
		"WithREMBInterval: ": {WithREMBInterval(time.Nanosecond)},
		"WithREMBInterval:":  {WithREMBInterval(REMBOff)},
		"StartInterval":      {WithREMBStartInterval(61 * time.Second)},
		"StartInterval: ":    {WithREMBStartInterval(-time.Microsecond)},
		"StartDuration":      {WithREMBStartDuration(time.Millisecond)},
		"StartDuration: ":    {WithREMBStartDuration(REMBOff)},
		"WithREMBMin":        {WithREMBMinInterval(time.Millisecond)},
		"WithREMBFall":       {WithREMBFall(-2)},
		"WithREMBFall: ":     {WithMinBitrate(500), WithMaxBitrate(1_000), WithREMBFall(1001)}, // not that maximum
		"WithREMBRise":       {WithREMBRise(1001)},
		"WithREMBRise: ":     {WithREMBRise(math.MaxInt)},
		"WithProfile":        {WithProfile(99)},
		"WithTimeSource":     {WithTimeSource(-1)},
		"WithMaxStreams":     {WithMaxStreams(1_000_001)},
		"WithMaxStreams: ":   {WithMaxStreams(math.MaxInt)},
		"WithDefaultStream":  {WithDefaultStream(StreamConfig{ClockRate: -90_000})},
	} {
		_, err := NewBWEInterceptorFactory(append(opts, WithSenderSSRC(1))...)
		if !errors.Is(err, Error{StatusArgument}) || !strings.Contains(err.Error(), strings.TrimRight(name, ": ")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	e := newTestEstimator(t,
		nil, WithREMBInterval(0), WithMaxStreams(0), WithMaxBitrate(0), WithMinBitrate(0), WithNow(nil),
		WithREMBStartInterval(REMBOff), WithREMBStartDuration(0), WithREMBMinInterval(REMBOff), WithREMBFall(REMBOff),
		WithREMBRise(REMBOff))
	if e.SenderSSRC() == 0 {
		t.Error("the sender SSRC is 0")
	}
}
