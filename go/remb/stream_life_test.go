//go:build cgo

package remb

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
)

// withAbsSendTime is a stream whose abs-send-time has another id than usual, or none for 0.
func withAbsSendTime(ssrc uint32, id int) *interceptor.StreamInfo {
	info := videoInfo(ssrc)
	info.RTPHeaderExtensions = nil
	if id != 0 {
		info.RTPHeaderExtensions = []interceptor.RTPHeaderExtension{{URI: AbsSendTimeURI, ID: id}}
	}
	return info
}

func TestShortLives(t *testing.T) {
	inBubble(t, "bound, and no packet ever", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
		i.BindRemoteStream(videoInfo(1), &player{})
		i.BindRTCPWriter(w)
		i.BindRemoteStream(videoInfo(2), &player{})
		time.Sleep(time.Minute)
		if stats := i.Estimator().Stats(); w.attempts() != 0 || stats.Streams != 0 || i.Estimator().GetTargetBitrate() != 0 {
			t.Errorf("%d writes, %+v", w.attempts(), stats)
		}
	})
	inBubble(t, "unbound at once", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
		i.BindRTCPWriter(w)
		for range 100 {
			sender := newTestSender(t, i, videoInfo(1))
			i.UnbindRemoteStream(videoInfo(1))
			sender.send(0)
		}
		synctest.Wait()
		if got := i.Estimator().Stats().Packets; w.attempts() != 0 || got != 0 || len(i.streams) != 0 {
			t.Errorf("%d writes, %d packets counted, %d streams kept", w.attempts(), got, len(i.streams))
		}
	})
	inBubble(t, "one packet each", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
		i.BindRTCPWriter(w)
		for ssrc := range uint32(1000) {
			newTestSender(t, i, videoInfo(ssrc+1)).send(0)
			time.Sleep(testInterval)
			i.UnbindRemoteStream(videoInfo(ssrc + 1))
		}
		for _, remb := range w.rembs() {
			if len(remb.ssrcs) > 1 {
				t.Errorf("a REMB lists %d", remb.ssrcs)
			}
		}
		if stats := i.Estimator().Stats(); stats.Packets != 1000 || stats.Streams != 0 || len(w.rembs()) < 2 {
			t.Errorf("%d REMBs, %+v", len(w.rembs()), stats)
		}
	})
}

// A renegotiation binds an SSRC anew with other ids: before the old binding is undone, or after.
func TestIDsChange(t *testing.T) {
	for _, unbindFirst := range []bool{false, true} {
		inBubble(t, fmt.Sprint("unbound first: ", unbindFirst), func(t *testing.T) {
			i := newTestInterceptor(t)
			old := newTestSender(t, i, withAbsSendTime(1, 0)) // has the bytes, but they mean something else
			old.sendFor(time.Second, testInterval)
			if got := i.Estimator().Stats().TimeSource; got != TimeSourceTransmissionOffset {
				t.Fatalf("at first by %v", got)
			}
			if unbindFirst {
				i.UnbindRemoteStream(withAbsSendTime(1, 0))
			}
			renewed := newTestSender(t, i, withAbsSendTime(1, testAbsSendTimeID))
			if !unbindFirst {
				i.UnbindRemoteStream(withAbsSendTime(1, 0))
			}
			renewed.sendFor(time.Second, testInterval)
			if got := i.Estimator().Stats(); got.TimeSource != TimeSourceAbsSendTime || got.Packets != 400 {
				t.Errorf("then %d packets by %v", got.Packets, got.TimeSource)
			}
			again := newTestSender(t, i, withAbsSendTime(1, testAbsSendTimeID+1))
			again.sendFor(time.Second, testInterval)
			if got := i.Estimator().Stats().TimeSource; got != TimeSourceTransmissionOffset {
				t.Errorf("at last by %v", got)
			}
		})
	}
}

