package browserrun

import (
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"sync"

	"github.com/libremb/libremb/go/internal/browsercall"
)

//go:embed sender.html
var senderPage []byte

// maxBody is more than an offer takes.
const maxBody = 1 << 18

// sender is the plain page: it sends noise, reports, and shows nothing, so that the machine is free for the call.
type sender struct {
	*http.ServeMux
	config browsercall.Config
	onCall func(*browsercall.Call)

	mu   sync.Mutex
	call *browsercall.Call
}

func newSender(config browsercall.Config, onCall func(*browsercall.Call)) *sender {
	s := &sender{ServeMux: http.NewServeMux(), config: config, onCall: onCall}
	s.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(senderPage)
	})
	s.HandleFunc("POST /offer", s.offer)
	s.HandleFunc("POST /stats", s.stats)
	return s
}

func (s *sender) offer(w http.ResponseWriter, r *http.Request) {
	offer, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.call != nil {
		http.Error(w, "there is a call already", http.StatusConflict)
		return
	}
	call, answer, err := browsercall.Answer(r.Context(), s.config, string(offer))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.call = call
	s.onCall(call)
	w.Header().Set("Content-Type", "application/sdp")
	_, _ = io.WriteString(w, answer)
}

func (s *sender) stats(w http.ResponseWriter, r *http.Request) {
	var stats browsercall.BrowserStats
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&stats); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	call := s.call
	s.mu.Unlock()
	if call != nil {
		call.AddBrowserStats(stats)
	}
}

// Close ends the call.
func (s *sender) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.call == nil {
		return nil
	}
	return s.call.Close()
}
