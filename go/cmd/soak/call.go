package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/democall"
	"github.com/libremb/libremb/go/internal/relaypeer"
	"github.com/libremb/libremb/go/internal/rembsender"
	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembwebrtc"
)

const (
	// The rates of a sender's video, payload: some 15 packets/s.
	startRate, maxRate = 60_000, 180_000
	// connectTimeout is for a machine that does much else.
	connectTimeout = 30 * time.Second
)

// server is what all receivers share, as those of a real server do.
type server struct {
	media    *webrtc.MediaEngine
	registry *interceptor.Registry
	factory  *remb.BWEInterceptorFactory
}

func newServer(profile remb.Profile) (*server, error) {
	s := &server{media: &webrtc.MediaEngine{}, registry: &interceptor.Registry{}}
	if err := s.media.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	var err error
	s.factory, err = rembwebrtc.ConfigureREMB(s.media, s.registry, remb.WithProfile(profile))
	return s, err
}

// call is a sender and a receiver in this process, which talk over loopback.
type call struct {
	track            *rembsender.Track
	sender, receiver *webrtc.PeerConnection
	running          sync.WaitGroup
	connected        func(context.Context) error // waits for both
}

// newCall makes both ends. After an error nothing is left of them.
func newCall(s *server, seed uint64) (*call, error) {
	epoch := time.Now()
	track, err := rembsender.New(rembsender.Config{
		StartRate: startRate, MaxRate: maxRate, Seed: seed, Now: func() time.Duration { return time.Since(epoch) },
	})
	if err != nil {
		return nil, err
	}
	c := &call{track: track}
	if c.sender, err = democall.NewSender(track); err != nil {
		return nil, errors.Join(err, track.Close())
	}
	if c.receiver, err = relaypeer.New(s.media, s.registry); err != nil {
		return nil, errors.Join(err, track.Close(), c.sender.GracefulClose())
	}
	c.receiver.OnTrack(func(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
		c.running.Go(func() { relaypeer.Discard(track.Read) })
		c.running.Go(func() { relaypeer.Discard(receiver.Read) })
	})
	c.connected = relaypeer.Connecting(c.sender, c.receiver)
	return c, nil
}

// negotiate has each end learn where the other is.
func (c *call) negotiate(ctx context.Context) error {
	offer, err := c.sender.CreateOffer(nil)
	if err != nil {
		return err
	}
	if offer, err = relaypeer.Describe(ctx, c.sender, offer); err != nil {
		return err
	}
	if err := c.receiver.SetRemoteDescription(offer); err != nil {
		return err
	}
	answer, err := c.receiver.CreateAnswer(nil)
	if err != nil {
		return err
	}
	if answer, err = relaypeer.Describe(ctx, c.receiver, answer); err != nil {
		return err
	}
	return c.sender.SetRemoteDescription(answer)
}

// start waits until both ends are connected, and sends.
func (c *call) start(ctx context.Context) error {
	if err := c.connected(ctx); err != nil {
		return err
	}
	for _, sender := range c.sender.GetSenders() {
		c.running.Go(func() { c.track.ReadRTCP(sender) })
	}
	c.track.Start(0)
	return nil
}

// ending is how a call ends.
type ending int

const (
	bySender ending = iota
	byReceiver
	byBoth
	endings
)

// close ends everything and waits for it. A peer connection that is closed while packets come and go is what this
// program is for, so the track's complaint about that is no error.
func (c *call) close(how ending) error {
	var senderErr, receiverErr error
	closeSender := func() { senderErr = c.sender.GracefulClose() }
	closeReceiver := func() { receiverErr = c.receiver.GracefulClose() }
	switch how {
	case bySender:
		_ = c.track.Close()
		closeSender()
		closeReceiver()
	case byReceiver:
		closeReceiver()
		closeSender()
		_ = c.track.Close()
	default:
		var both sync.WaitGroup
		both.Go(closeSender)
		both.Go(closeReceiver)
		both.Wait()
		_ = c.track.Close()
	}
	c.running.Wait()
	return errors.Join(senderErr, receiverErr)
}
