//go:build cgo

package rembwebrtc_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/jitterbuffer"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/stats"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/libremb/libremb/go/remb"
)

const (
	chainSSRC        = 1234
	chainSendTimeID  = 3
	chainTransportID = 5
)

// chain is what a peer connection makes of a registry, in a time of the test's own.
type chain struct {
	interceptor.Interceptor
	id        string
	remb      *remb.BWEInterceptorFactory
	stats     stats.Getter
	estimator *remb.Estimator

	mu      sync.Mutex
	rembs   []sentREMB
	written map[string]int // RTCP packets other than REMBs, by type
}

type sentREMB struct {
	after time.Duration
	rate  float32
	ssrcs []uint32
}

// newChain makes interceptors in the order of names.
func newChain(t *testing.T, names ...string) *chain {
	t.Helper()
	c := &chain{id: t.Name(), written: map[string]int{}}
	registry := &interceptor.Registry{}
	for _, name := range names {
		factory, err := c.factory(name)
		must(t, err)
		registry.Add(factory)
	}
	var err error
	c.Interceptor, err = registry.Build(c.id)
	must(t, err)
	if c.remb != nil {
		c.estimator = c.remb.Estimator(c.id)
	}
	start := time.Now()
	c.BindRTCPWriter(interceptor.RTCPWriterFunc(func(packets []rtcp.Packet, _ interceptor.Attributes) (int, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, packet := range packets {
			if r, ok := packet.(*rtcp.ReceiverEstimatedMaximumBitrate); ok {
				c.rembs = append(c.rembs, sentREMB{time.Since(start), r.Bitrate, r.SSRCs})
			} else {
				c.written[fmt.Sprintf("%T", packet)]++
			}
		}
		return len(packets), nil
	}))
	return c
}

func (c *chain) factory(name string) (factory interceptor.Factory, err error) {
	switch name {
	case "remb":
		c.remb, err = remb.NewBWEInterceptorFactory(remb.WithSenderSSRC(1))
		factory = c.remb
	case "nack":
		factory, err = nack.NewGeneratorInterceptor()
	case "responder":
		factory, err = nack.NewResponderInterceptor()
	case "receiver report":
		factory, err = report.NewReceiverInterceptor()
	case "sender report":
		factory, err = report.NewSenderInterceptor()
	case "twcc":
		factory, err = twcc.NewSenderInterceptor()
	case "jitterbuffer":
		factory, err = jitterbuffer.NewInterceptor()
	case "stats":
		var f *stats.InterceptorFactory
		f, err = stats.NewInterceptor()
		f.OnNewPeerConnection(func(_ string, getter stats.Getter) { c.stats = getter })
		factory = f
	default:
		err = fmt.Errorf("no interceptor %q", name)
	}
	return factory, err
}

// receive has 10 s of video arrive, 1 Mbit/s over a path that carries 600 kbit/s from the 4th second to the 7th, one
// packet lost; the sender obeys nobody. It compares what is read with what arrived if the chain should not change it. The
// odd microseconds keep packets from arriving at the moment when a timer ends: which of the two comes first is open.
func (c *chain) receive(t *testing.T, same bool) (read int) {
	t.Helper()
	var packet []byte
	info := &interceptor.StreamInfo{
		SSRC: chainSSRC, MimeType: "video/VP8", ClockRate: 90_000,
		RTCPFeedback: []interceptor.RTCPFeedback{{Type: "nack"}},
		RTPHeaderExtensions: []interceptor.RTPHeaderExtension{
			{URI: remb.AbsSendTimeURI, ID: chainSendTimeID}, {URI: remb.TransportCCURI, ID: chainTransportID},
		},
	}
	reader := c.BindRemoteStream(info, interceptor.RTPReaderFunc(
		func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
			return copy(b, packet), a, nil
		}))
	start, free := time.Now(), time.Duration(0)
	buffer := make([]byte, 1500)
	for n := range uint16(1250) {
		sent := time.Duration(n) * 8001 * time.Microsecond
		onLink := 5003 * time.Microsecond
		if 4*time.Second <= sent && sent < 7*time.Second {
			onLink = 13_007 * time.Microsecond
		}
		free = max(free, sent) + onLink
		time.Sleep(free - time.Since(start))
		if n == 400 {
			continue // lost
		}
		packet = chainPacket(t, n, sent)
		got, _, err := reader.Read(buffer, interceptor.Attributes{})
		if err == nil {
			read++
		}
		if same && (err != nil || !bytes.Equal(buffer[:got], packet)) {
			t.Fatalf("packet %d: read %d bytes of %d, %v", n, got, len(packet), err)
		}
		synctest.Wait()
	}
	return read
}

func chainPacket(t *testing.T, n uint16, sent time.Duration) []byte {
	packet := &rtp.Packet{
		Header:  rtp.Header{Version: 2, SSRC: chainSSRC, SequenceNumber: n, Timestamp: uint32(sent * 90 / time.Millisecond)},
		Payload: make([]byte, 970),
	}
	stamp, err := rtp.NewAbsSendTimeExtension(time.Unix(0, 0).Add(sent)).Marshal()
	must(t, err)
	must(t, packet.SetExtension(chainSendTimeID, stamp))
	must(t, packet.SetExtension(chainTransportID, binary.BigEndian.AppendUint16(nil, n)))
	data, err := packet.Marshal()
	must(t, err)
	return data
}

