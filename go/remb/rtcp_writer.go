package remb

import (
	"errors"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
)

// rtcpWriter is what all others write RTCP through: the application, and the interceptors that were added later. The
// REMB loop does not, so a REMB that passes here is of another source.
type rtcpWriter struct {
	interceptor.RTCPWriter
	interceptor *BWEInterceptor
}

// sourceKey is the attribute of a REMB that has the BWEInterceptor which writes it.
type sourceKey struct{}

var errSecondSource = errors.New("remb: another BWEInterceptor writes the REMBs of this peer connection")

// BindRTCPWriter sets where REMBs are written to, from now on. What others write to the writer that it returns passes
// through as it is.
//
// One peer connection has one source of REMBs. If a factory is added to a registry twice, or two are, the interceptor
// that was added first writes the REMBs, and the other one says so in the log and only measures. REMBs that the
// application writes itself pass, and are warned of once.
func (i *BWEInterceptor) BindRTCPWriter(writer interceptor.RTCPWriter) interceptor.RTCPWriter {
	if writer == nil {
		return nil
	}
	below, second := writer.(*rtcpWriter)
	if second = second && below.interceptor != i; second {
		i.giveWay(below.interceptor)
	} else {
		i.estimator.silence(false)
	}
	i.loop.bind(writer)
	if second {
		return writer
	}
	return &rtcpWriter{RTCPWriter: writer, interceptor: i}
}

// giveWay has another interceptor be the one that writes REMBs.
func (i *BWEInterceptor) giveWay(first *BWEInterceptor) {
	i.estimator.silence(true)
	if i.factory == first.factory {
		i.factory.remember(i.id, first.estimator)
	}
	if !i.warnedSecond.Swap(true) {
		i.log.warnf("there are two BWEInterceptors: the one that was added to the registry first sends the REMBs, " +
			"this one only measures. Add one factory, once")
	}
}

// Write writes packets. It looks for REMBs among them, and remembers when sender reports left.
func (w *rtcpWriter) Write(packets []rtcp.Packet, attributes interceptor.Attributes) (int, error) {
	for _, packet := range packets {
		if report, ok := packet.(*rtcp.SenderReport); ok {
			w.interceptor.estimator.reportLeaves(time.Now(), uint32(report.NTPTime>>16))
		}
		remb, ok := packet.(*rtcp.ReceiverEstimatedMaximumBitrate)
		if !ok {
			continue
		}
		source, known := attributes[sourceKey{}].(*BWEInterceptor)
		others := []*BWEInterceptor{source}
		if !known { // others between have dropped the attribute, or it is of no interceptor
			others = sourcesBehind(w.interceptor, remb.SenderSSRC)
		} else if source == w.interceptor {
			continue
		}
		for _, other := range others {
			other.giveWay(w.interceptor)
		}
		if len(others) > 0 {
			return 0, errSecondSource
		}
		if !w.interceptor.warnedREMB.Swap(true) {
			w.interceptor.log.warnf("a REMB of %.0f bit/s from another source passes, and more may: the sender obeys "+
				"whichever came last. Use Estimator.SetMaxBitrate for a limit, or Estimator.Pause to be the one source",
				remb.Bitrate)
		}
	}
	return w.RTCPWriter.Write(packets, attributes)
}
