package remb

import (
	"errors"
	"sync"
	"sync/atomic"
	"weak"

	"github.com/pion/interceptor"
)

// BWEInterceptor sees the RTP packets that one peer connection receives, measures what its path carries, and sends
// REMBs to the sender. [BWEInterceptorFactory.NewInterceptor] makes it. Its methods are for Pion; they may be called in
// any order, from several goroutines, and more than once.
type BWEInterceptor struct {
	interceptor.NoOp

	factory   *BWEInterceptorFactory
	id        string
	estimator *Estimator
	loop      *rembLoop
	log       peerLog

	warnedTransportCC, warnedSecond, warnedREMB, warnedRefused, loggedMalformed atomic.Bool

	mu      sync.Mutex
	closed  bool
	streams map[uint32]*boundStream
}

// boundStream is an SSRC that is bound, once or more: an SSRC may be bound again before its old binding is undone.
type boundStream struct {
	bindings int       // guarded by BWEInterceptor.mu
	gone     bool      // all undone; guarded by Estimator.mu
	first    rtpReader // of the first binding. Here it shares a cache line with gone, which each packet needs too.
}

func newBWEInterceptor(f *BWEInterceptorFactory, id string) (*BWEInterceptor, error) {
	loop := newREMBLoop(f.opts, id)
	estimator, err := newEstimator(f.opts, loop)
	if err != nil {
		return nil, err
	}
	loop.estimator = estimator
	i := &BWEInterceptor{
		factory: f, id: id, estimator: estimator, loop: loop, log: loop.log.peerLog, streams: map[uint32]*boundStream{},
	}
	loop.owner = i
	addSource(i)
	return i, nil
}

// Estimator returns the estimator of this peer connection.
func (i *BWEInterceptor) Estimator() *Estimator { return i.estimator }

// BindRemoteStream starts to count a stream. A reader of what is not counted, audio by default, is returned as it is.
func (i *BWEInterceptor) BindRemoteStream(
	info *interceptor.StreamInfo, reader interceptor.RTPReader,
) interceptor.RTPReader {
	if info == nil || reader == nil {
		return reader
	}
	if extensionID(info, TransportCCURI) != NoExtension && !i.warnedTransportCC.Swap(true) {
		i.log.warnf("SSRC %d has the transport-wide-cc header extension: its sender makes its own estimate, and REMB "+
			"is no more than a cap on it. To let REMB rule do not register that extension: no "+
			"webrtc.RegisterDefaultInterceptors, no ConfigureTWCCSender, and a registry of your own", info.SSRC)
	}
	if isAudio(info) && !i.factory.opts.audio {
		return reader
	}
	counted, err := i.bind(info, reader)
	if err != nil && !errors.Is(err, ErrClosed) {
		i.log.warnf("SSRC %d counts without send times: %v", info.SSRC, err)
	}
	return counted
}

// bind returns the reader itself if the interceptor is closed.
func (i *BWEInterceptor) bind(
	info *interceptor.StreamInfo, reader interceptor.RTPReader,
) (interceptor.RTPReader, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed {
		return reader, ErrClosed
	}
	stream := i.streams[info.SSRC]
	if stream == nil {
		stream = &boundStream{}
		i.streams[info.SSRC] = stream
	}
	counted := &stream.first
	if stream.bindings > 0 {
		counted = &rtpReader{}
	}
	stream.bindings++
	*counted = rtpReader{RTPReader: reader, estimator: i.estimator, interceptor: i, stream: stream}
	return counted, i.estimator.AddStream(streamConfig(info))
}

// UnbindRemoteStream ends a stream: no later REMB lists it, and readers that are still in use count nothing.
func (i *BWEInterceptor) UnbindRemoteStream(info *interceptor.StreamInfo) {
	if info == nil {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	stream := i.streams[info.SSRC]
	if stream == nil {
		return
	}
	if stream.bindings--; stream.bindings == 0 {
		delete(i.streams, info.SSRC)
		i.estimator.drop(info.SSRC, stream)
	}
}

// drop forgets an SSRC and the packets of its stream that are still to come.
func (e *Estimator) drop(ssrc uint32, stream *boundStream) {
	_ = e.do(func() error {
		stream.gone = true
		return e.core.removeStream(ssrc)
	})
}

// Close stops the interceptor: no REMB is written after it has returned. It waits for one that is being written, and so
// must not be called by an RTCPWriter. Always returns nil.
func (i *BWEInterceptor) Close() error {
	i.mu.Lock()
	i.closed = true
	i.mu.Unlock()
	i.loop.close()
	err := i.estimator.Close()
	i.factory.forget(i.id, i.estimator)
	removeSource(i.id, weak.Make(i))
	i.factory.tally.remove(i.estimator) // after Close: what it has counted is final
	return err
}
