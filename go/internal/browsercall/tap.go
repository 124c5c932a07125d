package browsercall

import (
	"strings"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/libremb/libremb/go/remb"
)

// tap is an interceptor next to the wire: it sees all REMBs that are written, and counts packets by what they are.
type tap struct {
	interceptor.NoOp
	now         func() time.Duration
	recorder    *recorder
	onVideo     func(VideoPacket) // may be nil
	transportCC uint8             // the id that the browser offered for it, 0 if it did not

	mu     sync.Mutex
	writer interceptor.RTCPWriter // towards the browser
	counts counts
}

type counts struct {
	media, rtx, padding      int
	absSendTime, transportCC bool
}

// NewInterceptor implements interceptor.Factory: a tap serves one peer connection.
func (t *tap) NewInterceptor(string) (interceptor.Interceptor, error) { return t, nil }

func (t *tap) BindRTCPWriter(writer interceptor.RTCPWriter) interceptor.RTCPWriter {
	t.mu.Lock()
	t.writer = writer
	t.mu.Unlock()
	return interceptor.RTCPWriterFunc(func(packets []rtcp.Packet, attributes interceptor.Attributes) (int, error) {
		return t.write(writer, packets, attributes)
	})
}

// send writes a REMB that is not the library's. It does nothing before the connection can write.
func (t *tap) send(message *rtcp.ReceiverEstimatedMaximumBitrate) error {
	t.mu.Lock()
	writer := t.writer
	t.mu.Unlock()
	if writer == nil {
		return nil
	}
	_, err := t.write(writer, []rtcp.Packet{message}, interceptor.Attributes{})
	return err
}

func (t *tap) write(
	writer interceptor.RTCPWriter, packets []rtcp.Packet, attributes interceptor.Attributes,
) (int, error) {
	n, err := writer.Write(packets, attributes)
	if err != nil {
		return n, err
	}
	for _, packet := range packets {
		if message, ok := packet.(*rtcp.ReceiverEstimatedMaximumBitrate); ok {
			t.recorder.onREMB(t.now(), float64(message.Bitrate))
		}
	}
	return n, nil
}

func (t *tap) BindRemoteStream(info *interceptor.StreamInfo, reader interceptor.RTPReader) interceptor.RTPReader {
	var absSendTime uint8
	for _, extension := range info.RTPHeaderExtensions {
		if extension.URI == remb.AbsSendTimeURI {
			absSendTime = uint8(extension.ID)
		}
	}
	mime := strings.ToLower(info.MimeType)
	isVideo, isRTX := strings.HasPrefix(mime, "video/"), mime == "video/rtx"
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, a, err := reader.Read(b, a)
		if err != nil {
			return n, a, err
		}
		if a == nil {
			a = interceptor.Attributes{}
		}
		header, err := a.GetRTPHeader(b[:n])
		if err != nil {
			return n, a, nil // not for the tap to judge
		}
		if isVideo && !isRTX && t.onVideo != nil {
			t.show(header, absSendTime, b[:n])
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		switch {
		case header.Padding && n-header.MarshalSize() == int(b[n-1]):
			t.counts.padding++
		case isRTX:
			t.counts.rtx++
		default:
			t.counts.media++
		}
		if isVideo {
			t.counts.absSendTime = absSendTime != 0 && header.GetExtension(absSendTime) != nil
		}
		if t.transportCC != 0 && header.GetExtension(t.transportCC) != nil {
			t.counts.transportCC = true
		}
		return n, a, nil
	})
}

// show hands a video packet out.
func (t *tap) show(header *rtp.Header, absSendTime uint8, packet []byte) {
	payload := packet[header.MarshalSize():]
	if n := len(payload); header.Padding && n > 0 {
		payload = payload[:max(0, n-int(payload[n-1]))]
	}
	if len(payload) == 0 {
		return
	}
	v := VideoPacket{At: t.recorder.sinceBegin(t.now()), RTPTimestamp: header.Timestamp, Payload: payload}
	var stamp rtp.AbsSendTimeExtension
	if data := header.GetExtension(absSendTime); absSendTime != 0 && stamp.Unmarshal(data) == nil {
		v.AbsSendTime = uint32(stamp.Timestamp)
	}
	t.onVideo(v)
}

func (t *tap) sample(s *Sample) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s.Media, s.RTX, s.Padding = t.counts.media, t.counts.rtx, t.counts.padding
	s.AbsSendTime, s.TransportCC = t.counts.absSendTime, t.counts.transportCC
}
