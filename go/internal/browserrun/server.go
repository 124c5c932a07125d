package browserrun

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/libremb/libremb/go/internal/browsercall"
	"github.com/libremb/libremb/go/internal/browserdemo"
)

// server serves a page that calls, and answers its call.
type server struct {
	url     string
	problem string // an expression of the page's: what it has to complain about
	calls   chan *browsercall.Call

	http  http.Server
	ended chan struct{}
	page  interface {
		http.Handler
		Close() error // ends the calls
	}
}

func newServer(run Run) (*server, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{ended: make(chan struct{}), calls: make(chan *browsercall.Call, 1)}
	onCall := func(call *browsercall.Call) {
		select {
		case s.calls <- call:
		default: // one is enough
		}
	}
	query := ""
	if run.Demo {
		query, s.problem = "source=generated&auto=1&", `""`
		s.page = browserdemo.New(browserdemo.Config{
			Link: run.Call.Link, Source: run.Call.Source, MaxBitrate: run.Call.MaxBitrate, Options: run.Call.Options,
			MaxCalls: 1, OnCall: onCall,
		})
	} else {
		s.problem = "state.error"
		if run.EvenFrames {
			query = "frames=" + Even + "&"
		}
		s.page = newSender(run.Call, onCall)
	}
	s.url = fmt.Sprintf("http://%s/?%smax_bitrate=%d", listener.Addr(), query, run.Call.SourceMax)
	s.http.Handler = s.page
	go func() {
		defer close(s.ended)
		_ = s.http.Serve(listener)
	}()
	return s, nil
}

// close ends the server and its calls. The browser must have left the page.
func (s *server) close() error {
	err := s.page.Close() // first: it ends the demo's event streams
	err = errors.Join(err, s.http.Shutdown(context.Background()))
	<-s.ended
	return err
}
