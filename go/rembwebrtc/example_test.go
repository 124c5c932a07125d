//go:build cgo

package rembwebrtc_test

import (
	"errors"
	"fmt"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembwebrtc"
)

func ExampleConfigureREMB() {
	mediaEngine := &webrtc.MediaEngine{}
	if err := mediaEngine.RegisterDefaultCodecs(); err != nil {
		fmt.Println(err)
		return
	}
	registry := &interceptor.Registry{}
	factory, err := rembwebrtc.ConfigureREMB(mediaEngine, registry, remb.WithMaxBitrate(4_000_000))
	if err != nil {
		fmt.Println(err)
		return
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(mediaEngine), webrtc.WithInterceptorRegistry(registry))

	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(factory.Estimator(pc.ID()).GetTargetBitrate(), "bit/s before the first packet")
	_ = pc.Close()
	// Output: 0 bit/s before the first packet
}

// ConfigureNACK replaces webrtc.ConfigureNack, here in a program that does without REMBs.
func ExampleConfigureNACK() {
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	err := errors.Join(
		mediaEngine.RegisterDefaultCodecs(),
		rembwebrtc.ConfigureNACK(mediaEngine, registry),
		webrtc.ConfigureRTCPReports(registry),
	)
	fmt.Println(err)
	// Output: <nil>
}
