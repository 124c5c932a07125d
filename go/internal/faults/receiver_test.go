//go:build cgo && linux

package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/relaypeer"
	"github.com/libremb/libremb/go/internal/wallclock"
	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembwebrtc"
)

// receiverEnv makes a process of this test's program be the receiver of a call.
const receiverEnv = "REMB_FAULTS_RECEIVER"

func TestMain(m *testing.M) {
	if os.Getenv(receiverEnv) == "" {
		os.Exit(m.Run())
	}
	if err := receive(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// order is what a receiver is told, by a line of JSON. The first one has the offer.
type order struct {
	Offer     string
	Profile   remb.Profile
	WallClock bool // take arrival times from the wall clock, against all advice

	FailWrites  time.Duration // writing RTCP fails for so long
	StallReader time.Duration // the application reads nothing for so long
	MoveClock   time.Duration // the wall clock is set by so much
}

// answer is what a receiver says at first.
type answer struct {
	SDP         string
	NoWallClock string // why it cannot have one of its own
}

// report is what a receiver says at its end.
type report struct {
	Packets, REMBs, WriteErrors int64
	LongestRead                 time.Duration // the application waited for no read as long as this
	Wall, Monotonic             time.Duration // that passed during the call
}

// receiver is an ordinary Pion program that calls ConfigureREMB and reads its track, and what befalls it.
type receiver struct {
	pc         *webrtc.PeerConnection
	estimator  *remb.Estimator
	reading    sync.WaitGroup
	failUntil  atomic.Pointer[time.Time]
	stallUntil atomic.Pointer[time.Time]
	longest    atomic.Int64
}

// receive answers an offer, and obeys until there are no more orders.
func receive(in io.Reader, out io.Writer) error {
	goroutines := pprof.Lookup("goroutine").Count()
	orders, answers := json.NewDecoder(in), json.NewEncoder(out)
	var first order
	if err := orders.Decode(&first); err != nil {
		return err
	}
	r, err := newReceiver(first)
	if err != nil {
		return err
	}
	var a answer
	if a.SDP, err = r.answer(first.Offer); err != nil {
		return err
	}
	if err := wallclock.Ready(); err != nil {
		a.NoWallClock = err.Error()
	}
	if err := answers.Encode(a); err != nil {
		return err
	}
	start := time.Now()
	for {
		var next order
		if err := orders.Decode(&next); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		failUntil, stallUntil := time.Now().Add(next.FailWrites), time.Now().Add(next.StallReader)
		r.failUntil.Store(&failUntil)
		r.stallUntil.Store(&stallUntil)
		if next.MoveClock != 0 {
			wallclock.Move(next.MoveClock)
		}
	}
	now, stats := time.Now(), r.estimator.Stats()
	if err := r.pc.GracefulClose(); err != nil {
		return err
	}
	r.reading.Wait()
	if err := nothingRuns(goroutines); err != nil {
		return err
	}
	return answers.Encode(report{
		Packets: stats.Packets, REMBs: stats.REMBsSent, WriteErrors: stats.WriteErrors,
		LongestRead: time.Duration(r.longest.Load()), Wall: now.Round(0).Sub(start.Round(0)), Monotonic: now.Sub(start),
	})
}

func newReceiver(first order) (*receiver, error) {
	media, registry, r := &webrtc.MediaEngine{}, &interceptor.Registry{}, &receiver{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	registry.Add(&wire{receiver: r})
	options := []remb.Option{remb.WithProfile(first.Profile)}
	if first.WallClock {
		options = append(options, remb.WithNow(func() time.Time { return time.Now().Round(0) }))
	}
	factory, err := rembwebrtc.ConfigureREMB(media, registry, options...)
	if err != nil {
		return nil, err
	}
	if r.pc, err = relaypeer.New(media, registry); err != nil {
		return nil, err
	}
	r.estimator = factory.Estimator(r.pc.ID())
	r.pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		r.reading.Go(func() { r.read(track) })
	})
	return r, nil
}

func (r *receiver) answer(offer string) (sdp string, err error) {
	description := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}
	if err := r.pc.SetRemoteDescription(description); err != nil {
		return "", err
	}
	if description, err = r.pc.CreateAnswer(nil); err != nil {
		return "", err
	}
	description, err = relaypeer.Describe(context.Background(), r.pc, description)
	return description.SDP, err
}

// read reads to the end, unless it is to stall.
func (r *receiver) read(track *webrtc.TrackRemote) {
	last := time.Now()
	for buffer := make([]byte, 1500); ; {
		if _, _, err := track.Read(buffer); err != nil {
			return
		}
		if until := r.stallUntil.Load(); until != nil {
			time.Sleep(time.Until(*until))
		}
		now := time.Now()
		r.longest.Store(max(r.longest.Load(), int64(now.Sub(last))))
		last = now
	}
}

// wire is the interceptor next to the wire, below that of package remb.
type wire struct {
	interceptor.NoOp
	receiver *receiver
}

func (w *wire) NewInterceptor(string) (interceptor.Interceptor, error) { return w, nil }

func (w *wire) BindRTCPWriter(writer interceptor.RTCPWriter) interceptor.RTCPWriter {
	return interceptor.RTCPWriterFunc(func(packets []rtcp.Packet, a interceptor.Attributes) (int, error) {
		if until := w.receiver.failUntil.Load(); until != nil && time.Now().Before(*until) {
			return 0, errors.New("network is unreachable")
		}
		return writer.Write(packets, a)
	})
}

// nothingRuns waits until there are no more goroutines than that. The error shows them.
func nothingRuns(before int) error {
	for deadline := time.Now().Add(10 * time.Second); pprof.Lookup("goroutine").Count() > before; {
		if time.Now().After(deadline) {
			var stacks strings.Builder
			_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1)
			return fmt.Errorf("goroutines are left:\n%s", &stacks)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}
