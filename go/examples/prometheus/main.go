// Command prometheus receives WebRTC media and shows Prometheus what the paths from its publishers carry.
//
//	go run github.com/libremb/libremb/go/examples/prometheus
//
// Then open http://127.0.0.1:8080/ in a browser, or publish to http://127.0.0.1:8080/whip/NAME from any WHIP client,
// have Prometheus scrape http://127.0.0.1:8080/metrics, and import go/rembprometheus/grafana-dashboard.json into
// Grafana.
package main

import (
	"flag"
	"log"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/libremb/libremb/go/examples/internal/whip"
	"github.com/libremb/libremb/go/rembprometheus"
	"github.com/libremb/libremb/go/rembwebrtc"
)

// newServer makes a receiver whose metrics are at /metrics.
func newServer(settings webrtc.SettingEngine, opts ...rembprometheus.Option) (*whip.Server, error) {
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := mediaEngine.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	factory, err := rembwebrtc.ConfigureREMB(mediaEngine, registry)
	if err != nil {
		return nil, err
	}
	api := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(mediaEngine),
		webrtc.WithInterceptorRegistry(registry))

	metrics := prometheus.NewRegistry()
	metrics.MustRegister(
		rembprometheus.NewCollector(factory, opts...),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	server := whip.NewServer()
	server.Offers("/whip/{name}", whip.Receive(api, factory))
	server.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	return server, nil
}

func main() {
	address := flag.String("listen", "127.0.0.1:8080", "address to serve HTTP at")
	each := flag.Bool("each", false, "add series for each peer connection")
	flag.Parse()
	var opts []rembprometheus.Option
	if *each {
		opts = append(opts, rembprometheus.WithPeerConnections())
	}
	server, err := newServer(webrtc.SettingEngine{}, opts...)
	if err != nil {
		log.Fatal(err)
	}
	if err := server.Run(*address); err != nil {
		log.Fatal(err)
	}
}
