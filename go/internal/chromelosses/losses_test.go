//go:build cgo

// Package chromelosses has a real Chromium lose packets on their way to Pion, and counts what it retransmits.
package chromelosses

import (
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/chromium"
	"github.com/libremb/libremb/go/internal/relaypeer"
	"github.com/libremb/libremb/go/internal/testpeer"
	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembwebrtc"
)

// callTime is long enough for dozens of losses, and for fewer in a storm, which leaves little rate for media.
const callTime = 8 * time.Second

// page sends a moving picture to whoever answers POST /offer.
const page = `<!DOCTYPE html><canvas id="c" width="640" height="480"></canvas><script type="module">
const context = document.getElementById("c").getContext("2d");
setInterval(() => {
	for (let i = 0; i < 40; i++) {
		context.fillStyle = "#" + Math.random().toString(16).slice(2, 8).padEnd(6, "0");
		context.fillRect(Math.random() * 640, Math.random() * 480, 40, 40);
	}
}, 33);
const pc = window.pc = new RTCPeerConnection();
pc.addTrack(document.getElementById("c").captureStream(30).getVideoTracks()[0]);
await pc.setLocalDescription();
await new Promise(done => {
	pc.onicegatheringstatechange = () => pc.iceGatheringState === "complete" && done();
});
const answer = await fetch("/offer", {method: "POST", body: pc.localDescription.sdp});
await pc.setRemoteDescription({type: "answer", sdp: await answer.text()});
</script>`

// lossy is an interceptor next to the wire that loses each 20th packet of media and each 20th of RTX.
type lossy struct {
	interceptor.NoOp

	mu      sync.Mutex
	lost    map[uint16]bool // media packets, by sequence number
	rtx     int             // retransmissions of those
	rtxLost int
}

func (l *lossy) NewInterceptor(string) (interceptor.Interceptor, error) { return l, nil }

func (l *lossy) BindRemoteStream(info *interceptor.StreamInfo, reader interceptor.RTPReader) interceptor.RTPReader {
	packets := 0
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		for {
			n, attributes, err := reader.Read(b, a)
			if err != nil {
				return n, attributes, err
			}
			packets++
			if !l.loses(info.MimeType == webrtc.MimeTypeRTX, b[:n], packets%20 == 0) {
				return n, attributes, nil
			}
		}
	})
}

// loses counts a packet. Of RTX packets those that repeat what was not lost, as the browser does to probe, stay out.
func (l *lossy) loses(isRTX bool, b []byte, lost bool) bool {
	var packet rtp.Packet
	if packet.Unmarshal(b) != nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !isRTX {
		if lost {
			l.lost[packet.SequenceNumber] = true
		}
		return lost
	}
	if len(packet.Payload) < 2 || !l.lost[binary.BigEndian.Uint16(packet.Payload)] {
		return false
	}
	l.rtx++
	if lost {
		l.rtxLost++
	}
	return lost
}

func TestLosses(t *testing.T) {
	browser, err := chromium.Start(t.Context(), chromium.Config{})
	if errors.Is(err, chromium.ErrNotFound) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := browser.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, test := range []struct {
		name      string
		configure func(*webrtc.MediaEngine, *interceptor.Registry) error
		least     float64 // retransmissions for each packet lost
		most      float64
	}{
		{"Pion's default", pionNACK(0), 10, 1000},
		{"at most 3", pionNACK(3), 2, 3},
		{"ConfigureREMB", func(m *webrtc.MediaEngine, r *interceptor.Registry) error {
			_, err := rembwebrtc.ConfigureREMB(m, r, remb.WithMaxBitrate(1_000_000))
			return err
		}, 0.95, 1.25},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := &lossy{lost: map[uint16]bool{}}
			mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
			must(t, mediaEngine.RegisterDefaultCodecs())
			registry.Add(path)
			must(t, test.configure(mediaEngine, registry))
			receiver, err := webrtc.NewAPI(webrtc.WithSettingEngine(testpeer.Loopback()),
				webrtc.WithMediaEngine(mediaEngine), webrtc.WithInterceptorRegistry(registry)).
				NewPeerConnection(webrtc.Configuration{})
			must(t, err)
			defer func() { must(t, receiver.Close()) }()
			server := httptest.NewServer(serve(receiver))
			defer server.Close()
			must(t, browser.Open(t.Context(), server.URL))
			must(t, browser.WaitFor(t.Context(), "window.pc && pc.connectionState === 'connected'"))
			time.Sleep(callTime)
			path.mu.Lock()
			defer path.mu.Unlock()
			perLoss := float64(path.rtx) / float64(len(path.lost))
			t.Logf("%s: %d packets lost, %d retransmissions (%d lost): %.2f for each", browser.UserAgent(), len(path.lost),
				path.rtx, path.rtxLost, perLoss)
			if len(path.lost) < 5 || perLoss < test.least || perLoss > test.most {
				t.Errorf("%.2f retransmissions for each of %d lost packets, want %g to %g", perLoss, len(path.lost),
					test.least, test.most)
			}
		})
	}
}

// pionNACK is what ConfigureREMB registers, with Pion's own NACK.
func pionNACK(most uint16) func(*webrtc.MediaEngine, *interceptor.Registry) error {
	return func(mediaEngine *webrtc.MediaEngine, registry *interceptor.Registry) error {
		factory, err := remb.NewBWEInterceptorFactory(remb.WithMaxBitrate(1_000_000))
		if err != nil {
			return err
		}
		generator, err := nack.NewGeneratorInterceptor(nack.GeneratorMaxNacksPerPacket(most)) // 0 is no limit
		if err != nil {
			return err
		}
		registry.Add(factory)
		registry.Add(generator)
		for _, feedback := range []webrtc.RTCPFeedback{
			{Type: webrtc.TypeRTCPFBGoogREMB}, {Type: webrtc.TypeRTCPFBNACK}, {Type: "nack", Parameter: "pli"},
		} {
			mediaEngine.RegisterFeedback(feedback, webrtc.RTPCodecTypeVideo)
		}
		return webrtc.ConfigureRTCPReports(registry)
	}
}

// serve gives out the page and answers its offer.
func serve(receiver *webrtc.PeerConnection) http.Handler {
	receiver.OnTrack(func(track *webrtc.TrackRemote, rtpReceiver *webrtc.RTPReceiver) {
		go relaypeer.Discard(rtpReceiver.Read) // sender reports: without them the browser does not learn the round-trip time
		relaypeer.Discard(track.Read)
	})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, page) })
	mux.HandleFunc("POST /offer", func(w http.ResponseWriter, r *http.Request) {
		offer, err := io.ReadAll(r.Body)
		if err == nil {
			err = receiver.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: string(offer)})
		}
		var answer webrtc.SessionDescription
		if err == nil {
			answer, err = receiver.CreateAnswer(nil)
		}
		gathered := webrtc.GatheringCompletePromise(receiver)
		if err == nil {
			err = receiver.SetLocalDescription(answer)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		<-gathered
		_, _ = io.Copy(w, strings.NewReader(receiver.LocalDescription().SDP))
	})
	return mux
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
