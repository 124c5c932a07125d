//go:build cgo

package rembwebrtc_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/rembwebrtc"
)

// TestStorm counts the retransmissions that losses bring about, with peer connections on both sides.
func TestStorm(t *testing.T) {
	type configurer func(*webrtc.MediaEngine, *interceptor.Registry) error
	bound := func(m *webrtc.MediaEngine, r *interceptor.Registry) error {
		m.RegisterFeedback(webrtc.RTCPFeedback{Type: "nack"}, webrtc.RTPCodecTypeVideo)
		generator, err := nack.NewGeneratorInterceptor(nack.GeneratorMaxNacksPerPacket(3))
		r.Add(generator)
		return err
	}
	ours := func(m *webrtc.MediaEngine, r *interceptor.Registry) error {
		_, err := rembwebrtc.ConfigureREMB(m, r)
		return err
	}
	twice := func(m *webrtc.MediaEngine, r *interceptor.Registry) error {
		return errors.Join(ours(m, r), webrtc.ConfigureNack(m, r))
	}
	for _, test := range []struct {
		name      string
		configure configurer
		rids      []string
		least     float64 // retransmissions for each packet lost
		most      float64
		cured     bool
	}{
		{"Pion's default", webrtc.ConfigureNack, nil, 15, 100, false},
		{"at most 3", bound, nil, 3, 3, false},
		{"ConfigureREMB", ours, nil, 1, 1.2, true},
		{"ConfigureNACK", rembwebrtc.ConfigureNACK, nil, 1, 1.2, true},
		{"ConfigureREMB and webrtc.ConfigureNack", twice, nil, 1, 1.2, true},
		{"simulcast, Pion's default", webrtc.ConfigureNack, []string{"h", "l"}, 15, 100, false},
		{"simulcast, ConfigureREMB", ours, []string{"h", "l"}, 1, 1.2, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			spy := &rtxSpy{}
			receiver := newReceiver(t, func(m *webrtc.MediaEngine, r *interceptor.Registry) {
				must(t, test.configure(m, r))
				must(t, webrtc.ConfigureSimulcastExtensionHeaders(m))
				r.Add(spy)
			})
			received := countReceived(receiver)
			sender := newLossySender(t, test.rids...)
			sender.send(t, receiver)
			got, wrong := received.wait(sender.path.count().sent)
			path := sender.path.count()
			perLoss := float64(path.rtx) / float64(path.lost)
			t.Logf("%d of %d packets lost and asked for %d times, %d at most for one; %d RTX packets (%d lost), %.2f for each",
				path.lost, path.sent, path.asks, path.askedMost, path.rtx, path.rtxLost, perLoss)
			if test.cured && !spy.sawRTX() {
				t.Log("this version of Pion takes RTX for media")
				test.least, test.most = 3, 3
			}
			if perLoss < test.least || perLoss > test.most {
				t.Errorf("%.2f retransmissions for each lost packet, want %g to %g", perLoss, test.least, test.most)
			}
			if wrong != 0 || test.cured && got != path.sent {
				t.Errorf("%d of %d packets were read, %d of them changed", got, path.sent, wrong)
			}
		})
	}
}

// rtxSpy looks whether Pion names RTX streams as such.
type rtxSpy struct {
	interceptor.NoOp
	saw atomic.Bool
}

func (s *rtxSpy) NewInterceptor(string) (interceptor.Interceptor, error) { return s, nil }

func (s *rtxSpy) BindRemoteStream(info *interceptor.StreamInfo, reader interceptor.RTPReader) interceptor.RTPReader {
	if info.MimeType == webrtc.MimeTypeRTX {
		s.saw.Store(true)
	}
	return reader
}

func (s *rtxSpy) sawRTX() bool { return s.saw.Load() }
