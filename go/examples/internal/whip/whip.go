// Package whip is what the examples have in common: signalling by HTTP as in WHIP (RFC 9725) and WHEP, where a POST of
// an SDP offer is answered by a peer connection of its own, which a DELETE of its Location ends.
package whip

import (
	"context"
	_ "embed"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/pion/webrtc/v4"
)

const (
	maxOfferBytes = 1 << 18
	// shutdownTime is how long requests may take to end.
	shutdownTime = 3 * time.Second
)

// Server is an http.Handler that keeps the peer connections it has made.
type Server struct {
	http.ServeMux

	mu     sync.Mutex
	open   map[string]*webrtc.PeerConnection
	closed bool
}

// page lets a browser publish to /whip/NAME and, if /names lists them, watch all of them at /whep/NAME.
//
//go:embed index.html
var page []byte

// NewServer makes a server of the page, which has no offers to answer yet.
func NewServer() *Server {
	s := &Server{open: map[string]*webrtc.PeerConnection{}}
	s.HandleFunc("DELETE /connections/{id}", s.delete)
	s.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(page) })
	return s
}

// Offers has the server answer offers that are posted to path. connect makes the peer connection, with all that is to
// be sent to the client and handlers for what comes from it. What it may not set is OnICEConnectionStateChange: the
// server closes the peer connection if the client is gone.
func (s *Server) Offers(path string, connect func(r *http.Request, offer string) (*webrtc.PeerConnection, error)) {
	s.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		offer, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxOfferBytes))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		pc, err := connect(r, string(offer))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		answer, err := s.answer(pc, string(offer))
		if err != nil {
			s.close(pc)
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/sdp")
		w.Header().Set("Location", "/connections/"+pc.ID())
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, answer) // a client that is gone is noticed below
	})
}

func (s *Server) answer(pc *webrtc.PeerConnection, offer string) (string, error) {
	s.mu.Lock()
	s.open[pc.ID()] = pc
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return "", http.ErrServerClosed
	}
	pc.OnICEConnectionStateChange(func(state webrtc.ICEConnectionState) {
		if state == webrtc.ICEConnectionStateFailed {
			go s.close(pc) // which waits for handlers such as this one
		}
	})
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		return "", err
	}
	<-gathered
	return pc.LocalDescription().SDP, nil
}

func (s *Server) delete(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	pc := s.open[r.PathValue("id")]
	s.mu.Unlock()
	if pc == nil {
		http.NotFound(w, r)
		return
	}
	s.close(pc)
}

func (s *Server) close(pc *webrtc.PeerConnection) {
	s.mu.Lock()
	delete(s.open, pc.ID())
	s.mu.Unlock()
	if err := pc.GracefulClose(); err != nil {
		log.Println(err)
	}
}

// Close closes all peer connections and lets no more be made.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	open := s.open
	s.open = map[string]*webrtc.PeerConnection{}
	s.mu.Unlock()
	for _, pc := range open {
		s.close(pc)
	}
}

// Run serves HTTP at an address until the program is interrupted, and then closes.
func (s *Server) Run(address string) error {
	defer s.Close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := &http.Server{Addr: address, Handler: s, ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
		defer cancel()
		stopped <- server.Shutdown(ctx)
	}()
	log.Printf("listening on http://%s/", address)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
