package remb

import (
	"encoding/binary"
	"time"

	"github.com/pion/interceptor"
)

// RTCP packet types and block types: RFC 3550 section 12.1, RFC 3611 sections 2 and 4.5.
const (
	typeSenderReport   = 200
	typeReceiverReport = 201
	typeExtendedReport = 207
	blockDLRR          = 5

	reportBlockSize = 24
	dlrrItemSize    = 12
)

// rtcpReader shows the RTCP packets that arrive to the estimator. What the reader below returns passes through as it
// is.
type rtcpReader struct {
	interceptor.RTCPReader
	estimator *Estimator
}

// BindRTCPReader has the round-trip time measured from what the reader returns: from answers to the sender reports that
// were written to what [BWEInterceptor.BindRTCPWriter] returned, so not by an interceptor that was added to the
// registry before; and from answers to [WithReceiverReferenceTime]. Pion reads RTCP only while the application does,
// from each RTPSender and RTPReceiver.
func (i *BWEInterceptor) BindRTCPReader(reader interceptor.RTCPReader) interceptor.RTCPReader {
	if reader == nil {
		return nil
	}
	return &rtcpReader{RTCPReader: reader, estimator: i.estimator}
}

// Read reads a compound packet. It allocates nothing and never waits for REMBs.
func (r *rtcpReader) Read(b []byte, in interceptor.Attributes) (int, interceptor.Attributes, error) {
	n, attributes, err := r.RTCPReader.Read(b, in)
	if err == nil && 0 <= n && n <= len(b) {
		r.estimator.onRTCP(time.Now(), b[:n])
	}
	return n, attributes, err
}

// onRTCP takes what a compound packet says on round-trip times, as far as it is well-formed.
func (e *Estimator) onRTCP(now time.Time, compound []byte) {
	for len(compound) >= 4 {
		size := 4 * (int(binary.BigEndian.Uint16(compound[2:])) + 1)
		if compound[0]>>6 != 2 || size > len(compound) {
			return
		}
		count, kind, body := int(compound[0]&0x1f), compound[1], compound[4:size]
		compound = compound[size:]
		switch kind {
		case typeSenderReport:
			e.onReportBlocks(now, body[min(24, len(body)):], count)
		case typeReceiverReport:
			e.onReportBlocks(now, body[min(4, len(body)):], count)
		case typeExtendedReport:
			e.onExtendedReport(now, body[min(4, len(body)):])
		}
	}
}

// onReportBlocks takes the reports on streams of this side: RFC 3550 section 6.4.1, LSR and DLSR.
func (e *Estimator) onReportBlocks(now time.Time, blocks []byte, count int) {
	for ; count > 0 && len(blocks) >= reportBlockSize; count-- {
		sent, held := binary.BigEndian.Uint32(blocks[16:]), binary.BigEndian.Uint32(blocks[20:])
		blocks = blocks[reportBlockSize:]
		if sent != 0 { // else it has had no sender report yet
			e.addRTTSince(&e.reports, sent, held, now)
		}
	}
}

// onExtendedReport takes the answers to reference times of this side: RFC 3611 section 4.5.
func (e *Estimator) onExtendedReport(now time.Time, blocks []byte) {
	for len(blocks) >= 4 {
		kind, size := blocks[0], 4*(int(binary.BigEndian.Uint16(blocks[2:]))+1)
		if size > len(blocks) {
			return
		}
		items := blocks[4:size]
		blocks = blocks[size:]
		for ; kind == blockDLRR && len(items) >= dlrrItemSize; items = items[dlrrItemSize:] {
			if binary.BigEndian.Uint32(items) != e.senderSSRC {
				continue
			}
			stamp, held := binary.BigEndian.Uint32(items[4:]), binary.BigEndian.Uint32(items[8:])
			e.addRTTSince(&e.references, stamp, held, now)
		}
	}
}
