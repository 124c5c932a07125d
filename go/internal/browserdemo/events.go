package browserdemo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	// sampleInterval is the time between samples.
	sampleInterval = 100 * time.Millisecond
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
	tick := time.NewTicker(sampleInterval)
	defer tick.Stop()
	for send("sample", sampleToJSON(c.Sample())) == nil {
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
