package browserdemo

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/browsercall"
	"github.com/libremb/libremb/go/internal/testpeer"
	"github.com/libremb/libremb/go/remb"
)

// patience is how long tests wait for what has to come.
const patience = 20 * time.Second

var testConfig = Config{
	Link: browsercall.Link{CapacityBps: 3e6, Delay: 10 * time.Millisecond, Queue: 200 * time.Millisecond},
}

// start serves until the test ends, and then sees to it that no goroutine is left.
func start(t *testing.T, config Config) (*Server, string) {
	t.Helper()
	before := pprof.Lookup("goroutine").Count()
	server := New(config)
	web := httptest.NewServer(server)
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		web.Close()
		http.DefaultClient.CloseIdleConnections()
		for end := time.Now().Add(patience); pprof.Lookup("goroutine").Count() > before; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				var stacks strings.Builder
				_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1)
				t.Fatalf("goroutines are left:\n%s", &stacks)
			}
		}
	})
	return server, web.URL
}

// ask makes a request; headers are "Name: value".
func ask(t *testing.T, method, url, body string, headers ...string) (answer *http.Response, text string) {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	if answer, err = http.DefaultClient.Do(request); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(data)
}

const sdpType = "Content-Type: application/sdp"

// offer is one of somebody who then does not come.
func offer(t *testing.T) string {
	t.Helper()
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(testpeer.Loopback()), webrtc.WithMediaEngine(media),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{})).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pc.Close() }()
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo); err != nil {
		t.Fatal(err)
	}
	description, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	return description.SDP
}

// open makes a call and returns its URL and the answer.
func open(t *testing.T, server, sdp string) (url, answer string) {
	t.Helper()
	response, answer := ask(t, "POST", server+"/calls", sdp, sdpType)
	location := response.Header.Get("Location")
	if response.StatusCode != http.StatusCreated || response.Header.Get("Content-Type") != "application/sdp" ||
		!strings.HasPrefix(location, "/calls/") || len(location) < len("/calls/")+26 { // 128 bits in base32
		t.Fatalf("%s, %v: %s", response.Status, response.Header, answer)
	}
	return server + location, answer
}

// events are a call's.
type events struct {
	lines *bufio.Scanner
}

func listen(t *testing.T, url string) *events {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, "GET", url+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || got != "text/event-stream" {
		t.Fatalf("%s, %s", response.Status, got)
	}
	return &events{bufio.NewScanner(response.Body)}
}

// next returns the next event; none when the stream has ended.
func (e *events) next() (name, data string) {
	for e.lines.Scan() {
		switch field, value, _ := strings.Cut(e.lines.Text(), ": "); field {
		case "event":
			name = value
		case "data":
			return name, value
		}
	}
	return "", ""
}

// sample waits for a sample that ok agrees to.
func (e *events) sample(t *testing.T, ok func(sampleJSON) bool) (s sampleJSON) {
	t.Helper()
	for {
		name, data := e.next()
		if name != "sample" {
			t.Fatalf("no such sample came before %q %s; the last one is %+v", name, data, s)
		}
		s = sampleJSON{}
		if err := json.Unmarshal([]byte(data), &s); err != nil {
			t.Fatal(err)
		}
		if ok(s) {
			return s
		}
	}
}

