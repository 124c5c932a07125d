package browserrun

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"

	"github.com/libremb/libremb/go/internal/browsercall"
)

//go:embed sender.html
var senderPage []byte

// maxBody is more than any offer takes.
const maxBody = 1 << 20

// server serves the page that sends, and answers the offer that it makes.
type server struct {
	config browsercall.Config
	http   http.Server
	url    string
	ended  chan struct{}
	calls  chan *browsercall.Call // takes the one call

	mu   sync.Mutex
	call *browsercall.Call
}

func newServer(config browsercall.Config) (*server, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{
		config: config, url: fmt.Sprintf("http://%s/?max_bitrate=%d", listener.Addr(), config.SourceMax),
		ended: make(chan struct{}), calls: make(chan *browsercall.Call, 1),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(senderPage)
	})
	mux.HandleFunc("POST /offer", s.offer)
	mux.HandleFunc("POST /stats", s.stats)
	s.http.Handler = mux
	go func() {
		defer close(s.ended)
		_ = s.http.Serve(listener)
	}()
	return s, nil
}

func (s *server) offer(w http.ResponseWriter, r *http.Request) {
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
	s.calls <- call
	w.Header().Set("Content-Type", "application/sdp")
	_, _ = io.WriteString(w, answer)
}

func (s *server) stats(w http.ResponseWriter, r *http.Request) {
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

// close ends the server and its call.
func (s *server) close() error {
	err := s.http.Shutdown(context.Background())
	<-s.ended
	if s.call != nil {
		err = errors.Join(err, s.call.Close())
	}
	return err
}
