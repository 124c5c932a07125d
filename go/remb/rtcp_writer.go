package remb

import (
	"errors"

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
		i.log.Warnf("peer connection %s has two BWEInterceptors: the one that was added to the registry first sends the "+
			"REMBs, this one only measures. Add one factory, once", i.id)
	}
}

// Write writes packets, and looks for REMBs among them.
func (w *rtcpWriter) Write(packets []rtcp.Packet, attributes interceptor.Attributes) (int, error) {
	for _, packet := range packets {
		remb, ok := packet.(*rtcp.ReceiverEstimatedMaximumBitrate)
		if !ok {
			continue
		}
		source, ok := attributes[sourceKey{}].(*BWEInterceptor)
		if ok && source != w.interceptor {
			source.giveWay(w.interceptor)
			return 0, errSecondSource
		}
		if !ok && !w.interceptor.warnedREMB.Swap(true) {
			w.interceptor.log.Warnf("a REMB of %.0f bit/s from another source passes, and more may: the sender obeys "+
				"whichever came last. Use Estimator.SetMaxBitrate for a limit, or Estimator.Pause to be the one source",
				remb.Bitrate)
		}
	}
	return w.RTCPWriter.Write(packets, attributes)
}
