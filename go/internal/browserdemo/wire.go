package browserdemo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/libremb/libremb/go/internal/browsercall"
)

// maxJSON bounds a JSON body, in bytes.
const maxJSON = 16 << 10

// linkJSON is a browsercall.Link.
type linkJSON struct {
	CapacityBps int64   `json:"capacity_bps"` // 0: unlimited
	DelayMs     float64 `json:"delay_ms"`
	QueueMs     float64 `json:"queue_ms"`
	LossPercent float64 `json:"loss_percent"`
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func toDuration(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

func linkToJSON(l browsercall.Link) linkJSON {
	return linkJSON{l.CapacityBps, milliseconds(l.Delay), milliseconds(l.Queue), l.Loss * 100}
}

func (l linkJSON) link() browsercall.Link {
	return browsercall.Link{
		CapacityBps: l.CapacityBps, Delay: toDuration(l.DelayMs), Queue: toDuration(l.QueueMs), Loss: l.LossPercent / 100,
	}
}

// rembJSON says where REMBs come from, and their limit.
type rembJSON struct {
	Source        string  `json:"source"`
	Factor        float64 `json:"factor"` // of the capacity, for the source "knowing"
	MaxBitrateBps int     `json:"max_bitrate_bps"`
}

func putLink(w http.ResponseWriter, r *http.Request, c *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	link := linkToJSON(c.Link())
	if !readJSON(w, r, &link) {
		return
	}
	if err := c.SetLink(link.link()); err != nil {
		http.Error(w, sentence(err), http.StatusBadRequest)
		return
	}
	writeJSON(w, linkToJSON(c.Link()))
}

func putREMB(w http.ResponseWriter, r *http.Request, c *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wanted := rembJSON{c.source.Kind, c.source.Factor, c.maxBitrate}
	if !readJSON(w, r, &wanted) {
		return
	}
	if err := c.SetMaxBitrate(wanted.MaxBitrateBps); err != nil {
		http.Error(w, fmt.Sprintf("A max_bitrate_bps of %d is refused: %v. 0 is no limit.", wanted.MaxBitrateBps, err),
			http.StatusBadRequest)
		return
	}
	source := browsercall.REMBSource{Kind: wanted.Source, Factor: wanted.Factor}
	if err := c.SetSource(source); err != nil {
		_ = c.SetMaxBitrate(c.maxBitrate) // as before
		http.Error(w, sentence(err), http.StatusBadRequest)
		return
	}
	c.source, c.maxBitrate = source, wanted.MaxBitrateBps
	writeJSON(w, wanted)
}

// sampleJSON is a browsercall.Sample. Rates into and out of the link are of whole IP packets, the others of payload. 0
// is not known, or none.
type sampleJSON struct {
	TimeS          float64 `json:"time_s"` // since the call was made
	CapacityBps    int64   `json:"capacity_bps"`
	SentBps        float64 `json:"sent_bps"`     // into the link
	ReceivedBps    float64 `json:"received_bps"` // out of it
	IncomingBps    int     `json:"incoming_bps"` // as the estimator sees it
	EstimateBps    int     `json:"estimate_bps"`
	REMBBps        int     `json:"remb_bps"`       // the last one sent
	REMBs          int     `json:"rembs"`          // sent so far
	State          string  `json:"state"`          // the detector's worst since the sample before
	QueueDelayMs   float64 `json:"queue_delay_ms"` // of a packet that came now
	DroppedPackets int     `json:"dropped_packets"`
	LostPackets    int     `json:"lost_packets"`
	MediaPackets   int     `json:"media_packets"`
	RTXPackets     int     `json:"rtx_packets"`
	PaddingPackets int     `json:"padding_packets"`
	AbsSendTime    bool    `json:"abs_send_time"` // the newest packet has it
	TransportCC    bool    `json:"transport_cc"`  // some packet had it
	Connection     string  `json:"connection"`
}

func sampleToJSON(s browsercall.Sample) sampleJSON {
	return sampleJSON{
		TimeS: s.T, CapacityBps: s.Capacity, SentBps: s.SentRate, ReceivedBps: s.Received, IncomingBps: s.Incoming,
		EstimateBps: s.Estimate, REMBBps: s.REMB, REMBs: s.REMBs, State: s.State, QueueDelayMs: s.QueueMs,
		DroppedPackets: s.Dropped, LostPackets: s.Lost, MediaPackets: s.Media, RTXPackets: s.RTX,
		PaddingPackets: s.Padding, AbsSendTime: s.AbsSendTime, TransportCC: s.TransportCC, Connection: s.Connection,
	}
}

// browserStatsJSON is what the page posts; unlike the others it may have members that are not known here.
type browserStatsJSON struct {
	TimeS                       float64 `json:"t_s"` // of the page's clock
	AvailableOutgoingBitrateBps float64 `json:"available_outgoing_bitrate_bps"`
	TargetBitrateBps            float64 `json:"target_bitrate_bps"`
	SentRTPBps                  float64 `json:"sent_rtp_bps"` // payload, padding and headers of RTP, over about 500 ms
	FramesPerSecond             float64 `json:"frames_per_second"`
	FrameWidth                  int     `json:"frame_width"`
	FrameHeight                 int     `json:"frame_height"`
	QualityLimitationReason     string  `json:"quality_limitation_reason"`
	RTTMs                       float64 `json:"rtt_ms"`
}

func postBrowserStats(w http.ResponseWriter, r *http.Request, c *call) {
	var s browserStatsJSON
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxJSON)).Decode(&s); err != nil {
		http.Error(w, fmt.Sprintf("Not the JSON that is expected: %v.", err), http.StatusBadRequest)
		return
	}
	c.AddBrowserStats(browsercall.BrowserStats{
		T: s.TimeS, AvailableOutgoingBitrate: s.AvailableOutgoingBitrateBps, TargetBitrate: s.TargetBitrateBps,
		SentRate: s.SentRTPBps, FramesPerSecond: s.FramesPerSecond, FrameWidth: s.FrameWidth,
		FrameHeight: s.FrameHeight, QualityLimitationReason: s.QualityLimitationReason, RTTMs: s.RTTMs,
	})
	w.WriteHeader(http.StatusNoContent)
}

// readJSON reads one JSON object over what value has; false means that the answer has been given.
func readJSON(w http.ResponseWriter, r *http.Request, value any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxJSON))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(value)
	if err != nil {
		example, _ := json.Marshal(value)
		http.Error(w, fmt.Sprintf("Not the JSON that is expected: %v. Send an object such as %s.", err, example),
			http.StatusBadRequest)
	}
	return err == nil
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value) // fails when the client has gone
}
