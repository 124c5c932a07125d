//go:build cgo

package remb

import (
	"encoding/binary"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
)

const (
	traceFolder       = "../../testdata/reference"
	testAbsSendTimeID = 3
	testOffsetID      = 5
	testCaptureTimeID = 7
)

// tracePacket is a line of a reference trace.
type tracePacket struct {
	arrival        int64 // µs
	absSendTime    uint32
	rtpTimestamp   uint32
	transmissionOf int32
	payloadSize    int
	ssrc           uint32
}

// traceNames lists the reference traces.
func traceNames(tb testing.TB) (names []string) {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(traceFolder, "*.trace.csv"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("no traces in %s: %v", traceFolder, err)
	}
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".trace.csv"))
	}
	return names
}

func readTrace(tb testing.TB, name string) (packets []tracePacket) {
	tb.Helper()
	for _, row := range readCSV(tb, name+".trace.csv", 6) {
		packets = append(packets, tracePacket{
			arrival:        int64(row[0]),
			absSendTime:    uint32(row[1]),
			rtpTimestamp:   uint32(row[2]),
			transmissionOf: int32(row[3]),
			payloadSize:    int(row[4]),
			ssrc:           uint32(row[5]),
		})
	}
	return packets
}

// readCSV reads the numbers of a file. All whole ones in it are below 2^53.
func readCSV(tb testing.TB, name string, columns int) (rows [][]float64) {
	tb.Helper()
	file, err := os.Open(filepath.Join(traceFolder, name))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	reader := csv.NewReader(file)
	reader.FieldsPerRecord = columns
	lines, err := reader.ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	for i, line := range lines[1:] {
		row := make([]float64, columns)
		for j, field := range line {
			if row[j], err = strconv.ParseFloat(field, 64); err != nil {
				tb.Fatalf("%s:%d: %v", name, i+2, err)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// rtpBytes makes the real RTP packet of a line: the payload is zeros, some of it as padding where that is asked for.
func (p *tracePacket) rtpBytes(tb testing.TB, sequenceNumber uint16) []byte {
	tb.Helper()
	header := rtp.Header{
		Version: 2, PayloadType: 96, SSRC: p.ssrc, Timestamp: p.rtpTimestamp, SequenceNumber: sequenceNumber,
	}
	absSendTime := []byte{byte(p.absSendTime >> 16), byte(p.absSendTime >> 8), byte(p.absSendTime)}
	if err := header.SetExtension(testAbsSendTimeID, absSendTime); err != nil {
		tb.Fatal(err)
	}
	offset := binary.BigEndian.AppendUint32(nil, uint32(p.transmissionOf)<<8)[:3]
	if err := header.SetExtension(testOffsetID, offset); err != nil {
		tb.Fatal(err)
	}
	raw, err := header.Marshal()
	if err != nil {
		tb.Fatal(err)
	}
	return append(raw, make([]byte, p.payloadSize)...)
}

// videoInfo is what Pion says of a video stream with both extensions.
func videoInfo(ssrc uint32) *interceptor.StreamInfo {
	return &interceptor.StreamInfo{
		SSRC: ssrc, MimeType: "video/VP8", ClockRate: 90_000,
		RTPHeaderExtensions: []interceptor.RTPHeaderExtension{
			{URI: AbsSendTimeURI, ID: testAbsSendTimeID},
			{URI: TransmissionOffsetURI, ID: testOffsetID},
		},
		RTCPFeedback: []interceptor.RTCPFeedback{{Type: "goog-remb"}},
	}
}

// player is a reader that returns the packets of a trace, one after the other.
type player struct {
	next []byte
}

func (p *player) Read(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
	return copy(b, p.next), a, nil
}

// epochTime is a moment of a trace on a clock that starts in 1970.
func epochTime(micros int64) time.Time { return time.UnixMicro(micros) }
