//go:build cgo

package remb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
)

var errTest = errors.New("a write or read that fails")

// caller makes one random call after the other.
type caller struct {
	world  *world
	random *rand.Rand
}

// call makes one. Packets are most of what there is.
func (c *caller) call() {
	w := c.world
	w.mu.Lock()
	on := w.connections[c.random.IntN(len(w.connections))]
	w.mu.Unlock()
	switch n := c.random.IntN(100); {
	case n < 50:
		c.read(on)
	case n < 60:
		c.bind(on)
	case n < 66:
		c.unbind(on)
	case n < 72:
		c.control(on)
	case n < 80:
		c.limit(on)
	case n < 86:
		c.look(on)
	case n < 90:
		c.reports(on)
	case n < 94:
		on.i.BindRTCPWriter(on.writer([]uint32{0, 2, 3, 4}[c.random.IntN(4)]))
	case n < 99:
		c.sleep()
	default:
		c.end(on)
	}
}

func (c *caller) ssrc() uint32 { return c.random.Uint32N(6) } // 0 too

// read reads a packet, whole or not, from a stream that is bound, or was.
func (c *caller) read(on *connection) {
	on.mu.Lock()
	if len(on.readers) == 0 {
		on.mu.Unlock()
		return
	}
	reader := on.readers[c.random.IntN(len(on.readers))]
	on.mu.Unlock()
	n, attributes, err := reader.Read(make([]byte, 1500), interceptor.Attributes{"caller": c})
	source, ok := attributes["source"].(*randomSource)
	if !ok || n != source.n || err != source.err || attributes["caller"] != c || !bytes.Equal(source.b, source.want) {
		c.world.t.Errorf("read %d bytes, %v, %v", n, attributes, err)
	}
}

// randomSource is what a reader returned, and where it lies.
type randomSource struct {
	n       int
	err     error
	b, want []byte
}

// source returns a reader of random packets of one SSRC, mostly good ones.
func (c *caller) source(ssrc uint32) interceptor.RTPReader {
	t, seed := c.world.t, c.random.Uint64()
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		random := rand.New(rand.NewPCG(seed, uint64(time.Now().UnixNano())))
		packet := (&tracePacket{
			ssrc: ssrc, payloadSize: random.IntN(1200), rtpTimestamp: uint32(time.Now().UnixMicro() * 9 / 100),
			absSendTime: uint32(time.Now().UnixMicro()<<18/1e6) & 0xffffff,
		}).rtpBytes(t, 1)
		r := &randomSource{n: copy(b, packet)}
		switch random.IntN(30) {
		case 0:
			r.n = random.IntN(20) // cut off, or nothing
		case 1:
			r.err = errTest
		case 2:
			r.n = len(b) + 1
		case 3:
			b[random.IntN(20)] ^= byte(1 << random.IntN(8))
			binary.BigEndian.PutUint32(b[8:], ssrc) // by which packets have found their reader
		}
		r.b, r.want = b, bytes.Clone(b)
		a["source"] = r
		return r.n, a, r.err
	})
}

// bind binds a stream: video, audio or RTX, with other ids than before.
func (c *caller) bind(on *connection) {
	info := videoInfo(c.ssrc())
	info.MimeType = []string{"video/VP8", "video/rtx", "audio/opus", ""}[c.random.IntN(4)]
	info.RTPHeaderExtensions = info.RTPHeaderExtensions[:c.random.IntN(3)]
	source := c.source(info.SSRC)
	on.mu.Lock()
	defer on.mu.Unlock()
	reader := on.i.BindRemoteStream(info, source)
	if isAudio(info) || on.closed.Load() {
		return
	}
	on.bindings[info.SSRC]++
	on.readers = append(on.readers, reader)
	if len(on.readers) > 20 {
		on.readers = on.readers[1:]
	}
}

func (c *caller) unbind(on *connection) {
	info := videoInfo(c.ssrc())
	on.mu.Lock()
	defer on.mu.Unlock()
	on.i.UnbindRemoteStream(info)
	on.bindings[info.SSRC] = max(on.bindings[info.SSRC]-1, 0)
}

func (c *caller) control(on *connection) {
	e := on.i.Estimator()
	switch c.random.IntN(4) {
	case 0:
		_ = e.Reset()
	case 1:
		on.mu.Lock()
		defer on.mu.Unlock()
		e.Pause()
		on.paused = true
	default:
		on.mu.Lock()
		defer on.mu.Unlock()
		on.paused = false
		e.Resume()
	}
}

func (c *caller) limit(on *connection) {
	e := on.i.Estimator()
	on.mu.Lock()
	defer on.mu.Unlock()
	switch c.random.IntN(5) {
	case 0, 1:
		on.max = lowestMax + c.random.IntN(highestMax-lowestMax)
		_ = e.SetMaxBitrate(on.max)
	case 2:
		on.min = lowestMin + c.random.IntN(highestMin-lowestMin)
		_ = e.SetMinBitrate(on.min)
	case 3:
		_ = e.SetRTT(time.Duration(c.random.Int64N(int64(2 * time.Minute))))
	default:
		_ = e.MeasureRTT()
	}
}

func (c *caller) look(on *connection) {
	e := on.i.Estimator()
	on.look()
	_, _ = e.NextPoll()
	_ = e.Totals()
	if remb, due, _ := e.Poll(time.Now()); due && c.random.IntN(2) == 0 { // as if someone else had sent it
		_ = e.REMBSent(time.Now(), remb.Bitrate)
	}
	for _, id := range slices.Sorted(maps.Keys(maps.Collect(c.world.factory.Estimators()))) {
		if e := c.world.factory.Estimator(id); e != nil && c.random.IntN(4) == 0 {
			e.OnTargetBitrateChange(nil)
		}
	}
	if c.random.IntN(4) == 0 {
		e.OnTargetBitrateChange(on.onTarget)
	}
}

// reports has RTCP arrive, of which some is a lie.
func (c *caller) reports(on *connection) {
	raw, err := rtcp.Marshal([]rtcp.Packet{
		testReport(on.i, time.Duration(c.random.Int64N(int64(time.Second)))-100*time.Millisecond, 0),
		&rtcp.PictureLossIndication{},
	})
	if err != nil {
		c.world.t.Error(err)
	}
	raw[c.random.IntN(len(raw))] ^= 1
	reader := on.i.BindRTCPReader(&player{next: raw})
	buffer := make([]byte, 1500)
	n, attributes, err := reader.Read(buffer, nil)
	if n != len(raw) || attributes != nil || err != nil || !bytes.Equal(buffer[:n], raw) {
		c.world.t.Errorf("read %d bytes, %v, %v", n, attributes, err)
	}
}

func (c *caller) sleep() {
	if c.world.strict {
		time.Sleep(time.Duration(c.random.ExpFloat64() * float64(200*time.Millisecond)))
	} else {
		time.Sleep(time.Duration(c.random.IntN(1000)) * time.Microsecond)
	}
}

// end closes one connection, and opens another.
func (c *caller) end(on *connection) {
	if c.random.IntN(4) == 0 {
		_ = on.i.Estimator().Close() // which is not how it should be done
	}
	on.close()
	c.world.connect()
	if c.random.IntN(2) == 0 {
		c.world.factory.OnNewPeerConnection(func(id string, e *Estimator) {
			if c.world.factory.Estimator(id) != e {
				c.world.t.Errorf("%s is not known yet", id)
			}
		})
	} else {
		c.world.factory.OnNewPeerConnection(nil)
	}
}
