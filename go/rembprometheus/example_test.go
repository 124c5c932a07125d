//go:build cgo

package rembprometheus_test

import (
	"fmt"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembprometheus"
	"github.com/libremb/libremb/go/rembwebrtc"
)

// With Pion: the factory is the source. promhttp.Handler shows what is registered.
func ExampleNewCollector() {
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := mediaEngine.RegisterDefaultCodecs(); err != nil {
		fmt.Println(err)
		return
	}
	factory, err := rembwebrtc.ConfigureREMB(mediaEngine, registry)
	if err != nil {
		fmt.Println(err)
		return
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(rembprometheus.NewCollector(factory, rembprometheus.WithPeerConnections()))

	api := webrtc.NewAPI(webrtc.WithMediaEngine(mediaEngine), webrtc.WithInterceptorRegistry(registry))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = pc.Close() }()
	fmt.Println(testutil.GatherAndCount(metrics, "remb_peer_connection_target_bytes_per_second"))
	// Output: 1 <nil>
}

// With an RTP loop of one's own: a set is the source.
func ExampleSet() {
	var set rembprometheus.Set
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(rembprometheus.NewCollector(&set))

	e, err := remb.NewEstimator()
	if err != nil {
		fmt.Println(err)
		return
	}
	set.Add("alice", e)
	if _, err := e.OnPacket(remb.Packet{SSRC: 1, Arrival: time.Now(), PayloadSize: 1000}); err != nil {
		fmt.Println(err)
	}
	set.Remove("alice") // which closes it
	fmt.Println(set.Totals().Packets, "packet is still counted")
	// Output: 1 packet is still counted
}