// Simulcast: three layers with RTX each, layers that pause, and all SSRCs new after half the time.
func TestSimulcast(t *testing.T) {
	inBubble(t, "with RTX", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
		i.BindRTCPWriter(w)
		bind := func(ssrc uint32) (layer, rtx *testSender) {
			info := videoInfo(ssrc + 100)
			info.MimeType, info.RTCPFeedback = "video/rtx", nil
			return newTestSender(t, i, videoInfo(ssrc)), newTestSender(t, i, info)
		}
		for first := uint32(10); first <= 20; first += 10 {
			var layers, rtxs []*testSender
			for n := range uint32(3) {
				layer, rtx := bind(first + n)
				layers, rtxs = append(layers, layer), append(rtxs, rtx)
			}
			for n := range 1200 { // 6 s
				for l, layer := range layers {
					if l < 2 || n < 400 { // the uppermost layer stops
						layer.send(0)
					}
				}
				if n%20 == 0 {
					rtxs[0].send(0)
				}
				time.Sleep(testInterval)
			}
			synctest.Wait()
			if last := w.last(t); !slices.Equal(last.ssrcs, []uint32{first, first + 1, first + 100}) {
				t.Errorf("the last REMB lists %d", last.ssrcs)
			}
			for n := range uint32(3) {
				i.UnbindRemoteStream(videoInfo(first + n))
				i.UnbindRemoteStream(videoInfo(first + n + 100))
			}
		}
		for _, remb := range w.rembs() {
			for _, ssrc := range remb.ssrcs {
				if (ssrc%100 >= 20) != (remb.ssrcs[0]%100 >= 20) {
					t.Errorf("a REMB lists old and new: %d", remb.ssrcs)
				}
			}
		}
	})
}

// A stream of SSRC 0, as browsers probe with, counts and keeps REMBs going, but none lists it.
func TestSSRC0(t *testing.T) {
	inBubble(t, "alone, then with another", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
		i.BindRTCPWriter(w)
		probe := newTestSender(t, i, videoInfo(0))
		probe.sendFor(2500*time.Millisecond, testInterval)
		video := newTestSender(t, i, videoInfo(5))
		for range 500 {
			probe.send(0)
			video.send(0)
			time.Sleep(testInterval)
		}
		for n, remb := range w.rembs() {
			want := []uint32{5}
			if n < 3 {
				want = nil
			}
			if !slices.Equal(remb.ssrcs, want) || remb.rate == 0 {
				t.Errorf("REMB %d is %+v", n, remb)
			}
		}
		if stats := i.Estimator().Stats(); stats.Packets != 1500 || stats.Streams != 2 || len(w.rembs()) < 5 {
			t.Errorf("%d REMBs, %+v", len(w.rembs()), stats)
		}
	})
}

// Silence is no congestion: what comes after it is not measured against what was before.
func TestSilenceAndRevival(t *testing.T) {
	// abs-send-time comes round after 64 s, the RTP timestamp does not.
	for _, silence := range []time.Duration{
		1900 * time.Millisecond, 2100 * time.Millisecond, time.Minute, 63 * time.Second, 64 * time.Second, 65 * time.Second,
		time.Hour,
	} {
		inBubble(t, silence.String(), func(t *testing.T) {
			i, w := newTestInterceptor(t), &recorder{}
			i.BindRTCPWriter(w)
			sender := newTestSender(t, i, videoInfo(1))
			sender.sendFor(8*time.Second, testInterval)
			before := i.Estimator().Stats()
			time.Sleep(silence)
			revived := time.Now()
			sender.sendFor(3*time.Second, testInterval)
			after := i.Estimator().Stats()
			if after.TargetBitrate < before.TargetBitrate*8/10 || after.State == StateOverusing {
				t.Errorf("%d bit/s before, %d after; %v", before.TargetBitrate, after.TargetBitrate, after.State)
			}
			for _, remb := range w.rembs() {
				if at := remb.at.Sub(revived); at >= -silence+2*time.Second+testInterval && at < 0 {
					t.Errorf("a REMB %v before the stream came back", -at)
				}
			}
			if last := w.last(t); last.at.Before(revived) || !slices.Equal(last.ssrcs, []uint32{1}) {
				t.Errorf("the last REMB is %+v", last)
			}
		})
	}
}

// blockingReader waits for a packet, as readers do.
type blockingReader chan []byte

