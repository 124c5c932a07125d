package rembwebrtc

import (
	"errors"
	"io"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// limited is a limiter with what it writes to the wire.
type limited struct {
	*nackLimiter
	writer  interceptor.RTCPWriter
	written []rtcp.Packet
}

func newLimited(t *testing.T, ssrcs ...uint32) *limited {
	t.Helper()
	i, err := nackLimiterFactory{}.NewInterceptor("")
	if err != nil {
		t.Fatal(err)
	}
	l := &limited{nackLimiter: i.(*nackLimiter)}
	l.writer = l.BindRTCPWriter(interceptor.RTCPWriterFunc(
		func(packets []rtcp.Packet, _ interceptor.Attributes) (int, error) {
			l.written = append(l.written, packets...)
			return len(packets), nil
		}))
	for _, ssrc := range ssrcs {
		l.BindRemoteStream(video(ssrc), packetReader(nil))
	}
	return l
}

// video is a stream that may be asked for packets.
func video(ssrc uint32) *interceptor.StreamInfo {
	return &interceptor.StreamInfo{
		SSRC: ssrc, MimeType: "video/VP8",
		RTCPFeedback: []interceptor.RTCPFeedback{{Type: "goog-remb"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}},
	}
}

// ask has a generator ask for packets, and returns which of them the wire sees asked for.
func (l *limited) ask(t *testing.T, ssrc uint32, sequenceNumbers ...uint16) []uint16 {
	t.Helper()
	if stream := l.streams[ssrc]; stream != nil {
		stream.budget.received.Add(int64(8 * len(sequenceNumbers))) // enough; TestBudget is about the budget
	}
	return l.askWithin(t, ssrc, sequenceNumbers...)
}

// askWithin is ask without packets that are received meanwhile.
func (l *limited) askWithin(t *testing.T, ssrc uint32, sequenceNumbers ...uint16) []uint16 {
	t.Helper()
	l.written = nil
	nack := &rtcp.TransportLayerNack{
		SenderSSRC: 5, MediaSSRC: ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers(sequenceNumbers),
	}
	before := slices.Clone(nack.Nacks)
	if _, err := l.writer.Write([]rtcp.Packet{nack}, interceptor.Attributes{}); err != nil {
		t.Error(err)
	}
	if !slices.Equal(nack.Nacks, before) {
		t.Error("the generator's packet was changed")
	}
	asked := []uint16{}
	for _, packet := range l.written {
		nack := packet.(*rtcp.TransportLayerNack)
		if nack.SenderSSRC != 5 || nack.MediaSSRC != ssrc {
			t.Errorf("wrote %v", nack)
		}
		for _, pair := range nack.Nacks {
			asked = append(asked, pair.PacketList()...)
		}
	}
	return asked
}

// packetReader reads one packet, again and again.
type packetReader []byte

func (r packetReader) Read(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
	return copy(b, r), a, nil
}

// rtxStream has packets arrive on an RTX stream of a limiter.
type rtxStream struct {
	reader interceptor.RTPReader
	packet packetReader
}

func (l *limited) rtx() *rtxStream {
	s := &rtxStream{}
	s.reader = l.BindRemoteStream(&interceptor.StreamInfo{MimeType: "video/rtx"}, s)
	return s
}

func (s *rtxStream) Read(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
	return s.packet.Read(b, a)
}

func (s *rtxStream) repeat(t *testing.T, sequenceNumber uint16) {
	t.Helper()
	s.read(t, rtp.Packet{
		Header: rtp.Header{
			Version: 2, SSRC: 77, CSRC: []uint32{1, 2}, Extension: true, ExtensionProfile: 0xbede,
			Extensions: []rtp.Extension{},
		},
		Payload: []byte{byte(sequenceNumber >> 8), byte(sequenceNumber), 1, 2, 3},
	})
}

func (s *rtxStream) read(t *testing.T, packet rtp.Packet) {
	t.Helper()
	var err error
	if s.packet, err = packet.Marshal(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.reader.Read(make([]byte, 1500), nil); err != nil {
		t.Error(err)
	}
}

func expect(t *testing.T, what string, got []uint16, want ...uint16) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: asked for %v, want %v", what, got, want)
	}
}

// TestWhatCameIsNotAskedForAgain has RTX packets for one stream.
func TestWhatCameIsNotAskedForAgain(t *testing.T) {
	l := newLimited(t, 1)
	rtx := l.rtx()
	expect(t, "at first", l.ask(t, 1, 65535, 0, 1, 40), 65535, 0, 1, 40)
	rtx.repeat(t, 0)
	expect(t, "after one came", l.ask(t, 1, 65535, 0, 1, 40), 65535, 1, 40)
	rtx.repeat(t, 0)
	rtx.repeat(t, 40)
	rtx.repeat(t, 30_000) // was never asked for
	expect(t, "after two came", l.ask(t, 1, 65535, 0, 1, 40, 41), 65535, 1, 41)
	rtx.repeat(t, 65535)
	rtx.repeat(t, 1)
	rtx.repeat(t, 41)
	if got := l.ask(t, 1, 65535, 0, 1, 40, 41); len(got) != 0 || l.written != nil {
		t.Errorf("asked for %v, wrote %v after all came", got, l.written)
	}
}

