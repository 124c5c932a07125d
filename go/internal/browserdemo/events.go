package browserdemo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	// lookInterval is the time between looks at the detector, whose over-use may last for a few packets only. Every so
	// many looks there is a sample, each 100 ms.
	lookInterval   = 20 * time.Millisecond
	looksPerSample = 5
	// eventTime is how long a client may take to accept an event.
	eventTime = 10 * time.Second
)

// getEvents streams samples until the call or the client is gone.
func getEvents(w http.ResponseWriter, r *http.Request, c *call) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	send := func(event string, data any) error {
		text, err := json.Marshal(data)
		if err != nil {
			return err
		}
		_ = control.SetWriteDeadline(time.Now().Add(eventTime)) // not every ResponseWriter has one
		if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, text); err != nil {
			return err
		}
		return control.Flush()
	}
	_, _ = fmt.Fprint(w, "retry: 1000\n\n") // ms; an error shows at the first sample
	tick := time.NewTicker(lookInterval)
	defer tick.Stop()
	worst := ""
	for look := 0; ; look++ {
		sample := c.Sample()
		if stateRank[sample.State] >= stateRank[worst] {
			worst = sample.State
		}
		if look%looksPerSample == 0 {
			sample.State, worst = worst, ""
			if send("sample", sampleToJSON(sample)) != nil {
				return
			}
		}
		select {
		case <-tick.C:
		case <-c.Done():
			_ = send("ended", map[string]string{"reason": c.whyEnded()})
			return
		case <-r.Context().Done():
			return
		}
	}
}

// stateRank says which of the detector's states is worth more to be shown.
var stateRank = map[string]int{"normal": 1, "underusing": 2, "overusing": 3}
