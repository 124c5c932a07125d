package browserdemo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/libremb/libremb/go/internal/browsercall"
	"github.com/libremb/libremb/go/internal/callrecord"
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

func toDuration(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

func linkToJSON(l browsercall.Link) linkJSON {
	return linkJSON{l.CapacityBps, callrecord.Milliseconds(l.Delay), callrecord.Milliseconds(l.Queue), l.Loss * 100}
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

func linkOf(c *call) linkJSON { return linkToJSON(c.Link()) }

func (l linkJSON) set(c *call) error { return c.SetLink(l.link()) }

func rembOf(c *call) rembJSON {
	source := c.Source()
	return rembJSON{source.Kind, source.Factor, c.MaxBitrate()}
}

func (r rembJSON) set(c *call) error {
	before := c.Source()
	if err := c.SetSource(browsercall.REMBSource{Kind: r.Source, Factor: r.Factor}); err != nil {
		return err
	}
	if err := c.SetMaxBitrate(r.MaxBitrateBps); err != nil {
		_ = c.SetSource(before) // it was accepted once
		return fmt.Errorf("a max_bitrate_bps of %d is refused: %w; 0 is no limit", r.MaxBitrateBps, err)
	}
	return nil
}

// put changes settings: what is absent in the body stays, and the answer says what holds now.
func put[T interface{ set(*call) error }](now func(*call) T) func(http.ResponseWriter, *http.Request, *call) {
	return func(w http.ResponseWriter, r *http.Request, c *call) {
		// As long as the client takes for that, the call's lock is free.
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxJSON))
		if err != nil {
			http.Error(w, fmt.Sprintf("The settings can't be read (at most %d bytes): %v.", maxJSON, err),
				http.StatusBadRequest)
			return
		}
		if settings, err := change(c, now, body); err != nil {
			http.Error(w, sentence(err), http.StatusBadRequest)
		} else {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(settings) // fails when the client has gone
		}
	}
}

func change[T interface{ set(*call) error }](c *call, now func(*call) T, body []byte) (settings T, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	settings = now(c)
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&settings); err != nil {
		example, _ := json.Marshal(now(c)) // plain numbers and words
		return settings, fmt.Errorf("not the JSON that is expected: %w. Send an object such as %s", err, example)
	}
	if err := settings.set(c); err != nil {
		return settings, err
	}
	return now(c), nil
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

// postBrowserStats takes what the page posts. Unlike the others it may have members that are not known here.
func postBrowserStats(w http.ResponseWriter, r *http.Request, c *call) {
	var stats browsercall.BrowserStats
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxJSON)).Decode(&stats); err != nil {
		http.Error(w, fmt.Sprintf("Not the JSON that is expected: %v.", err), http.StatusBadRequest)
		return
	}
	c.AddBrowserStats(stats)
	w.WriteHeader(http.StatusNoContent)
}
