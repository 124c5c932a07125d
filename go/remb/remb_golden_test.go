//go:build cgo

package remb

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
)

// TestREMBsAsByHand replays traces through an interceptor in fake time, and holds the REMBs that its goroutine writes
// against those of an Estimator that is asked for them by hand.
func TestREMBsAsByHand(t *testing.T) {
	for _, name := range []string{"rfc51", "pause", "simulcast", "chromium-bottleneck"} {
		inBubble(t, name, func(t *testing.T) {
			packets := readTrace(t, name)
			w, start := &recorder{}, time.Now()
			i := newTestInterceptor(t)
			i.BindRTCPWriter(w)
			source, buffer := &player{}, make([]byte, 1<<16)
			readers := map[uint32]interceptor.RTPReader{}
			for n, packet := range packets {
				time.Sleep(time.Until(start.Add(time.Duration(packet.arrival-packets[0].arrival) * time.Microsecond)))
				if readers[packet.ssrc] == nil {
					readers[packet.ssrc] = i.BindRemoteStream(videoInfo(packet.ssrc), source)
				}
				source.next = packet.rtpBytes(t, uint16(n))
				if _, _, err := readers[packet.ssrc].Read(buffer, nil); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
			}
			got, want := w.rembs(), rembsByHand(t, packets, start)
			if len(got) < 20 || len(got) != len(want) {
				t.Fatalf("%d REMBs, want %d", len(got), len(want))
			}
			for n := range got {
				late := got[n].at.Sub(want[n].at)
				if got[n].rate != want[n].rate || !slices.Equal(got[n].ssrcs, want[n].ssrcs) || late < 0 ||
					late > minWait {
					t.Fatalf("REMB %d is %+v, want %+v", n, got[n], want[n])
				}
			}
		})
	}
}

func rembsByHand(t *testing.T, packets []tracePacket, start time.Time) (rembs []writtenREMB) {
	t.Helper()
	e, err := NewEstimator(WithProfile(ProfileLibwebrtc), WithDefaultStream(StreamConfig{
		AbsSendTimeID: testAbsSendTimeID, TransmissionOffsetID: testOffsetID,
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	poll := func(now time.Time) {
		remb, due, err := e.Poll(now)
		if err != nil {
			t.Fatal(err)
		}
		if due {
			rembs = append(rembs, writtenREMB{now, int(remb.Packet().Bitrate), remb.SSRCs, remb.SenderSSRC})
			if err := e.REMBSent(now, remb.Bitrate); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n, packet := range packets {
		now := start.Add(time.Duration(packet.arrival-packets[0].arrival) * time.Microsecond)
		for next, ok := e.NextPoll(); ok && next.Before(now); next, ok = e.NextPoll() {
			poll(next)
		}
		facts, err := e.OnRTPPacket(now, packet.rtpBytes(t, uint16(n)))
		if err != nil {
			t.Fatal(err)
		}
		if next, ok := e.NextPoll(); facts.Has(REMBDue) || ok && !next.After(now) {
			poll(now)
		}
	}
	return rembs
}
