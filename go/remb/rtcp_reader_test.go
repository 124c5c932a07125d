//go:build cgo

package remb

import (
	"bytes"
	"encoding/binary"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
)

func TestReadRTCPPassesThrough(t *testing.T) {
	i := newTestInterceptor(t)
	good, err := testReport(i, 50*time.Millisecond, 0).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	attributes := interceptor.Attributes{"key": "value"}
	for name, inner := range map[string]result{
		"report":                     {len(good), attributes, nil},
		"nil attributes":             {len(good), nil, nil},
		"error":                      {0, attributes, io.EOF},
		"error with bytes":           {len(good), nil, io.ErrShortBuffer},
		"nothing":                    {0, nil, nil},
		"cut off":                    {len(good) - 5, attributes, nil},
		"more than the buffer holds": {len(good) + 1, attributes, nil},
		"less than nothing":          {-1, nil, nil},
	} {
		buffer := slices.Clone(good)
		n, got, err := i.BindRTCPReader(inner).Read(buffer, attributes)
		if n != inner.n || err != inner.err || !maps.Equal(got, inner.attributes) ||
			(got == nil) != (inner.attributes == nil) || !bytes.Equal(buffer, good) {
			t.Errorf("%s: Read returned %d, %v, %v", name, n, got, err)
		}
	}
	if i.BindRTCPReader(nil) != nil {
		t.Error("a reader was made of nothing")
	}
	if err := i.Close(); err != nil {
		t.Fatal(err)
	}
	late := i.BindRTCPReader(result{len(good), nil, nil})
	if n, _, err := late.Read(slices.Clone(good), nil); n != len(good) || err != nil {
		t.Errorf("after Close: %d, %v", n, err)
	}
}

// No reader waits for a REMB that is being written.
func TestReadDuringWrite(t *testing.T) {
	inBubble(t, "for an hour", func(t *testing.T) {
		i := newTestInterceptor(t, WithInitialBitrate(300_000))
		i.BindRTCPWriter(interceptor.RTCPWriterFunc(func([]rtcp.Packet, interceptor.Attributes) (int, error) {
			time.Sleep(time.Hour)
			return 0, nil
		}))
		sender := newTestSender(t, i, videoInfo(testSSRC))
		sender.send(0)
		synctest.Wait()
		start := time.Now()
		sender.sendFor(time.Second, testInterval)
		receive(t, i, testReport(i, 50*time.Millisecond, 0))
		if took := time.Since(start); took != time.Second || i.Estimator().Stats().Packets != 201 {
			t.Errorf("a second of packets took %v", took)
		}
	})
}

// TestAnyRTCP reads what is not RTCP, or cut off, or says more than it has.
func TestAnyRTCP(t *testing.T) {
	i := newTestInterceptor(t)
	raw, err := rtcp.Marshal([]rtcp.Packet{
		testReport(i, -time.Minute, 0),
		&rtcp.ExtendedReport{Reports: []rtcp.ReportBlock{&rtcp.DLRRReportBlock{Reports: []rtcp.DLRRReport{{SSRC: 1}}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(raw) + 1 {
		receiveBytes(i, raw[:n])
	}
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for range 20_000 {
		changed := slices.Clone(raw)
		for range 1 + random.IntN(8) {
			changed[random.IntN(len(changed))] = byte(random.UintN(256))
		}
		receiveBytes(i, changed)
	}
	if rtt := i.Estimator().Stats().RTT; rtt < 0 || rtt > time.Minute {
		t.Errorf("seed %d: %v", seed, rtt)
	}
	binary.BigEndian.PutUint16(raw[2:], math.MaxUint16)
	receiveBytes(i, raw)
}