func (r blockingReader) Read(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
	packet, ok := <-r
	if !ok {
		return 0, nil, io.EOF
	}
	return copy(b, packet), a, nil
}

func TestCloseDuringRead(t *testing.T) {
	inBubble(t, "the packet still arrives", func(t *testing.T) {
		i := newTestInterceptor(t)
		source := make(blockingReader)
		reader := i.BindRemoteStream(videoInfo(1), source)
		rtcpReader := i.BindRTCPReader(interceptor.RTCPReaderFunc(source.Read))
		packet := (&tracePacket{ssrc: 1, payloadSize: 100}).rtpBytes(t, 1)
		done := make(chan result)
		attributes := interceptor.Attributes{"key": "value"}
		read := func(f func([]byte, interceptor.Attributes) (int, interceptor.Attributes, error)) {
			buffer := make([]byte, 1500)
			n, a, err := f(buffer, attributes)
			if err == nil && !bytes.Equal(buffer[:n], packet) {
				t.Error("other bytes")
			}
			done <- result{n, a, err}
		}
		go read(reader.Read)
		go read(rtcpReader.Read)
		synctest.Wait()
		if err := i.Close(); err != nil { // waits for no reader
			t.Fatal(err)
		}
		for range 2 {
			source <- packet
			if got := <-done; got.n != len(packet) || got.attributes["key"] != "value" || got.err != nil {
				t.Errorf("read %+v", got)
			}
		}
		close(source)
		for range 2 {
			go read(reader.Read)
			if got := <-done; got.n != 0 || got.attributes != nil || got.err != io.EOF {
				t.Errorf("at the end %+v", got)
			}
		}
	})
}

func TestManyStreams(t *testing.T) {
	inBubble(t, "a REMB lists the 255 heard last", func(t *testing.T) {
		i, w := newTestInterceptor(t, WithInitialBitrate(300_000)), &recorder{}
		i.BindRTCPWriter(w)
		senders := make([]*testSender, 300)
		for n := range senders {
			senders[n] = newTestSender(t, i, videoInfo(uint32(n+1)))
		}
		var want []uint32
		for range 3 { // each heard after the one before it, twice a second
			for n, sender := range senders {
				sender.send(0)
				if n >= len(senders)-255 {
					want = append(want, uint32(n+1))
				}
				time.Sleep(time.Second / 600)
			}
		}
		if got := i.Estimator().SSRCs(); !slices.Equal(got, want[:255]) {
			t.Errorf("%d SSRCs, %d to %d", len(got), got[0], got[len(got)-1])
		}
		for _, remb := range w.rembs() {
			if len(remb.ssrcs) > 255 || !slices.IsSorted(remb.ssrcs) {
				t.Errorf("a REMB lists %d", remb.ssrcs)
			}
		}
		if stats := i.Estimator().Stats(); stats.Streams != 300 || stats.Packets != 900 {
			t.Errorf("%+v", stats)
		}
	})
}

// A reader that fails now and then is passed on as it is, and what comes between counts.
func TestReaderThatFails(t *testing.T) {
	i := newTestInterceptor(t)
	good := (&tracePacket{ssrc: 1, payloadSize: 100}).rtpBytes(t, 1)
	turn := 0
	reader := i.BindRemoteStream(videoInfo(1), interceptor.RTPReaderFunc(
		func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
			if turn++; turn%3 == 0 {
				return turn, nil, errTest
			}
			return copy(b, good), a, nil
		}))
	for n := 1; n <= 30; n++ {
		read, attributes, err := reader.Read(make([]byte, 1500), nil)
		if fails := n%3 == 0; attributes != nil || fails && (read != n || err != errTest) ||
			!fails && (read != len(good) || err != nil) {
			t.Errorf("%d: %d, %v, %v", n, read, attributes, err)
		}
	}
	if stats := i.Estimator().Stats(); stats.Packets != 20 || stats.MalformedPackets != 0 {
		t.Errorf("%+v", stats)
	}
	if n, _, err := reader.Read(nil, nil); n != 0 || err != nil { // 31: a packet for which there is no room
		t.Errorf("%d, %v", n, err)
	}
}
