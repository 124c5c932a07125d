//go:build cgo

package remb

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
)

// Limits that no caller goes beyond, and what the format makes of the lower one.
const (
	lowestMin, highestMin = 20_000, 60_000
	lowestMax, highestMax = 80_000, 3_000_000
	formatLoss            = 1.0 / (1 << 17)
)

// world is a server with several peer connections on which callers make random calls.
type world struct {
	t       *testing.T
	strict  bool // one caller, one call at a time
	factory *BWEInterceptorFactory
	log     testLog

	mu          sync.Mutex
	connections []*connection
	made        int
}

// connection is an interceptor and what is known of its state. With several callers only closed is.
type connection struct {
	world  *world
	id     string
	i      *BWEInterceptor
	closed atomic.Bool // Close has returned

	mu       sync.Mutex
	readers  []interceptor.RTPReader
	bindings map[uint32]int
	min, max int
	paused   bool
}

func newWorld(t *testing.T, strict bool) *world {
	w := &world{t: t, strict: strict}
	var err error
	w.factory, err = NewBWEInterceptorFactory(WithInitialBitrate(400_000), WithMinBitrate(lowestMin),
		WithMaxBitrate(highestMax), WithREMBInterval(50*time.Millisecond), WithReceiverReferenceTime(),
		WithLoggerFactory(&w.log))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.connect()
	}
	return w
}

func (w *world) connect() {
	w.mu.Lock()
	w.made++
	id := fmt.Sprint(w.made)
	w.mu.Unlock()
	made, err := w.factory.NewInterceptor(id)
	if err != nil {
		w.t.Error(err)
		return
	}
	c := &connection{
		world: w, id: id, i: made.(*BWEInterceptor), bindings: map[uint32]int{}, min: lowestMin, max: highestMax,
	}
	c.i.Estimator().OnTargetBitrateChange(c.onTarget)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.connections = append(w.connections, c)
}

// onTarget is what a callback may do, now and then.
func (c *connection) onTarget(bitrate int) {
	if bitrate < lowestMin || bitrate > highestMax {
		c.world.t.Errorf("told of %d bit/s", bitrate)
	}
	switch bitrate % 50 {
	case 0:
		_ = c.i.Estimator().Reset()
	case 1:
		c.close()
	case 2:
		c.i.Estimator().OnTargetBitrateChange(c.onTarget)
	default:
		_ = c.i.Estimator().Stats()
	}
}

func (c *connection) close() {
	if err := c.i.Close(); err != nil {
		c.world.t.Error(err)
	}
	c.closed.Store(true)
}

// writer fails one write in as many.
func (c *connection) writer(failing uint32) interceptor.RTCPWriter {
	var writes atomic.Uint32
	return interceptor.RTCPWriterFunc(func(packets []rtcp.Packet, _ interceptor.Attributes) (int, error) {
		c.check(packets)
		if failing != 0 && writes.Add(1)%failing == 0 {
			return 0, errTest
		}
		return 0, nil
	})
}

// check holds what is written against what always has to hold.
func (c *connection) check(packets []rtcp.Packet) {
	t := c.world.t
	if c.closed.Load() {
		t.Error("a write after Close")
	}
	if len(packets) != 1 {
		t.Errorf("wrote %d packets", len(packets))
	}
	if _, ok := packets[0].(*rtcp.ExtendedReport); ok {
		return
	}
	remb, ok := packets[0].(*rtcp.ReceiverEstimatedMaximumBitrate)
	if !ok {
		t.Errorf("wrote %v", packets)
		return
	}
	if remb.Bitrate < lowestMin*(1-formatLoss) || remb.Bitrate > highestMax || len(remb.SSRCs) > 255 ||
		slices.Contains(remb.SSRCs, 0) || !slices.IsSorted(remb.SSRCs) || remb.SenderSSRC != c.i.Estimator().SenderSSRC() {
		t.Errorf("wrote %+v", remb)
	}
	if !c.world.strict {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if float64(remb.Bitrate) < float64(c.min)*(1-formatLoss) || float64(remb.Bitrate) > float64(c.max) || c.paused {
		t.Errorf("wrote %+v within %d and %d bit/s, paused: %v", remb, c.min, c.max, c.paused)
	}
	for _, ssrc := range remb.SSRCs {
		if c.bindings[ssrc] == 0 {
			t.Errorf("wrote %+v although %d is not bound", remb, ssrc)
		}
	}
}

// checkAll looks at all connections, between calls.
func (w *world) checkAll() {
	w.mu.Lock()
	all := slices.Clone(w.connections)
	w.mu.Unlock()
	for _, c := range all {
		c.look()
	}
}

// look holds what an estimator says of itself against what always has to hold.
func (c *connection) look() {
	t, e := c.world.t, c.i.Estimator()
	closed, stats, ssrcs := e.isClosed(), e.Stats(), e.SSRCs()
	if rate := stats.TargetBitrate; rate != 0 && (rate < lowestMin || rate > highestMax) || stats.RTT > time.Minute ||
		stats.RTT < 0 || stats.Streams < 0 || len(ssrcs) > 255 || slices.Contains(ssrcs, 0) || !slices.IsSorted(ssrcs) {
		t.Errorf("%d, %+v", ssrcs, stats)
	}
	if closed && (stats != (Stats{Closed: true}) || ssrcs != nil) {
		t.Errorf("a closed estimator knows %d, %+v", ssrcs, stats)
	}
	if c.closed.Load() && c.world.factory.Estimator(c.id) != nil {
		t.Error("the factory knows a closed one")
	}
	if !c.world.strict || c.closed.Load() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if rate := stats.TargetBitrate; rate != 0 && (rate < c.min || rate > c.max) || stats.Paused != c.paused {
		t.Errorf("%+v within %d and %d bit/s, paused: %v", stats, c.min, c.max, c.paused)
	}
	for _, ssrc := range ssrcs {
		if c.bindings[ssrc] == 0 {
			t.Errorf("%d is not bound", ssrc)
		}
	}
}

// end closes everything. That no goroutine is left is for the bubble, or TestMain, to see.
func (w *world) end() {
	for _, c := range w.connections {
		c.close()
	}
	w.checkAll()
	for id := range w.factory.Estimators() {
		w.t.Errorf("%s is left", id)
	}
	if totals := w.factory.Totals(); totals.Estimators != int64(w.made) {
		w.t.Errorf("%d connections, %+v", w.made, totals)
	}
	if warned := w.log.get("warn"); len(warned) > 0 {
		w.t.Errorf("warned %q", warned)
	}
}
