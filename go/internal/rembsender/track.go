// Package rembsender is the sending side of a browser that obeys REMB, with a synthetic video: its rate
// control, an encoder, a pacer with probes, and RTX, as a track for a Pion peer connection.
package rembsender

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/finetimer"
	"github.com/libremb/libremb/go/remb"
)

// resendInterval is how long a packet is not sent again, whatever NACKs ask for it: about a round trip.
const resendInterval = 100 * time.Millisecond

// Config describes a Track.
type Config struct {
	// StartRate and MaxRate are in bit/s of payload, as REMB is.
	StartRate, MaxRate int64
	Seed               uint64
	// Now is the clock.
	Now func() time.Duration
	// OnREMB, if not nil, is told of each REMB that comes.
	OnREMB func(at time.Duration, bps float64)
}

// Stats are a track's counts so far.
type Stats struct {
	Target, REMB  int64
	Retransmitted int
}

// Track is a webrtc.TrackLocal that sends by itself between Start and Close.
type Track struct {
	config      Config
	timer       *finetimer.Timer
	running     sync.WaitGroup
	extensionID uint8
	writer      webrtc.TrackLocalWriter

	mu         sync.Mutex
	control    *RateControl
	encoder    *Encoder
	pacer      pacer
	packetizer packetizer
	resent     window // retransmissions
	err        error

	retransmitted int
}

var _ webrtc.TrackLocal = (*Track)(nil)

// New makes a track.
func New(config Config) (*Track, error) {
	timer, err := finetimer.New()
	if err != nil {
		return nil, err
	}
	return &Track{
		config:  config,
		timer:   timer,
		control: NewRateControl(config.StartRate, config.MaxRate),
		pacer:   pacer{probe: newProber(config.StartRate)},
		resent:  window{length: time.Second},
	}, nil
}

// ID, RID, StreamID and Kind describe the track to Pion.
func (t *Track) ID() string                { return "video" }
func (t *Track) RID() string               { return "" }
func (t *Track) StreamID() string          { return "synthetic" }
func (t *Track) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeVideo }

// Bind is called by Pion once the codecs have been agreed on.
func (t *Track) Bind(context webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	var codec, rtx webrtc.RTPCodecParameters
	for _, c := range context.CodecParameters() {
		if strings.EqualFold(c.MimeType, webrtc.MimeTypeVP8) {
			codec = c
		}
	}
	for _, c := range context.CodecParameters() {
		if strings.EqualFold(c.MimeType, webrtc.MimeTypeRTX) && c.SDPFmtpLine == fmt.Sprintf("apt=%d", codec.PayloadType) {
			rtx = c
		}
	}
	for _, extension := range context.HeaderExtensions() {
		if extension.URI == remb.AbsSendTimeURI {
			t.extensionID = uint8(extension.ID)
		}
	}
	if codec.PayloadType == 0 || rtx.PayloadType == 0 || context.SSRCRetransmission() == 0 {
		return codec, errors.New("the receiver takes no VP8 with RTX")
	}
	if t.extensionID == 0 {
		return codec, errors.New("the receiver does not take abs-send-time")
	}
	random := rand.New(rand.NewPCG(t.config.Seed, 1))
	t.packetizer = packetizer{
		ssrc: uint32(context.SSRC()), payloadType: uint8(codec.PayloadType), sequence: uint16(random.Uint32()),
		rtxSSRC: uint32(context.SSRCRetransmission()), rtxType: uint8(rtx.PayloadType), rtxSequence: uint16(random.Uint32()),
		timestampOffset: random.Uint32(),
	}
	t.writer = context.WriteStream()
	return codec, nil
}

// Unbind is called by Pion when the track is no longer needed.
func (t *Track) Unbind(webrtc.TrackLocalContext) error { return nil }

// Start begins to send at the given time. The peer connection must be connected.
func (t *Track) Start(at time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.encoder = NewEncoder(t.config.StartRate, at, t.config.Seed)
	t.running.Go(t.send)
	t.schedule()
}

// Close stops sending and waits until nothing of the track runs any more. It returns the error, if any,
// that ended sending before.
func (t *Track) Close() error {
	err := t.timer.Close()
	t.running.Wait()
	if t.err != nil {
		err = fmt.Errorf("sending media: %w", t.err)
	}
	return err
}

// Stats returns the counts so far.
func (t *Track) Stats() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Stats{t.control.Target(), t.control.REMB(), t.retransmitted}
}

// send makes frames and sends packets when they are due.
func (t *Track) send() {
	for t.timer.Wait() == nil {
		if !t.sendDue() {
			return
		}
	}
}

func (t *Track) sendDue() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for now := t.config.Now(); t.encoder.Next() <= now; {
		t.control.OnFirstPacket(now)
		t.setEncoderRate(now)
		at := t.encoder.Next()
		t.pacer.enqueue(now, t.packetizer.frame(at, t.encoder.Frame())...)
	}
	for {
		now := t.config.Now()
		if due, ok := t.pacer.due(); !ok || due > now {
			break
		}
		p := t.pacer.pop(now, t.control.Target(), t.packetizer.padding)
		t.packetizer.sent(p, now)
		if !t.write(p) {
			return false
		}
	}
	t.schedule()
	return true
}

// resend answers a NACK, unless retransmissions have reached the target rate: browsers have that limit.
func (t *Track) resend(sequence uint16, now time.Duration) {
	if t.resent.rate(now) >= float64(t.control.Target()) {
		return
	}
	if rtx := t.packetizer.resend(sequence, now, resendInterval); rtx != nil {
		t.pacer.retransmit(now, rtx)
		t.resent.add(now, rtx.size())
		t.retransmitted++
	}
}

// write stamps a packet with its send time, the last thing before Pion encrypts it and writes it to the
// socket.
func (t *Track) write(p *packet) bool {
	header := p.header
	if t.err = header.SetExtension(t.extensionID, absSendTime(t.config.Now())); t.err == nil {
		_, t.err = t.writer.WriteRTP(&header, p.payload)
	}
	return t.err == nil
}

// setEncoderRate leaves to the encoder what retransmissions do not take, half of the target at least.
func (t *Track) setEncoderRate(now time.Duration) {
	t.control.Update(now)
	target := float64(t.control.Target())
	t.encoder.SetRate(now, target-min(t.resent.rate(now), target/2))
}

// schedule sets the timer to the next frame or packet.
func (t *Track) schedule() {
	next := t.encoder.Next()
	if due, ok := t.pacer.due(); ok {
		next = min(next, due)
	}
	t.timer.Set(next - t.config.Now())
}

// ReadRTCP takes all that comes back to a sender of the track, until that ends.
func (t *Track) ReadRTCP(sender *webrtc.RTPSender) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		t.HandleRTCP(packets)
	}
}

// HandleRTCP takes what comes back from the receiver.
func (t *Track) HandleRTCP(packets []rtcp.Packet) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.config.Now()
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.ReceiverEstimatedMaximumBitrate:
			t.control.OnREMB(now, float64(p.Bitrate))
			if t.config.OnREMB != nil {
				t.config.OnREMB(now, float64(p.Bitrate))
			}
		case *rtcp.ReceiverReport:
			for _, report := range p.Reports {
				if report.SSRC == t.packetizer.ssrc {
					t.control.OnReport(now, report.FractionLost)
				}
			}
		case *rtcp.TransportLayerNack:
			for _, pair := range p.Nacks {
				pair.Range(func(sequence uint16) bool {
					t.resend(sequence, now)
					return true
				})
			}
		}
	}
	if t.encoder != nil {
		t.schedule()
	}
}
