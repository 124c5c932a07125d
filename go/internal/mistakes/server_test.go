//go:build cgo

package mistakes

import (
	_ "embed"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/chromium"
	"github.com/libremb/libremb/go/internal/testpeer"
	"github.com/libremb/libremb/go/remb"
)

//go:embed page.html
var page string

// server answers one offer.
type server struct {
	mediaEngine *webrtc.MediaEngine
	registry    *interceptor.Registry
	factory     *remb.BWEInterceptorFactory
	api         []func(*webrtc.API)
	unread      bool
	onTrack     func(*webrtc.TrackRemote)
	log         warnings
	pc          *webrtc.PeerConnection
}

// call has Chromium send for a while.
func (s *server) call(t *testing.T, browser *chromium.Browser) (o outcome) {
	t.Helper()
	var err error
	s.pc, err = webrtc.NewAPI(append(s.api, webrtc.WithSettingEngine(testpeer.Loopback()))...).
		NewPeerConnection(webrtc.Configuration{})
	must(t, err)
	defer func() { must(t, s.pc.Close()) }()
	s.pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		if s.onTrack != nil {
			go s.onTrack(track)
		}
		for !s.unread {
			if _, _, err := track.ReadRTP(); err != nil {
				return
			}
		}
	})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, page) })
	mux.HandleFunc("POST /offer", s.offer)
	web := httptest.NewServer(mux)
	defer web.Close()
	must(t, browser.Open(t.Context(), web.URL))
	must(t, browser.WaitFor(t.Context(), "window.pc?.connectionState === 'connected'"))

	e := s.factory.Estimator(s.pc.ID()) // nil if that is the mistake
	for start := time.Now(); time.Since(start) < callTime; time.Sleep(50 * time.Millisecond) {
		if o.first == 0 && e != nil && e.Stats().REMBsSent > 0 {
			o.first = time.Since(start)
		}
	}
	o.lowest = math.MaxInt
	for range 12 {
		must(t, browser.Evaluate(t.Context(), "availableOutgoingBitrate()", &o.available))
		o.lowest = min(o.lowest, o.available)
		time.Sleep(100 * time.Millisecond)
	}
	o.twcc = strings.Contains(s.pc.LocalDescription().SDP, remb.TransportCCURI)
	o.log = s.log.String()
	if e != nil {
		stats := e.Stats()
		o.packets, o.target, o.rembs = stats.Packets, stats.TargetBitrate, stats.REMBsSent
		for most, streams := int64(0), e.StreamStats(); len(streams) > 0; streams = streams[1:] {
			if streams[0].Packets > most { // media, not RTX
				most, o.source = streams[0].Packets, streams[0].TimeSource
			}
		}
	}
	return o
}

func (s *server) offer(w http.ResponseWriter, r *http.Request) {
	offer, err := io.ReadAll(r.Body)
	if err == nil {
		err = s.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: string(offer)})
	}
	var answer webrtc.SessionDescription
	if err == nil {
		answer, err = s.pc.CreateAnswer(nil)
	}
	gathered := webrtc.GatheringCompletePromise(s.pc)
	if err == nil {
		err = s.pc.SetLocalDescription(answer)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	<-gathered
	_, _ = io.WriteString(w, s.pc.LocalDescription().SDP)
}

// warnings keeps what is logged at warn level.
type warnings struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *warnings) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *warnings) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

func (w *warnings) NewLogger(scope string) logging.LeveledLogger {
	return logging.NewDefaultLeveledLoggerForScope(scope, logging.LogLevelWarn, w)
}
