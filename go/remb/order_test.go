//go:build cgo

package remb

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
)

// TestAnyOrder calls everything in random orders from several goroutines, and checks what always has to hold.
func TestAnyOrder(t *testing.T) {
	const minBitrate, maxBitrate = 50_000, 3_000_000
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			log := &testLog{}
			i := newTestInterceptor(t, WithInitialBitrate(400_000), WithMinBitrate(minBitrate),
				WithMaxBitrate(maxBitrate), WithREMBInterval(10*time.Millisecond), WithLoggerFactory(log))
			e := i.Estimator()
			var closed atomic.Bool
			var wrong atomic.Value
			writer := interceptor.RTCPWriterFunc(func(packets []rtcp.Packet, _ interceptor.Attributes) (int, error) {
				remb, ok := packets[0].(*rtcp.ReceiverEstimatedMaximumBitrate)
				switch {
				case !ok || len(packets) != 1:
					wrong.Store(fmt.Sprintf("wrote %v", packets))
				case closed.Load():
					wrong.Store("a REMB after Close")
				case remb.Bitrate < minBitrate-1 || remb.Bitrate > maxBitrate:
					wrong.Store(fmt.Sprintf("a REMB of %v", remb.Bitrate))
				case slices.Contains(remb.SSRCs, 0) || !slices.IsSorted(remb.SSRCs):
					wrong.Store(fmt.Sprintf("a REMB for %d", remb.SSRCs))
				}
				if rand.IntN(3) == 0 {
					return 0, errTest
				}
				return 0, nil
			})
			e.OnTargetBitrateChange(func(bitrate int) {
				if bitrate < minBitrate || bitrate > maxBitrate {
					wrong.Store(fmt.Sprintf("told of %d", bitrate))
				}
				_ = e.Stats()
			})
			var all sync.WaitGroup
			for worker := range uint64(4) {
				all.Go(func() {
					random := rand.New(rand.NewPCG(seed, worker))
					sender := &randomCaller{i: i, writer: writer, random: random}
					for range 400 {
						sender.call(t)
					}
				})
			}
			all.Go(func() {
				time.Sleep(time.Duration(seed%10) * 4 * time.Millisecond)
				for range 2 {
					_ = i.Close()
					closed.Store(true)
				}
			})
			all.Wait()
			if message := wrong.Load(); message != nil {
				t.Error(message)
			}
			if warned := log.get("warn"); len(warned) > 0 {
				t.Errorf("warned %q", warned)
			}
		})
	}
}

var errTest = fmt.Errorf("a write that fails")

// randomCaller makes one call after the other.
type randomCaller struct {
	i      *BWEInterceptor
	writer interceptor.RTCPWriter
	random *rand.Rand
	bound  []interceptor.RTPReader
	source player
}

func (c *randomCaller) call(t *testing.T) {
	e := c.i.Estimator()
	info := videoInfo(uint32(c.random.IntN(4))) // SSRC 0 too
	switch c.random.IntN(16) {
	case 0:
		if c.i.BindRTCPWriter(c.writer) == nil {
			t.Error("no writer")
		}
	case 1, 2:
		c.bound = append(c.bound, c.i.BindRemoteStream(info, &c.source))
	case 3:
		c.i.UnbindRemoteStream(info)
	case 4:
		_ = e.SetRTT(time.Duration(c.random.IntN(300)) * time.Millisecond)
	case 5:
		_, _, _ = e.Poll(time.Now())
	case 6:
		_, _ = e.NextPoll()
		_ = e.GetTargetBitrate()
		_ = e.SSRCs()
	case 7:
		if c.random.IntN(10) == 0 {
			_ = e.Reset()
		}
	case 8:
		time.Sleep(time.Duration(c.random.IntN(1000)) * time.Microsecond)
	default:
		if len(c.bound) == 0 {
			return
		}
		packet := tracePacket{
			ssrc: info.SSRC, payloadSize: c.random.IntN(1200), absSendTime: uint32(time.Now().UnixMicro()) & 0xffffff,
		}
		c.source.next = packet.rtpBytes(t, 1)
		n, _, err := c.bound[c.random.IntN(len(c.bound))].Read(make([]byte, 1500), nil)
		if n != len(c.source.next) || err != nil {
			t.Errorf("read %d bytes: %v", n, err)
		}
	}
}

// TestMain looks for goroutines of the package that outlive all tests.
func TestMain(m *testing.M) {
	code := m.Run()
	stacks := ""
	for range 100 {
		buffer := make([]byte, 1<<20)
		stacks = string(buffer[:runtime.Stack(buffer, true)])
		if !strings.Contains(stacks, ".(*rembLoop)") {
			os.Exit(code)
		}
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Println("goroutines are left:\n" + stacks)
	os.Exit(1)
}