// A whole call with a real peer: samples flow, each setting takes effect, and its end is told.
func TestCall(t *testing.T) {
	server, base := start(t, testConfig)
	var url string
	sender := testpeer.NewSender(t)
	sender.Connect(t, func(sdp string) (answer string) {
		url, answer = open(t, base, sdp)
		return answer
	})
	stream := listen(t, url)
	s := stream.sample(t, func(s sampleJSON) bool { return s.ReceivedBps > 1e6 && s.EstimateBps > 0 && s.REMBs > 0 })
	if s.CapacityBps != 3e6 || !s.AbsSendTime || s.TransportCC || s.Connection != "connected" || s.State == "" {
		t.Errorf("%+v", s)
	}
	later := stream.sample(t, func(sampleJSON) bool { return true })
	if step := later.TimeS - s.TimeS; step < 0.05 || step > 1 {
		t.Errorf("%v s from sample to sample", step)
	}

	response, text := ask(t, "PUT", url+"/link", `{"capacity_bps": 400000, "loss_percent": 5}`)
	const want = `{"capacity_bps":400000,"delay_ms":10,"queue_ms":200,"loss_percent":5}` + "\n"
	if response.StatusCode != http.StatusOK || text != want {
		t.Errorf("%s: %s", response.Status, text)
	}
	stream.sample(t, func(s sampleJSON) bool {
		return s.CapacityBps == 400_000 && s.ReceivedBps > 0 && s.ReceivedBps < 450_000 && s.QueueDelayMs > 50 &&
			s.DroppedPackets > 0 && s.LostPackets > 0
	})

	response, text = ask(t, "PUT", url+"/remb", `{"source": "knowing", "factor": 0.5}`)
	if response.StatusCode != http.StatusOK || text != `{"source":"knowing","factor":0.5,"max_bitrate_bps":0}`+"\n" {
		t.Errorf("%s: %s", response.Status, text)
	}
	about := func(bps float32) func(*rtcp.ReceiverEstimatedMaximumBitrate) bool {
		return func(r *rtcp.ReceiverEstimatedMaximumBitrate) bool {
			return r.Bitrate > 0.99*bps && r.Bitrate < 1.01*bps
		}
	}
	sender.WaitForREMB(t, about(200_000))
	// What is absent stays.
	if response, text = ask(t, "PUT", url+"/remb", `{"max_bitrate_bps": 123000}`); response.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", response.Status, text)
	}
	sender.WaitForREMB(t, about(123_000))

	response, text = ask(t, "POST", url+"/browser-stats", `{"t_s": 1.5, "target_bitrate_bps": 1e6, "sent_bps": 9e5}`)
	if response.StatusCode != http.StatusNoContent {
		t.Errorf("%s: %s", response.Status, text)
	}
	server.mu.Lock()
	for _, c := range server.calls {
		if stats := c.BrowserStats(); len(stats) != 1 || stats[0].TargetBitrate != 1e6 || stats[0].T != 1.5 {
			t.Errorf("%+v", stats)
		}
	}
	server.mu.Unlock()

	if response, text = ask(t, "DELETE", url, ""); response.StatusCode != http.StatusNoContent {
		t.Errorf("%s: %s", response.Status, text)
	}
	name, data := stream.next()
	for name == "sample" {
		name, data = stream.next()
	}
	if name != "ended" || data != `{"reason":"The call was ended."}` {
		t.Errorf("%q: %s", name, data)
	}
	for end := time.Now().Add(patience); server.Calls() > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the call is still there")
		}
	}
	if response, text = ask(t, "DELETE", url, ""); response.StatusCode != http.StatusNotFound {
		t.Errorf("%s: %s", response.Status, text)
	}
}

// Only so many calls at once, and each is on its own.
// The page says by which arithmetic its calls are steered.
func TestProfile(t *testing.T) {
	config := testConfig
	config.Profile = remb.ProfileLibwebrtc
	_, base := start(t, config)
	if _, page := ask(t, "GET", base+"/", ""); !strings.Contains(page, "(profile libwebrtc)") || strings.Contains(page, "{{") {
		t.Error(page)
	}
}

func TestMostCalls(t *testing.T) {
	config := testConfig
	config.MaxCalls = 2
	server, base := start(t, config)
	first, _ := open(t, base, offer(t))
	second, _ := open(t, base, offer(t))
	response, text := ask(t, "POST", base+"/calls", offer(t), sdpType)
	if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" ||
		!strings.Contains(text, "All 2 calls are taken") {
		t.Errorf("%s: %s", response.Status, text)
	}
	ask(t, "PUT", first+"/link", `{"capacity_bps": 100000}`)
	if _, text := ask(t, "PUT", second+"/link", `{}`); !strings.Contains(text, `"capacity_bps":3000000`) {
		t.Errorf("the other call's link is %s", text)
	}
	ask(t, "DELETE", first, "")
	for end := time.Now().Add(patience); server.Calls() > 1; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the call is still there")
		}
	}
	open(t, base, offer(t))
}

// When the server stops, event streams say so, and Serve returns.
func TestServe(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, listener, testConfig) }()
	url, _ := open(t, "http://"+listener.Addr().String(), offer(t))
	stream := listen(t, url)
	stream.sample(t, func(sampleJSON) bool { return true })
	stop()
	name, data := stream.next()
	for name == "sample" {
		name, data = stream.next()
	}
	if name != "ended" || !strings.Contains(data, "The server stops.") {
		t.Errorf("%q: %s", name, data)
	}
	select {
	case err := <-served:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("Serve does not return")
	}
}

// A server that has been closed takes no calls, and says why.
func TestClosed(t *testing.T) {
	server, base := start(t, testConfig)
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	response, text := ask(t, "POST", base+"/calls", offer(t), sdpType)
	if response.StatusCode != http.StatusServiceUnavailable || text != "The server stops.\n" {
		t.Errorf("%s: %s", response.Status, text)
	}
}

// A listener that fails ends Serve with its error.
func TestServeFails(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	if err := Serve(t.Context(), listener, testConfig); err == nil {
		t.Error("no error")
	}
}
