// Package relaypeer makes Pion peer connections that see the other side only through a bottleneck.Relay, so that not
// only the media but ICE and DTLS too cross it.
package relaypeer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

// New makes a peer connection that uses nothing but the loopback interface, where a relay's near end is.
func New(media *webrtc.MediaEngine, registry *interceptor.Registry) (*webrtc.PeerConnection, error) {
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetIPFilter(func(ip net.IP) bool { return ip.Equal(net.IPv4(127, 0, 0, 1)) })
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	api := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry),
		webrtc.WithSettingEngine(settings))
	return api.NewPeerConnection(webrtc.Configuration{})
}

// Describe sets a local description and returns it with all candidates.
func Describe(
	ctx context.Context, pc *webrtc.PeerConnection, local webrtc.SessionDescription,
) (webrtc.SessionDescription, error) {
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(local); err != nil {
		return local, err
	}
	select {
	case <-gathered:
		return *pc.LocalDescription(), nil
	case <-ctx.Done():
		return local, fmt.Errorf("while gathering candidates: %w", context.Cause(ctx))
	}
}

// Connecting watches peer connections that are not connected yet. What it returns waits until all of them have been, and
// fails if one fails or ctx ends first.
func Connecting(all ...*webrtc.PeerConnection) (wait func(ctx context.Context) error) {
	news := make(chan error, len(all)) // the first of each
	for _, pc := range all {
		var once sync.Once
		pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
			switch state {
			case webrtc.PeerConnectionStateConnected:
				once.Do(func() { news <- nil })
			case webrtc.PeerConnectionStateFailed:
				once.Do(func() { news <- errors.New("the peer connection failed") })
			}
		})
	}
	return func(ctx context.Context) error {
		for range all {
			select {
			case err := <-news:
				if err != nil {
					return err
				}
			case <-ctx.Done():
				return fmt.Errorf("while connecting: %w", context.Cause(ctx))
			}
		}
		return nil
	}
}

// Discard reads to the end, from a track or its receiver: packets reach interceptors on their way to whoever reads them.
func Discard(read func([]byte) (int, interceptor.Attributes, error)) {
	buffer := make([]byte, 1500)
	for {
		if _, _, err := read(buffer); err != nil {
			return
		}
	}
}
