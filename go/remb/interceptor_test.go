//go:build cgo

package remb

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
)

// result is what a reader returned.
type result struct {
	n          int
	attributes interceptor.Attributes
	err        error
}

func (r result) Read(b []byte, _ interceptor.Attributes) (int, interceptor.Attributes, error) {
	return r.n, r.attributes, r.err
}

func TestReadPassesThrough(t *testing.T) {
	log := &testLog{}
	i := newTestInterceptor(t, WithLoggerFactory(log))
	good := (&tracePacket{ssrc: testSSRC, payloadSize: 100}).rtpBytes(t, 1)
	attributes := interceptor.Attributes{"key": "value"}
	for _, test := range []struct {
		name   string
		inner  result
		packet []byte
		counts int64
		wrong  int64
	}{
		{"packet", result{len(good), attributes, nil}, good, 1, 0},
		{"nil attributes", result{len(good), nil, nil}, good, 1, 0},
		{"error", result{0, attributes, io.EOF}, good, 0, 0},
		{"error with bytes", result{len(good), attributes, io.ErrShortBuffer}, good, 0, 0},
		{"nothing", result{0, nil, nil}, good, 0, 1},
		{"malformed", result{7, attributes, nil}, []byte("garbage"), 0, 1},
		{"random bytes", result{40, attributes, nil}, bytes.Repeat([]byte{0x9f}, 40), 0, 1},
		{"more than the buffer holds", result{len(good) + 1, attributes, nil}, good, 0, 0},
		{"less than nothing", result{-1, attributes, nil}, good, 0, 0},
	} {
		before := i.Estimator().Stats()
		buffer := slices.Clone(test.packet)
		n, got, err := i.BindRemoteStream(videoInfo(testSSRC), test.inner).Read(buffer, attributes)
		if n != test.inner.n || !errors.Is(err, test.inner.err) || len(got) != len(test.inner.attributes) ||
			(got == nil) != (test.inner.attributes == nil) {
			t.Errorf("%s: Read returned %d, %v, %v", test.name, n, got, err)
		}
		if !bytes.Equal(buffer, test.packet) {
			t.Errorf("%s: the bytes were changed", test.name)
		}
		after := i.Estimator().Stats()
		if counted := after.Packets - before.Packets; counted != test.counts {
			t.Errorf("%s: %d packets counted", test.name, counted)
		}
		if wrong := after.MalformedPackets - before.MalformedPackets; wrong != test.wrong {
			t.Errorf("%s: %d packets malformed", test.name, wrong)
		}
	}
	if lines := log.get("debug"); len(lines) != 1 {
		t.Errorf("logged %q", lines)
	}
}

// TestClockThatFails has a clock that knows no time for a while.
func TestClockThatFails(t *testing.T) {
	log, reads := &testLog{}, 0
	i := newTestInterceptor(t, WithLoggerFactory(log), WithNow(func() time.Time {
		if reads++; reads > 3 { // the first is the estimator's own
			return time.Time{}
		}
		return time.Now()
	}))
	sender := newTestSender(t, i, videoInfo(testSSRC))
	for range 10 {
		sender.send(0)
	}
	if got := i.Estimator().Stats(); got.Packets != 2 || got.RefusedPackets != 8 || got.MalformedPackets != 0 {
		t.Errorf("%d packets counted, %d refused, %d malformed", got.Packets, got.RefusedPackets, got.MalformedPackets)
	}
	if warned := log.get("warn"); len(warned) != 1 || count(warned, StatusTime.String()) != 1 {
		t.Errorf("warned %q", warned)
	}
	e := newTestEstimator(t)
	if _, err := e.OnPackets([]Packet{{SSRC: 1}, {SSRC: 2, Arrival: time.Now()}}); err == nil {
		t.Error("a packet without a time was taken")
	}
	if got := e.Stats(); got.Packets != 0 || got.RefusedPackets != 2 {
		t.Errorf("%d packets counted, %d refused", got.Packets, got.RefusedPackets)
	}
}

func TestWhichStreamsCount(t *testing.T) {
	for _, test := range []struct {
		mimeType string
		opts     []Option
		counts   bool
	}{
		{"video/VP8", nil, true},
		{"VIDEO/H264", nil, true},
		{"video/rtx", nil, true},
		{"video/flexfec-03", nil, true},
		{"", nil, true},
		{"audio/opus", nil, false},
		{"Audio/PCMU", nil, false},
		{"audio/opus", []Option{WithAudio()}, true},
	} {
		i := newTestInterceptor(t, test.opts...)
		packet := (&tracePacket{ssrc: testSSRC, payloadSize: 100}).rtpBytes(t, 1)
		inner := &player{next: packet}
		info := videoInfo(testSSRC)
		info.MimeType, info.RTCPFeedback = test.mimeType, nil
		reader := i.BindRemoteStream(info, inner)
		if same := reader == interceptor.RTPReader(inner); same == test.counts {
			t.Errorf("%q: the same reader: %v", test.mimeType, same)
		}
		_, _, _ = reader.Read(make([]byte, 1500), nil)
		if packets := i.Estimator().Stats().Packets; (packets == 1) != test.counts {
			t.Errorf("%q: %d packets counted", test.mimeType, packets)
		}
	}
}

