//go:build cgo

// Package guide holds that the Go code in docs/pion.md compiles: each block of it stands in an example or here.
package guide

import (
	"log"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembprometheus"
	"github.com/libremb/libremb/go/rembwebrtc"
)

var _ = []any{configure, watch, control, metrics, roundTrip, read, quiet, ownMetrics}

func configure() error {
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := mediaEngine.RegisterDefaultCodecs(); err != nil {
		return err
	}
	factory, err := rembwebrtc.ConfigureREMB(mediaEngine, registry, remb.WithMaxBitrate(4_000_000))
	if err != nil {
		return err
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(mediaEngine), webrtc.WithInterceptorRegistry(registry))
	return use(api, factory)
}

func use(*webrtc.API, *remb.BWEInterceptorFactory) error { return nil }

func watch(factory *remb.BWEInterceptorFactory, pc *webrtc.PeerConnection) {
	if e := factory.Estimator(pc.ID()); e != nil { // nil once the peer connection is closed
		stats := e.Stats()
		log.Printf("incoming %d bit/s, target %d bit/s, %s", stats.IncomingBitrate, stats.TargetBitrate, stats.State)
		for _, s := range e.StreamStats() {
			log.Printf("SSRC %d: %d packets, send times by %s: %s", s.SSRC, s.Packets, s.TimeSource, s.Reason)
		}
	}
}

func control(factory *remb.BWEInterceptorFactory) {
	factory.OnNewPeerConnection(func(id string, e *remb.Estimator) {
		e.OnTargetBitrateChange(func(bitrate int) { log.Printf("%s may send %d bit/s", id, bitrate) })
	})
	for _, e := range factory.Estimators() {
		_ = e.SetMaxBitrate(500_000) // if that is less than the last REMB, a new one goes out at once
		_ = e.SetMinBitrate(100_000)
	}
}

func metrics(factory *remb.BWEInterceptorFactory) {
	prometheus.MustRegister(rembprometheus.NewCollector(factory))
}

func ownMetrics(e *remb.Estimator) {
	var set rembprometheus.Set
	prometheus.MustRegister(rembprometheus.NewCollector(&set))
	set.Add("alice", e)
	set.Remove("alice") // closes e
}

func roundTrip(e *remb.Estimator) {
	_ = e.SetRTT(80 * time.Millisecond) // holds until e.MeasureRTT()
}

func read(pc *webrtc.PeerConnection) {
	pc.OnTrack(func(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
		go func() {
			for _, _, err := receiver.ReadRTCP(); err == nil; _, _, err = receiver.ReadRTCP() {
			}
		}()
		for packet, _, err := track.ReadRTP(); err == nil; packet, _, err = track.ReadRTP() {
			forward(packet.Payload)
		}
	})
}

func forward([]byte) {}

func quiet(mediaEngine *webrtc.MediaEngine, registry *interceptor.Registry) (*remb.BWEInterceptorFactory, error) {
	loggers := logging.NewDefaultLoggerFactory()
	loggers.ScopeLevels["remb"] = logging.LogLevelWarn
	factory, err := rembwebrtc.ConfigureREMB(mediaEngine, registry, remb.WithLoggerFactory(loggers))
	return factory, err
}
