package browserdemo

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"

	"github.com/libremb/libremb/go/internal/browsercall"
)

// maxOffer bounds an SDP offer, in bytes. Browsers send about 6000.
const maxOffer = 64 << 10

// call is a call that goes on.
type call struct {
	*browsercall.Call

	mu     sync.Mutex // over what is read and then changed, but never while a request's body is read
	reason string     // why it ended, if somebody ended it
}

// end ends the call for a reason that its event stream tells. The first reason counts.
func (c *call) end(reason string) error {
	c.mu.Lock()
	if c.reason == "" {
		c.reason = reason
	}
	c.mu.Unlock()
	return c.Close()
}

// whyEnded is for the visitor.
func (c *call) whyEnded() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reason == "" {
		return "The connection to the browser was lost."
	}
	return c.reason
}

func (s *Server) postCall(w http.ResponseWriter, r *http.Request) {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/sdp" {
		http.Error(w, "POST an SDP offer, with Content-Type: application/sdp.", http.StatusUnsupportedMediaType)
		return
	}
	offer, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxOffer))
	if err != nil {
		http.Error(w, fmt.Sprintf("The offer can't be read (at most %d bytes): %v", maxOffer, err),
			http.StatusRequestEntityTooLarge)
		return
	}
	listen, err := mediaAddr(r)
	if err != nil {
		http.Error(w, sentence(err), http.StatusBadRequest)
		return
	}
	if err := s.reserve(); err != nil {
		w.Header().Set("Retry-After", "5")
		http.Error(w, sentence(err), http.StatusServiceUnavailable)
		return
	}
	made, answer, err := browsercall.Answer(s.ctx, browsercall.Config{
		Listen: listen, Link: s.config.Link, Source: s.config.Source, MaxBitrate: s.config.MaxBitrate,
		Options: s.config.Options,
	}, string(offer))
	if err != nil {
		s.unreserve()
		if s.ctx.Err() != nil {
			http.Error(w, sentence(errStopping), http.StatusServiceUnavailable)
			return
		}
		http.Error(w, fmt.Sprintf("The offer can't be answered: %v", err), http.StatusBadRequest)
		return
	}
	if s.config.OnCall != nil {
		s.config.OnCall(made)
	}
	id := s.add(&call{Call: made})
	w.Header().Set("Location", "/calls/"+id)
	w.Header().Set("Content-Type", "application/sdp")
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, answer)
}

// errStopping is why calls end, and none begins, when the server does.
var errStopping = errors.New("the server stops")

// reserve makes sure that there is room for one call more. Either add or unreserve follows if there is no error.
func (s *Server) reserve() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return errStopping
	case len(s.calls)+s.opening >= s.config.MaxCalls:
		return fmt.Errorf("all %d calls are taken: end one, or try again later", s.config.MaxCalls)
	}
	s.opening++
	s.running.Add(1)
	return nil
}

func (s *Server) unreserve() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening--
	s.running.Done()
}

// add takes up a call for which there was room, and returns its ID.
func (s *Server) add(c *call) string {
	id := rand.Text()
	s.mu.Lock()
	s.opening--
	s.calls[id] = c
	closed := s.closed
	s.mu.Unlock()
	go func() {
		defer s.running.Done()
		<-c.Done()
		s.mu.Lock()
		delete(s.calls, id)
		s.mu.Unlock()
		_ = c.Close() // what it has besides the connection
	}()
	if closed { // meanwhile
		_ = c.end(sentence(errStopping))
	}
	return id
}

// withCall finds the call that a request is about.
func (s *Server) withCall(handle func(http.ResponseWriter, *http.Request, *call)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		c := s.calls[r.PathValue("id")]
		s.mu.Unlock()
		if c == nil {
			http.Error(w, "There is no such call (any more): POST an offer to /calls for a new one.", http.StatusNotFound)
			return
		}
		handle(w, r, c)
	}
}

func deleteCall(w http.ResponseWriter, _ *http.Request, c *call) {
	_ = c.end("The call was ended.") // it is ended, whatever went wrong at that
	w.WriteHeader(http.StatusNoContent)
}

// sentence makes one of an error.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