func TestStreamConfig(t *testing.T) {
	info := videoInfo(9)
	info.RTPHeaderExtensions = append(info.RTPHeaderExtensions, interceptor.RTPHeaderExtension{URI: "urn:other", ID: 1},
		interceptor.RTPHeaderExtension{URI: AbsCaptureTimeURI, ID: testCaptureTimeID})
	want := StreamConfig{9, KindVideo, 90_000, testAbsSendTimeID, testOffsetID, testCaptureTimeID}
	if got := streamConfig(info); got != want {
		t.Errorf("got %+v", got)
	}
	info = &interceptor.StreamInfo{SSRC: 9, MimeType: "audio/opus", ClockRate: 48_000}
	want = StreamConfig{9, KindAudio, 48_000, NoExtension, NoExtension, NoExtension}
	if got := streamConfig(info); got != want {
		t.Errorf("got %+v", got)
	}
	// Values that cannot be are as good as none.
	info.ClockRate = 7
	info.RTPHeaderExtensions = []interceptor.RTPHeaderExtension{
		{URI: AbsSendTimeURI}, {URI: TransmissionOffsetURI, ID: 256}, {URI: AbsCaptureTimeURI, ID: -1},
	}
	want.ClockRate = 0
	if got := streamConfig(info); got != want {
		t.Errorf("got %+v", got)
	}
}

func TestExtensionIDsAreEachStreamsOwn(t *testing.T) {
	i := newTestInterceptor(t)
	a, b := videoInfo(1), videoInfo(2)
	b.RTPHeaderExtensions = nil // its packets have the bytes, but that is not what was negotiated
	for _, info := range []*interceptor.StreamInfo{a, b} {
		packet := (&tracePacket{ssrc: info.SSRC, payloadSize: 1000}).rtpBytes(t, 1)
		reader := i.BindRemoteStream(info, &player{next: packet})
		for range 40 {
			_, _, _ = reader.Read(make([]byte, 1500), nil)
		}
		want := TimeSourceAbsSendTime
		if info == b {
			want = TimeSourceTransmissionOffset
		}
		if got := i.Estimator().Stats().TimeSource; got != want {
			t.Errorf("SSRC %d: %v", info.SSRC, got)
		}
	}
}

func TestTransportCCWarnsOnce(t *testing.T) {
	log := &testLog{}
	i := newTestInterceptor(t, WithLoggerFactory(log))
	for ssrc := range uint32(3) {
		info := videoInfo(ssrc)
		info.MimeType = []string{"audio/opus", "video/VP8", "video/rtx"}[ssrc]
		info.RTPHeaderExtensions = append(info.RTPHeaderExtensions,
			interceptor.RTPHeaderExtension{URI: TransportCCURI, ID: 7})
		reader := i.BindRemoteStream(info, &player{next: (&tracePacket{ssrc: ssrc, payloadSize: 100}).rtpBytes(t, 1)})
		_, _, _ = reader.Read(make([]byte, 1500), nil)
	}
	if warned := log.get("warn"); len(warned) != 1 {
		t.Errorf("warned %q", warned)
	}
	if n := i.Estimator().Stats().Packets; n != 2 {
		t.Errorf("%d packets counted", n)
	}
}

func TestTooManyStreams(t *testing.T) {
	log := &testLog{}
	i := newTestInterceptor(t, WithMaxStreams(1), WithLoggerFactory(log))
	for ssrc := range uint32(2) {
		newTestSender(t, i, videoInfo(ssrc+1)).send(0)
	}
	// The second is heard all the same, among those that were not added.
	if stats := i.Estimator().Stats(); stats.Packets != 2 || stats.Streams != 2 {
		t.Errorf("%d packets of %d streams counted", stats.Packets, stats.Streams)
	}
	if warned := log.get("warn"); len(warned) != 1 {
		t.Errorf("warned %q", warned)
	}
}

func TestUnbind(t *testing.T) {
	inBubble(t, "no REMB lists the stream", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
		i.BindRTCPWriter(w)
		gone, stays := newTestSender(t, i, videoInfo(1)), newTestSender(t, i, videoInfo(2))
		for n := range 600 {
			if n == 300 {
				i.UnbindRemoteStream(videoInfo(1))
				i.UnbindRemoteStream(videoInfo(1)) // once more does no harm
			}
			gone.send(0)
			stays.send(0)
			time.Sleep(10 * time.Millisecond)
		}
		if last := w.last(t); !slices.Equal(last.ssrcs, []uint32{2}) {
			t.Errorf("the last REMB lists %d", last.ssrcs)
		}
		if got := i.Estimator().Stats().Packets; got != 900 {
			t.Errorf("%d packets counted", got)
		}
		// The same SSRC may come again.
		again := newTestSender(t, i, videoInfo(1))
		for range 200 {
			again.send(0)
			time.Sleep(10 * time.Millisecond)
		}
		if last := w.last(t); !slices.Contains(last.ssrcs, 1) {
			t.Errorf("the last REMB lists %d", last.ssrcs)
		}
	})
	inBubble(t, "bound again before it is unbound", func(t *testing.T) {
		i := newTestInterceptor(t)
		newTestSender(t, i, videoInfo(1)).send(0)
		second := newTestSender(t, i, videoInfo(1))
		i.UnbindRemoteStream(videoInfo(1))
		second.send(0)
		if got := i.Estimator().SSRCs(); !slices.Equal(got, []uint32{1}) {
			t.Errorf("streams %d", got)
		}
		i.UnbindRemoteStream(videoInfo(1))
		second.send(0)
		synctest.Wait()
		if got := i.Estimator().SSRCs(); len(got) != 0 {
			t.Errorf("streams %d", got)
		}
	})
	inBubble(t, "what was never bound, and nil", func(t *testing.T) {
		i := newTestInterceptor(t)
		i.UnbindRemoteStream(videoInfo(1))
		i.UnbindRemoteStream(nil)
		if i.BindRemoteStream(nil, nil) != nil {
			t.Error("a reader was made of nothing")
		}
	})
}
