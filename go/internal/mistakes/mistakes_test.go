//go:build cgo

// Package mistakes has a real Chromium send to servers that make the mistakes which docs/pion.md tells of, and holds
// what it says that these look like. Losses are the matter of package chromelosses.
package mistakes

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/chromium"
	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembwebrtc"
)

// callTime is long enough for a first estimate by all means, and for Chromium to come down from its first probe.
const callTime = 9 * time.Second

// maxBitrate is more than Chromium's encoder makes of the page's picture.
const maxBitrate = 10_000_000

// TestMistakes prints a line for each: go test -v ./go/internal/mistakes.
func TestMistakes(t *testing.T) {
	browser, err := chromium.Start(t.Context(), chromium.Config{})
	if errors.Is(err, chromium.ErrNotFound) {
		t.Skip(err)
	}
	must(t, err)
	defer func() { must(t, browser.Close()) }()
	t.Log(browser.UserAgent())
	for _, m := range []struct {
		name  string
		make  func(*server) error
		check func(*server, outcome) bool // what it looks like
	}{
		{"none", configure, func(_ *server, o outcome) bool {
			return o.rembs >= 3 && o.source == remb.TimeSourceAbsSendTime && o.near(o.target) && o.log == "" && !o.twcc
		}},
		{"transport-wide-cc is negotiated", func(s *server) error {
			twcc := webrtc.RTPHeaderExtensionCapability{URI: remb.TransportCCURI}
			return errors.Join(configure(s), s.mediaEngine.RegisterHeaderExtension(twcc, webrtc.RTPCodecTypeVideo))
		}, func(_ *server, o outcome) bool {
			return o.rembs >= 3 && o.available < o.target/2 && strings.Contains(o.log, "transport-wide-cc") && o.twcc
		}},
		{"the registry is forgotten", func(s *server) error {
			s.api = []func(*webrtc.API){webrtc.WithMediaEngine(s.mediaEngine)}
			return configure(s)
		}, func(s *server, o outcome) bool {
			return s.factory.Estimator(s.pc.ID()) == nil && s.factory.Totals() == remb.Totals{} && o.twcc
		}},
		{"abs-send-time is not registered", func(s *server) error {
			return configureByHand(s, remb.ProfileAdaptive)
		}, func(_ *server, o outcome) bool {
			return o.source == remb.TimeSourceRTPTimestamp && o.rembs >= 3 && o.log == ""
		}},
		{"abs-send-time is not registered, libwebrtc profile", func(s *server) error {
			return configureByHand(s, remb.ProfileLibwebrtc)
		}, func(_ *server, o outcome) bool {
			return o.source == remb.TimeSourceRTPTimestamp && o.first >= 5*time.Second && o.log == ""
		}},
		{"tracks are not read", func(s *server) error {
			s.unread = true
			return configure(s)
		}, func(_ *server, o outcome) bool {
			return o.packets < 20 && o.rembs == 0 && o.near(300_000)
		}},
		{"a second source of REMBs", func(s *server) error {
			s.onTrack = func(track *webrtc.TrackRemote) {
				for s.pc.ConnectionState() != webrtc.PeerConnectionStateClosed {
					_ = s.pc.WriteRTCP([]rtcp.Packet{&rtcp.ReceiverEstimatedMaximumBitrate{
						Bitrate: 200_000, SSRCs: []uint32{uint32(track.SSRC())},
					}})
					time.Sleep(250 * time.Millisecond)
				}
			}
			return configure(s)
		}, func(_ *server, o outcome) bool {
			return strings.Contains(o.log, "another source") && o.lowest == 200_000 && o.target > 200_000
		}},
	} {
		t.Run(m.name, func(t *testing.T) {
			s := newServer(t)
			must(t, m.make(s))
			o := s.call(t, browser)
			t.Logf("%d packets, send times by %s, target %d bit/s, %d REMBs, the first after %v; Chromium may send %d bit/s; %s",
				o.packets, o.source, o.target, o.rembs, o.first.Round(100*time.Millisecond), o.available, o.log)
			if !m.check(s, o) {
				t.Errorf("it looks like something else: %+v", o)
			}
		})
	}
}

// configure does all as it should be done. Without a bottleneck trains show the speed of this machine, and Chromium's own
// limit of 1 Gbit/s may lie below that: hence the maximum.
func configure(s *server) (err error) {
	s.factory, err = rembwebrtc.ConfigureREMB(s.mediaEngine, s.registry, remb.WithLoggerFactory(&s.log),
		remb.WithMaxBitrate(maxBitrate))
	return err
}

// configureByHand forgets the header extension abs-send-time.
func configureByHand(s *server, profile remb.Profile) (err error) {
	s.factory, err = remb.NewBWEInterceptorFactory(remb.WithLoggerFactory(&s.log), remb.WithProfile(profile))
	s.registry.Add(s.factory)
	return errors.Join(err, webrtc.ConfigureRTCPReports(s.registry))
}

// outcome is what there was to see at a call's end.
type outcome struct {
	packets   int64
	source    remb.TimeSource // of the media
	target    int
	rembs     int64
	first     time.Duration // until the first REMB, from when the peer connection was connected; 0: none
	available int           // Chromium's availableOutgoingBitrate
	lowest    int           // of it over a second
	twcc      bool          // the answer has transport-wide-cc
	log       string        // at warn level
}

func (o *outcome) near(bitrate int) bool {
	return o.available > bitrate*85/100 && o.available < bitrate*115/100
}

func newServer(t *testing.T) *server {
	s := &server{mediaEngine: &webrtc.MediaEngine{}, registry: &interceptor.Registry{}}
	must(t, s.mediaEngine.RegisterDefaultCodecs())
	s.api = []func(*webrtc.API){webrtc.WithMediaEngine(s.mediaEngine), webrtc.WithInterceptorRegistry(s.registry)}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
