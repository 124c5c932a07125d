package democall

import (
	"sync"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/relaypeer"
	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembwebrtc"
)

// receiver is the receiving side: an ordinary Pion program that calls ConfigureREMB and reads its track.
type receiver struct {
	pc        *webrtc.PeerConnection
	estimator *remb.Estimator
	reading   sync.WaitGroup
}

func newReceiver(config Config) (*receiver, error) {
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	registry := &interceptor.Registry{}
	options := append([]remb.Option{remb.WithProfile(config.Profile)}, config.Options...)
	factory, err := rembwebrtc.ConfigureREMB(media, registry, options...)
	if err != nil {
		return nil, err
	}
	r := &receiver{}
	if r.pc, err = relaypeer.New(media, registry); err != nil {
		return nil, err
	}
	r.estimator = factory.Estimator(r.pc.ID())
	r.pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		r.reading.Go(func() { relaypeer.Discard(track.Read) })
	})
	return r, nil
}

// look returns the present estimate, as the next REMB would say it, and the detector's state.
func (r *receiver) look() (bps float64, state callrecord.State) {
	stats := r.estimator.Stats()
	switch stats.State {
	case remb.StateUnderusing:
		state = callrecord.Underusing
	case remb.StateOverusing:
		state = callrecord.Overusing
	}
	return float64(stats.TargetBitrate), state
}

func (r *receiver) close() error {
	err := r.pc.GracefulClose()
	r.reading.Wait()
	return err
}