// TestLongRoundTrip has a generator ask every 100 ms for what is lost, one packet each time, and the answers come 400
// ms after a request. Only until the first one has come is more asked for than that.
func TestLongRoundTrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimited(t, 1)
		rtx := l.rtx()
		const lost = 50
		times := map[uint16]int{}
		for n := range uint16(lost) {
			missing := []uint16{}
			for sequenceNumber := max(n, 4) - 4; sequenceNumber <= n; sequenceNumber++ {
				missing = append(missing, sequenceNumber)
			}
			for _, sequenceNumber := range l.ask(t, 1, missing...) {
				times[sequenceNumber]++
			}
			time.Sleep(100 * time.Millisecond)
			if n >= 3 {
				rtx.repeat(t, n-3)
			}
		}
		for n := range uint16(lost) {
			if times[n] < 1 || times[n] > 4 || n >= 4 && times[n] > 1 {
				t.Errorf("asked for %d %d times", n, times[n])
			}
		}
		// One that stays lost is asked for again, once in a round trip.
		asked := 0
		for range 20 {
			asked += len(l.ask(t, 1, 1000))
			time.Sleep(100 * time.Millisecond)
		}
		if asked != 5 {
			t.Errorf("asked %d times in 2 s for what is lost again and again", asked)
		}
	})
}

// TestMostRequests counts how often a packet is asked for that never comes.
func TestMostRequests(t *testing.T) {
	for _, test := range []struct {
		name     string
		repaired bool
		want     int
	}{{"no RTX", false, 3}, {"RTX", true, 10}} {
		l := newLimited(t, 1)
		if test.repaired {
			l.ask(t, 1, 1)
			l.rtx().repeat(t, 1)
		}
		asked := 0
		for range 50 {
			asked += len(l.ask(t, 1, 1, 9))
		}
		if !test.repaired {
			asked /= 2
		}
		if asked != test.want {
			t.Errorf("%s: asked for %d times, want %d", test.name, asked, test.want)
		}
	}
}

// TestWhichStreamIsRepaired has two streams lose packets of the same numbers, with an RTX stream each.
func TestWhichStreamIsRepaired(t *testing.T) {
	l := newLimited(t, 1, 2)
	first, second := l.rtx(), l.rtx()
	l.ask(t, 1, 7)
	l.ask(t, 2, 7)
	first.repeat(t, 7)
	expect(t, "asked of both", l.ask(t, 1, 7), 7)
	expect(t, "asked of both", l.ask(t, 2, 7), 7)
	l.ask(t, 1, 8)
	first.repeat(t, 8)
	expect(t, "asked of one", l.ask(t, 1, 8))
	first.repeat(t, 7)
	expect(t, "the match holds", l.ask(t, 1, 7))
	expect(t, "for that stream only", l.ask(t, 2, 7), 7)
	first.repeat(t, 7)
	second.repeat(t, 7) // could repair either
	l.ask(t, 2, 9)
	second.repeat(t, 9)
	second.repeat(t, 7)
	expect(t, "the other stream", l.ask(t, 2, 7, 9))
}

// TestWrongMatchHeals matches an RTX stream by a chance likeness of numbers.
func TestWrongMatchHeals(t *testing.T) {
	l := newLimited(t, 1, 2)
	rtx := l.rtx()
	l.ask(t, 2, 100)
	rtx.repeat(t, 100) // of stream 1, a probe
	expect(t, "by chance", l.ask(t, 2, 100))
	l.ask(t, 1, 1, 2, 3)
	rtx.repeat(t, 1)
	l.ask(t, 2, 101)
	rtx.repeat(t, 101) // what it is matched with counts again
	rtx.repeat(t, 1)
	expect(t, "still matched", l.ask(t, 1, 1, 2, 3), 1, 2, 3)
	rtx.repeat(t, 2)
	rtx.repeat(t, 3)
	expect(t, "matched afresh", l.ask(t, 1, 1, 2, 3), 1, 2)
}

func TestStreamsComeAndGo(t *testing.T) {
	l := newLimited(t, 1)
	rtx := l.rtx()
	l.ask(t, 1, 7)
	rtx.repeat(t, 7)
	info := video(1)
	l.BindRemoteStream(info, packetReader(nil))
	expect(t, "bound anew", l.ask(t, 1, 7), 7)
	l.UnbindRemoteStream(info)
	l.UnbindRemoteStream(info)
	for range 20 {
		expect(t, "not bound", l.ask(t, 1, 7), 7)
	}
	l.BindRemoteStream(video(2), packetReader(nil))
	l.ask(t, 2, 7)
	rtx.repeat(t, 7)
	expect(t, "the RTX stream has another one to repair", l.ask(t, 2, 7))
}

