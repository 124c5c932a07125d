//go:build cgo

package remb

import (
	"bytes"
	"encoding/binary"
	"io"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/pion/interceptor"
)

// FuzzRead has any bytes be read from streams that are bound and unbound in any order, with any ids. What the readers
// below return has to pass through as it is, and each packet be counted once: as taken, malformed or refused.
//
// The bytes are steps. The first of each chooses what is done, and to which of four SSRCs.
func FuzzRead(f *testing.F) {
	f.Fuzz(func(t *testing.T, steps []byte, mimeType string, clockRate uint32, sendTimeID, offsetID, captureID int) {
		if len(steps) > 1<<14 {
			return
		}
		now := time.Unix(1_000_000, 0)
		i := newTestInterceptor(t, WithNow(func() time.Time { return now }), WithLoggerFactory(&testLog{}))
		w := fuzzedReads{t: t, i: i, input: steps, now: &now, bound: map[uint32]int{}}
		w.info = interceptor.StreamInfo{
			MimeType: mimeType, ClockRate: clockRate,
			RTPHeaderExtensions: []interceptor.RTPHeaderExtension{
				{URI: AbsSendTimeURI, ID: sendTimeID}, {URI: TransmissionOffsetURI, ID: offsetID},
				{URI: AbsCaptureTimeURI, ID: captureID},
			},
		}
		for len(w.input) > 0 {
			w.step()
			w.look()
		}
	})
}

// fuzzedReads is an interceptor and what is known of it.
type fuzzedReads struct {
	t       *testing.T
	i       *BWEInterceptor
	input   []byte
	now     *time.Time
	info    interceptor.StreamInfo
	readers []fuzzedReader
	bound   map[uint32]int
	seen    int64 // packets that the estimator was shown
	closed  bool
}

type fuzzedReader struct {
	ssrc    uint32
	counted bool
	below   *lastingResult
	reader  interceptor.RTPReader
}

// lastingResult is a reader that returns what it is told to.
type lastingResult struct{ result }

// take takes bytes from the front, and zeros behind the end.
func (w *fuzzedReads) take(n int) []byte {
	taken := make([]byte, n)
	w.input = w.input[copy(taken, w.input):]
	return taken
}

func (w *fuzzedReads) step() {
	kind := w.take(1)[0]
	ssrc := uint32(kind >> 6)
	switch kind & 0x3f {
	case 0:
		w.bind(ssrc)
	case 1:
		w.unbind(ssrc)
	case 2:
		info := w.info.RTPHeaderExtensions
		for i := range info {
			info[i].ID = int(int8(w.take(1)[0]))
		}
	case 3:
		*w.now = w.now.Add(time.Duration(int64(binary.LittleEndian.Uint64(w.take(8)))))
	case 4:
		if err := w.i.Close(); err != nil {
			w.t.Error(err)
		}
		w.closed = true
	case 5:
		if err := w.i.Estimator().Reset(); err == nil == w.closed {
			w.t.Errorf("Reset: %v, closed: %v", err, w.closed)
		}
	default:
		w.read(int(kind))
	}
}

func (w *fuzzedReads) bind(ssrc uint32) {
	info := w.info
	info.SSRC = ssrc
	info.RTPHeaderExtensions = slices.Clone(info.RTPHeaderExtensions)
	below := &lastingResult{}
	reader := w.i.BindRemoteStream(&info, below)
	counted := !w.closed && !isAudio(&info)
	if (reader != interceptor.RTPReader(below)) != counted {
		w.t.Errorf("SSRC %d of %q, closed: %v: it got %T", ssrc, info.MimeType, w.closed, reader)
	}
	if counted {
		w.bound[ssrc]++
	}
	w.readers = append(w.readers, fuzzedReader{ssrc, counted, below, reader})
}

func (w *fuzzedReads) unbind(ssrc uint32) {
	w.i.UnbindRemoteStream(&interceptor.StreamInfo{SSRC: ssrc})
	if w.bound[ssrc] > 0 {
		w.bound[ssrc]--
	}
	if w.bound[ssrc] > 0 {
		return
	}
	for i := range w.readers {
		if w.readers[i].ssrc == ssrc {
			w.readers[i].counted = false // also once the SSRC is bound again
		}
	}
}

// read has a reader return a packet 10 ms later, and at times an error or a length that lies.
func (w *fuzzedReads) read(which int) {
	if len(w.readers) == 0 {
		w.bind(uint32(which) >> 6)
	}
	*w.now = w.now.Add(10 * time.Millisecond)
	from := &w.readers[which%len(w.readers)]
	header := w.take(2)
	buffer := w.take(int(header[0]))
	want := bytes.Clone(buffer)
	attributes := interceptor.Attributes{"key": which}
	from.below.result = result{len(buffer), attributes, nil}
	switch header[1] {
	case 1:
		from.below.err = io.EOF
	case 2:
		from.below.n++
	case 3:
		from.below.n = -1
	case 4:
		from.below.attributes = nil
	}
	n, got, err := from.reader.Read(buffer, attributes)
	if n != from.below.n || err != from.below.err || (got == nil) != (from.below.attributes == nil) ||
		!maps.Equal(got, from.below.attributes) || !bytes.Equal(buffer, want) {
		w.t.Errorf("%+v became %d, %v, %v", from.below, n, got, err)
	}
	if from.counted && !w.closed && err == nil && 0 <= n && n <= len(buffer) {
		w.seen++
	}
}

// look holds what the estimator says of itself against what it was shown.
func (w *fuzzedReads) look() {
	stats, ssrcs := w.i.Estimator().Stats(), w.i.Estimator().SSRCs()
	if w.closed {
		if stats != (Stats{Closed: true}) || ssrcs != nil {
			w.t.Errorf("a closed estimator knows %d, %+v", ssrcs, stats)
		}
		return
	}
	if stats.TargetBitrate < 0 || stats.Streams < 0 || !slices.IsSorted(ssrcs) || slices.Contains(ssrcs, 0) {
		w.t.Errorf("%d, %+v", ssrcs, stats)
	}
	taken := w.i.Estimator().Totals().Packets // those before a reset too
	if taken+stats.MalformedPackets+stats.RefusedPackets != w.seen {
		w.t.Errorf("%d packets shown, %d taken, %+v", w.seen, taken, stats)
	}
}

// FuzzReadRTCP has any bytes be read as a compound RTCP packet. They have to pass through as they are, and only what
// answers a sender report may change the round-trip time, to one that can be.
func FuzzReadRTCP(f *testing.F) {
	f.Fuzz(func(t *testing.T, compound []byte, report uint32, age int64) {
		for _, reported := range []bool{false, true} {
			i := newTestInterceptor(t, WithSenderSSRC(1), WithLoggerFactory(&testLog{}))
			e := i.Estimator()
			if reported {
				e.reportLeaves(time.Now().Add(time.Duration(-age)), report)
			}
			buffer := bytes.Clone(compound)
			n, attributes, err := i.BindRTCPReader(result{len(buffer), nil, nil}).Read(buffer, nil)
			if n != len(buffer) || attributes != nil || err != nil || !bytes.Equal(buffer, compound) {
				t.Errorf("read %d bytes, %v, %v", n, attributes, err)
			}
			rtt := e.Stats().RTT
			if rtt < 0 || rtt > maxRTT || !reported && rtt != defaultRTT {
				t.Errorf("a round-trip time of %v, reported: %v", rtt, reported)
			}
		}
	})
}
