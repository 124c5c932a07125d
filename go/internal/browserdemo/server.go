// Package browserdemo is a web page that calls: the visitor's browser sends video through an emulated bottleneck to a
// receiver that estimates with libremb, and shows live what both of them think. See Server for its HTTP API.
package browserdemo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/libremb/libremb/go/internal/browsercall"
	"github.com/libremb/libremb/go/remb"
)

// DefaultMaxCalls is how many calls there may be at once unless Config says otherwise.
const DefaultMaxCalls = 16

// Config describes a Server.
type Config struct {
	// Link, Source and MaxBitrate are what a call begins with; its visitor can change them.
	Link       browsercall.Link
	Source     browsercall.REMBSource
	MaxBitrate int
	// Profile is the receivers' arithmetic, which the page names. Options are passed to rembwebrtc.ConfigureREMB besides.
	Profile remb.Profile
	Options []remb.Option
	// MaxCalls at once; 0: DefaultMaxCalls.
	MaxCalls int
	// OnCall, if not nil, is given each call before its browser has the answer.
	OnCall func(*browsercall.Call)
}

// Server is an http.Handler with this API. Errors are text that says what to do. What changes something is refused
// when another site's page asks for it.
//
//	GET    /                          the page
//	POST   /calls                     an SDP offer (application/sdp): 201, Location: /calls/ID and the answer, as in
//	                                  WHIP (RFC 9725); 503 when all calls are taken, or the server stops
//	DELETE /calls/ID                  ends the call
//	PUT    /calls/ID/link             {"capacity_bps", "delay_ms", "queue_ms", "loss_percent"}; what is absent stays,
//	                                  and the answer says what holds now
//	PUT    /calls/ID/remb             {"source": "libremb", "knowing" or "none", "factor", "max_bitrate_bps"}, likewise
//	GET    /calls/ID/events           server-sent events: "sample" each 100 ms, "ended" with a reason at the end
//	POST   /calls/ID/browser-stats    what the page read from getStats
//
// Whoever knows a call's ID may do all that to it; an ID can't be guessed.
type Server struct {
	config  Config
	handler http.Handler

	ctx  context.Context // of all calls
	stop context.CancelFunc

	mu      sync.Mutex
	calls   map[string]*call
	opening int // calls that are not in the map yet
	closed  bool
	running sync.WaitGroup // a goroutine for each call, and what opens one
}

// New makes a server without calls. Close it.
func New(config Config) *Server {
	if config.MaxCalls == 0 {
		config.MaxCalls = DefaultMaxCalls
	}
	if config.Source.Kind == "" {
		config.Source.Kind = browsercall.SourceLibremb
	}
	if config.Source.Factor == 0 {
		config.Source.Factor = 0.9 // as browsercall has it: the page shows it
	}
	config.Options = append([]remb.Option{remb.WithProfile(config.Profile)}, config.Options...)
	s := &Server{config: config, calls: map[string]*call{}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	mux := http.NewServeMux()
	servePage(mux, config)
	mux.HandleFunc("POST /calls", s.postCall)
	mux.HandleFunc("DELETE /calls/{id}", s.withCall(deleteCall))
	mux.HandleFunc("PUT /calls/{id}/link", s.withCall(put(linkOf)))
	mux.HandleFunc("PUT /calls/{id}/remb", s.withCall(put(rembOf)))
	mux.HandleFunc("GET /calls/{id}/events", s.withCall(getEvents))
	mux.HandleFunc("POST /calls/{id}/browser-stats", s.withCall(postBrowserStats))
	s.handler = secured(http.NewCrossOriginProtection().Handler(mux))
	return s
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Calls is how many calls there are.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

// Close ends all calls and waits for it. Event streams end too, after they have said why.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	calls := slices.Collect(maps.Values(s.calls))
	s.mu.Unlock()
	s.stop()
	var errs []error
	for _, c := range calls {
		errs = append(errs, c.end(sentence(errStopping)))
	}
	s.running.Wait()
	return errors.Join(errs...)
}

const (
	// readTime is how long a request may take to come, with its body.
	readTime = 10 * time.Second
	// shutdownTime is how long requests may take to end when the server stops; then they are cut off.
	shutdownTime = 5 * time.Second
)

// Serve serves until ctx ends, and then ends all calls. That is no error.
func Serve(ctx context.Context, listener net.Listener, config Config) error {
	demo := New(config)
	server := &http.Server{
		Handler: demo, ReadHeaderTimeout: readTime, ReadTimeout: readTime, IdleTimeout: time.Minute,
	}
	stopped := make(chan error, 1)
	unwatch := context.AfterFunc(ctx, func() {
		err := demo.Close() // first, for it ends the event streams
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		unfinished := server.Shutdown(ctx)
		if errors.Is(unfinished, context.DeadlineExceeded) {
			unfinished = server.Close()
		}
		stopped <- errors.Join(err, unfinished)
	})
	err := server.Serve(listener)
	if unwatch() { // it failed by itself
		return errors.Join(err, demo.Close())
	}
	return <-stopped
}

// mediaAddr is where a browser that reached the page at an address can send its media: there too.
func mediaAddr(r *http.Request) (netip.Addr, error) {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if !ok {
		return netip.Addr{}, errors.New("the page is not served over TCP")
	}
	addr, _ := netip.AddrFromSlice(local.IP)
	switch addr = addr.Unmap(); {
	case addr.IsLoopback():
		return netip.AddrFrom4([4]byte{127, 0, 0, 1}), nil
	case !addr.Is4():
		return addr, fmt.Errorf("calls go over IPv4, and this page came over IPv6 (%v): open it at an IPv4 address", addr)
	}
	return addr, nil
}