// TestPlaceInChain has the same packets arrive at chains that differ in the place of our interceptor.
func TestPlaceInChain(t *testing.T) {
	others := []string{"stats", "responder", "nack", "receiver report", "sender report", "twcc"}
	var want []sentREMB
	for place := 0; place <= len(others); place++ {
		names := slices.Insert(slices.Clone(others), place, "remb")
		synctest.Test(t, func(t *testing.T) {
			c := newChain(t, names...)
			c.receive(t, true)
			if packets := c.estimator.Stats().Packets; packets != 1249 {
				t.Errorf("%v: %d packets counted", names, packets)
			}
			if got := c.stats.Get(chainSSRC).InboundRTPStreamStats.PacketsReceived; got != 1249 {
				t.Errorf("%v: stats counts %d packets", names, got)
			}
			must(t, c.Close())
			for kind, least := range map[string]int{
				"*rtcp.TransportLayerNack": 20, "*rtcp.ReceiverReport": 10, "*rtcp.TransportLayerCC": 90,
			} {
				if c.written[kind] < least {
					t.Errorf("%v: %d of %s", names, c.written[kind], kind)
				}
			}
			if place == 0 {
				want = c.rembs
				t.Logf("%d REMBs, RTCP besides %v", len(c.rembs), c.written)
			}
			if len(c.rembs) < 10 || !reflect.DeepEqual(c.rembs, want) {
				t.Errorf("%v: REMBs %v, at the first place %v", names, c.rembs, want)
			}
		})
	}
	if lowest := slices.MinFunc(want, func(a, b sentREMB) int { return int(a.rate - b.rate) }); lowest.rate > 600_000 {
		t.Errorf("the path carried 600 kbit/s, the lowest REMB is %v", lowest)
	}
}

// TestJitterBuffer needs packets before and not behind a jitter buffer.
func TestJitterBuffer(t *testing.T) {
	var want []sentREMB
	for _, names := range [][]string{
		{"remb"}, {"remb", "jitterbuffer"}, {"remb", "receiver report", "jitterbuffer", "stats"}, {"jitterbuffer", "remb"},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newChain(t, names...)
			read := c.receive(t, false)
			counted := c.estimator.Stats().Packets
			must(t, c.Close())
			if names[0] == "jitterbuffer" {
				if counted != int64(read) || counted > 1249-49 || reflect.DeepEqual(c.rembs, want) {
					t.Errorf("behind a jitter buffer that let %d packets pass %d were counted: say so no more", read, counted)
				}
				return
			}
			if want == nil {
				want = c.rembs
			}
			if counted != 1249 || !reflect.DeepEqual(c.rembs, want) {
				t.Errorf("%v: %d packets counted, REMBs %v, alone %v", names, counted, c.rembs, want)
			}
		})
	}
}

// TestCloseOrder closes the interceptors of a chain one by one while packets arrive.
func TestCloseOrder(t *testing.T) {
	names := []string{"stats", "nack", "remb", "receiver report", "twcc"}
	for _, reverse := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c := newChain(t)
			var all []interceptor.Interceptor
			for _, name := range names {
				factory, err := c.factory(name)
				must(t, err)
				i, err := factory.NewInterceptor(c.id)
				must(t, err)
				all = append(all, i)
			}
			c.Interceptor = interceptor.NewChain(all)
			var closed time.Time
			rembsAfter, reportsAfter := 0, 0
			c.BindRTCPWriter(interceptor.RTCPWriterFunc(func(packets []rtcp.Packet, _ interceptor.Attributes) (int, error) {
				for _, packet := range packets {
					_, isREMB := packet.(*rtcp.ReceiverEstimatedMaximumBitrate)
					_, isReport := packet.(*rtcp.ReceiverReport)
					c.mu.Lock()
					switch {
					case closed.IsZero():
					case isREMB:
						rembsAfter++
					case isReport:
						reportsAfter++
					}
					c.mu.Unlock()
				}
				return 0, nil
			}))
			order := slices.Clone(all)
			if reverse {
				slices.Reverse(order)
			}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				for _, i := range order {
					time.Sleep(1500 * time.Millisecond)
					if err := i.Close(); err != nil {
						t.Error(err)
					}
					if _, ours := i.(*remb.BWEInterceptor); ours {
						c.mu.Lock()
						closed = time.Now()
						c.mu.Unlock()
					}
				}
			}()
			c.receive(t, false)
			<-ended
			must(t, c.Close())
			if rembsAfter != 0 || (reportsAfter == 0) != reverse {
				t.Errorf("reverse %v: %d REMBs and %d reports after ours was closed", reverse, rembsAfter, reportsAfter)
			}
		})
	}
}
