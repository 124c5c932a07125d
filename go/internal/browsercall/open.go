package browsercall

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/bottleneck"
	"github.com/libremb/libremb/go/internal/relaypeer"
	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembwebrtc"
)

// open makes the relay and the receiver, and starts all.
func (c *Call) open(ctx context.Context, config Config, offer string) (answer string, err error) {
	if c.relay, err = bottleneck.NewRelay(bottleneck.RelayConfig{
		Forward: forward(config.Link, config.Seed), Reverse: reverse(config.Link), ListenA: config.Listen,
		OnArrival: c.recorder.onArrival, OnDelivery: c.recorder.onDelivery,
	}); err != nil {
		return "", err
	}
	c.recorder.onLink(c.relay.Now(), config.Link)
	c.tap = &tap{
		now: c.relay.Now, recorder: c.recorder, onVideo: config.OnVideo,
		transportCC: extensionID(offer, remb.TransportCCURI),
	}
	if err := c.newReceiver(config); err != nil {
		return "", err
	}
	if err := c.SetSource(config.Source); err != nil {
		return "", err
	}
	if config.MaxBitrate > 0 {
		if err := c.SetMaxBitrate(config.MaxBitrate); err != nil {
			return "", err
		}
	}
	connected := make(chan struct{})
	connect := sync.OnceFunc(func() { close(connected) })
	c.pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		switch state {
		case webrtc.PeerConnectionStateConnected:
			connect()
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
			c.finish()
		}
	})
	c.pc.OnTrack(func(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
		if track.Kind() == webrtc.RTPCodecTypeVideo {
			c.mu.Lock()
			c.videos = append(c.videos, track.SSRC())
			c.mu.Unlock()
		}
		c.running.Go(func() { relaypeer.Discard(track.Read) })
		// Without this no sender report would reach the interceptor that writes receiver reports, and the browser would not
		// know the round-trip time: it then answers each NACK, also those for what it has just sent again.
		c.running.Go(func() { relaypeer.Discard(receiver.Read) })
	})
	if answer, err = c.answer(ctx, offer); err != nil {
		return "", err
	}
	c.running.Go(func() { c.watch(connected) })
	c.running.Go(c.know)
	return answer, nil
}

// newReceiver makes the receiving side: an ordinary Pion program that calls ConfigureREMB, and a tap below it.
func (c *Call) newReceiver(config Config) error {
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		return err
	}
	registry := &interceptor.Registry{}
	registry.Add(c.tap)
	factory, err := rembwebrtc.ConfigureREMB(media, registry, config.Options...)
	if err != nil {
		return err
	}
	if c.pc, err = relaypeer.New(media, registry); err != nil {
		return err
	}
	c.estimator = factory.Estimator(c.pc.ID())
	return nil
}

// answer goes through offer and answer, and has the relay wait for the browser.
func (c *Call) answer(ctx context.Context, offer string) (string, error) {
	if err := c.pc.SetRemoteDescription(webrtc.SessionDescription{
		Type: webrtc.SDPTypeOffer, SDP: relaypeer.WithoutCandidates(offer),
	}); err != nil {
		return "", fmt.Errorf("offer: %w", err)
	}
	local, err := c.pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	if local, err = relaypeer.Describe(ctx, c.pc, local); err != nil {
		return "", err
	}
	answer, receiver, err := relaypeer.ThroughRelay(local.SDP, c.relay.AddrForA())
	if err != nil {
		return "", err
	}
	c.relay.Await(greets(attribute(answer, "ice-ufrag:")), receiver)
	return answer, nil
}

// shut ends everything, also what is only half open.
func (c *Call) shut() error {
	c.finish()
	var errs []error
	if c.pc != nil {
		errs = append(errs, c.pc.GracefulClose())
	}
	if c.relay != nil {
		errs = append(errs, c.relay.Close())
	}
	c.running.Wait()
	return errors.Join(errs...)
}

// greets tells a STUN request for the receiver with this user name fragment (RFC 8489, RFC 8445) from what a stranger
// may send: with the relay open to a network, only who has read the answer is let in.
func greets(ufrag string) func(datagram []byte) bool {
	const magicCookie = 0x2112A442
	username := []byte(ufrag + ":")
	return func(datagram []byte) bool {
		return len(datagram) >= 20 && binary.BigEndian.Uint16(datagram) == 1 &&
			binary.BigEndian.Uint32(datagram[4:]) == magicCookie && bytes.Contains(datagram[20:], username)
	}
}

// attribute returns the value of a session description's first attribute of a name.
func attribute(sdp, name string) string {
	_, rest, _ := strings.Cut(sdp, "a="+name)
	value, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(value)
}

// extensionID returns the id of an a=extmap line, or 0.
func extensionID(sdp, uri string) uint8 {
	for line := range strings.Lines(sdp) {
		fields := strings.Fields(line)
		number, ok := strings.CutPrefix(line, "a=extmap:")
		if !ok || len(fields) < 2 || fields[1] != uri {
			continue
		}
		number = number[:strings.IndexAny(number+" ", " /")] // 3/sendonly
		if id, err := strconv.ParseUint(number, 10, 8); err == nil {
			return uint8(id)
		}
	}
	return 0
}