// TestOldRequests lets sequence numbers come round.
func TestOldRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimited(t, 1, 2)
		rtx := l.rtx()
		for range 5 {
			l.ask(t, 1, 7)
		}
		l.ask(t, 2, 9)
		time.Sleep(requestLife + time.Millisecond)
		expect(t, "later", l.ask(t, 1, 7), 7)
		rtx.repeat(t, 9)
		if l.streams[2].repaired {
			t.Error("an RTX packet answers a request that nobody remembers")
		}
	})
}

// TestOtherRTCP passes as it is.
func TestOtherRTCP(t *testing.T) {
	l := newLimited(t, 1)
	pli, foreign := &rtcp.PictureLossIndication{MediaSSRC: 1}, &rtcp.TransportLayerNack{
		MediaSSRC: 9, Nacks: []rtcp.NackPair{{PacketID: 3, LostPackets: 5}},
	}
	nack := &rtcp.TransportLayerNack{MediaSSRC: 1, Nacks: []rtcp.NackPair{{PacketID: 3}}}
	for n, want := range [][]rtcp.Packet{
		{pli, nack, foreign}, {pli, nack, foreign}, {pli, nack, foreign}, {pli, foreign}, {pli, foreign},
	} {
		l.written = nil
		if wrote, err := l.writer.Write([]rtcp.Packet{pli, nack, foreign}, nil); wrote != len(want) || err != nil {
			t.Errorf("Write returned %d, %v", wrote, err)
		}
		if !reflect.DeepEqual(l.written, want) {
			t.Errorf("%d: wrote %v", n, l.written)
		}
	}
	wrong := errors.New("wrong")
	failing := l.BindRTCPWriter(interceptor.RTCPWriterFunc(func([]rtcp.Packet, interceptor.Attributes) (int, error) {
		return 0, wrong
	}))
	for _, packets := range [][]rtcp.Packet{nil, {pli}, {foreign}} {
		if _, err := failing.Write(packets, nil); !errors.Is(err, wrong) {
			t.Errorf("%v: got %v", packets, err)
		}
	}
}

// TestUnwantedStreams keep their own reader, and their NACKs are not limited.
func TestUnwantedStreams(t *testing.T) {
	l := newLimited(t)
	reader := &rtxStream{}
	for name, info := range map[string]*interceptor.StreamInfo{
		"nothing known": nil,
		"audio":         {SSRC: 1, MimeType: "audio/opus", RTCPFeedback: []interceptor.RTCPFeedback{{Type: "transport-cc"}}},
		"PLI only": {
			SSRC: 1, MimeType: "video/VP8", RTCPFeedback: []interceptor.RTCPFeedback{{Type: "nack", Parameter: "pli"}},
		},
	} {
		if got := l.BindRemoteStream(info, reader); got != reader {
			t.Errorf("%s: the reader is now a %T", name, got)
		}
		l.UnbindRemoteStream(info)
	}
	for range 20 {
		expect(t, "not limited", l.ask(t, 1, 7), 7)
	}
	for _, info := range []*interceptor.StreamInfo{video(1), {MimeType: "video/rtx"}} {
		if got := l.BindRemoteStream(info, reader); got == reader {
			t.Errorf("%s: nothing reads along", info.MimeType)
		}
		if got := l.BindRemoteStream(info, nil); got != nil {
			t.Errorf("%s: no reader became a %T", info.MimeType, got)
		}
	}
}

// TestReaders looks at what readers return.
func TestReaders(t *testing.T) {
	l := newLimited(t)
	rtx := l.rtx()
	padding := rtp.Packet{Header: rtp.Header{Version: 2, Padding: true, PaddingSize: 200}}
	padding.Payload = []byte{}
	rtx.read(t, padding)
	for _, packet := range []packetReader{nil, {0x80}, make(packetReader, 12), []byte("not an RTP packet at all")} {
		rtx.packet = packet
		attributes := interceptor.Attributes{"key": "value"}
		buffer := make([]byte, 100)
		n, got, err := rtx.reader.Read(buffer, attributes)
		if n != len(packet) || err != nil || len(got) != 1 || string(buffer[:n]) != string(packet) {
			t.Errorf("%q: Read returned %d, %v, %v", packet, n, got, err)
		}
	}
	for n, err := range map[int]error{-1: nil, 99: nil, 4: io.EOF} {
		for _, mimeType := range []string{"video/VP8", "Video/RTX"} {
			info := video(1)
			info.MimeType = mimeType
			reader := l.BindRemoteStream(info,
				interceptor.RTPReaderFunc(func([]byte, interceptor.Attributes) (int, interceptor.Attributes, error) {
					return n, nil, err
				}))
			if gotN, a, gotErr := reader.Read(make([]byte, 50), nil); gotN != n || a != nil || !errors.Is(gotErr, err) {
				t.Errorf("%s: Read returned %d, %v, %v", mimeType, gotN, a, gotErr)
			}
		}
	}
}
