//go:build cgo

package remb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
)

// testSender sends one stream at a steady rate, in whatever time the test runs in.
type testSender struct {
	player
	reader   interceptor.RTPReader
	start    time.Time
	sequence uint16
	buffer   [1500]byte
}

func newTestSender(tb testing.TB, i *BWEInterceptor, info *interceptor.StreamInfo) *testSender {
	tb.Helper()
	s := &testSender{start: time.Now()}
	s.next = (&tracePacket{ssrc: info.SSRC, payloadSize: 1000}).rtpBytes(tb, 0)
	s.reader = i.BindRemoteStream(info, &s.player)
	return s
}

// send has one packet of 1000 bytes arrive now, sent delay ago.
func (s *testSender) send(delay time.Duration) {
	sent := time.Since(s.start) - delay
	binary.BigEndian.PutUint16(s.next[2:], s.sequence)
	binary.BigEndian.PutUint32(s.next[4:], uint32(sent*90/time.Millisecond))
	// The first extension: 12 bytes of header, 4 of its profile, and 1 of id and length come before it.
	stamp := uint64(sent+24*time.Hour) << 18 / uint64(time.Second)
	copy(s.next[17:20], []byte{byte(stamp >> 16), byte(stamp >> 8), byte(stamp)})
	s.sequence++
	_, _, _ = s.reader.Read(s.buffer[:], nil)
}

// sendFor has packets arrive for a while in fake time, one every interval, and whatever they bring about be done.
func (s *testSender) sendFor(d, interval time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(interval) {
		s.send(0)
	}
	synctest.Wait()
}

// recorder is an RTCP writer that keeps what is written to it.
type recorder struct {
	fail func() error // asked before each write; may be nil

	mu      sync.Mutex
	written []writtenREMB
	tries   []time.Time
}

type writtenREMB struct {
	at    time.Time
	rate  int
	ssrcs []uint32
	from  uint32
}

func (r *recorder) Write(packets []rtcp.Packet, attributes interceptor.Attributes) (int, error) {
	attributes.Set("a map that may be written to", true)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries = append(r.tries, time.Now())
	if r.fail != nil {
		if err := r.fail(); err != nil {
			return 0, err
		}
	}
	for _, packet := range packets {
		remb, ok := packet.(*rtcp.ReceiverEstimatedMaximumBitrate)
		if !ok {
			return 0, fmt.Errorf("wrote a %T", packet)
		}
		if _, err := remb.Marshal(); err != nil {
			return 0, err
		}
		r.written = append(r.written, writtenREMB{time.Now(), int(remb.Bitrate), remb.SSRCs, remb.SenderSSRC})
	}
	return 0, nil
}

func (r *recorder) rembs() []writtenREMB {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.written)
}

// attempts returns how many writes there were, failed ones included.
func (r *recorder) attempts() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.tries)
}

func (r *recorder) last(tb testing.TB) writtenREMB {
	tb.Helper()
	rembs := r.rembs()
	if len(rembs) == 0 {
		tb.Fatal("no REMB was written")
	}
	return rembs[len(rembs)-1]
}

// failUntil fails writes for a while.
func failUntil(end time.Time) func() error {
	return func() error {
		if time.Now().Before(end) {
			return errors.New("DTLS has not started yet")
		}
		return nil
	}
}

// testLog keeps what is logged, by level.
type testLog struct {
	mu    sync.Mutex
	lines map[string][]string
}

func (l *testLog) NewLogger(scope string) logging.LeveledLogger {
	if scope != "remb" {
		panic("scope is " + scope)
	}
	return l
}

func (l *testLog) add(level, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lines == nil {
		l.lines = map[string][]string{}
	}
	l.lines[level] = append(l.lines[level], fmt.Sprintf(format, args...))
}

func (l *testLog) get(level string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines[level])
}

func (l *testLog) Trace(msg string)                  { l.add("trace", "%s", msg) }
func (l *testLog) Tracef(format string, args ...any) { l.add("trace", format, args...) }
func (l *testLog) Debug(msg string)                  { l.add("debug", "%s", msg) }
func (l *testLog) Debugf(format string, args ...any) { l.add("debug", format, args...) }
func (l *testLog) Info(msg string)                   { l.add("info", "%s", msg) }
func (l *testLog) Infof(format string, args ...any)  { l.add("info", format, args...) }
func (l *testLog) Warn(msg string)                   { l.add("warn", "%s", msg) }
func (l *testLog) Warnf(format string, args ...any)  { l.add("warn", format, args...) }
func (l *testLog) Error(msg string)                  { l.add("error", "%s", msg) }
func (l *testLog) Errorf(format string, args ...any) { l.add("error", format, args...) }
