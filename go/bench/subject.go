package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/stats"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"

	"github.com/libremb/libremb/go/remb"
)

const (
	bare       = "bare"
	ours       = "remb"
	twccSender = "twcc sender"
)

// subject is what is measured: the interceptor of a factory, alone in its registry.
type subject struct {
	name        string
	transportCC bool // whether the streams have that header extension
	factory     func(l *line) (interceptor.Factory, error)
}

// subjects has all of them, with the default options. Those to which time matters have the packets' own: the estimator,
// and Pion's twcc sender, which would have thousands of packets in each of its feedbacks otherwise.
var subjects = []subject{
	{bare, false, nil},
	{ours, false, func(l *line) (interceptor.Factory, error) {
		// Where the interceptor has the real clock the time for a REMB wakes its goroutine, and Read has nothing to do with
		// it. Here a packet has to: as seldom as possible.
		return remb.NewBWEInterceptorFactory(remb.WithNow(l.now), remb.WithREMBInterval(time.Minute))
	}},
	{twccSender, true, func(l *line) (interceptor.Factory, error) {
		l.feedback = make(chan time.Time, 1)
		return twcc.NewSenderInterceptor(twcc.SendNow(l.now),
			twcc.SendTicker(func(time.Duration) twcc.Ticker { return packetTicker(l.feedback) }))
	}},
	{"receiver report", false, func(*line) (interceptor.Factory, error) { return report.NewReceiverInterceptor() }},
	{"nack generator", false, func(*line) (interceptor.Factory, error) { return nack.NewGeneratorInterceptor() }},
	{"stats", false, func(*line) (interceptor.Factory, error) { return stats.NewInterceptor() }},
}

// packetTicker ticks as packets come.
type packetTicker chan time.Time

func (t packetTicker) Ch() <-chan time.Time { return t }
func (t packetTicker) Stop()                {}

// connection is the receiving half of a peer connection: a chain of interceptors, and readers through it.
type connection struct {
	line    *line
	chain   interceptor.Interceptor
	readers []interceptor.RTPReader
	buffer  []byte
	next    int // reader whose turn it is
}

// connect does what Pion does for a peer connection: it builds the registry, binds a writer, which drops what it gets,
// and then each stream.
func connect(id string, factory interceptor.Factory, l *line, streams int, transportCC bool) (*connection, error) {
	registry := &interceptor.Registry{}
	if factory != nil {
		registry.Add(factory)
	}
	chain, err := registry.Build(id)
	if err != nil {
		return nil, err
	}
	c := &connection{line: l, chain: chain, buffer: make([]byte, 1500)}
	chain.BindRTCPWriter(interceptor.RTCPWriterFunc(func([]rtcp.Packet, interceptor.Attributes) (int, error) {
		return 0, nil
	}))
	for ssrc := range uint32(streams) {
		s, err := newStream(l, ssrc+1, transportCC)
		if err != nil {
			return nil, errors.Join(err, chain.Close())
		}
		c.readers = append(c.readers, chain.BindRemoteStream(info(ssrc+1, transportCC), s))
	}
	return c, nil
}

// read reads a packet of the stream whose turn it is. Pion passes no attributes.
func (c *connection) read() error {
	_, _, err := c.readers[c.next].Read(c.buffer, nil)
	if c.next++; c.next == len(c.readers) {
		c.next = 0
	}
	return err
}

// open makes a connection of a subject whose time moves with its packets.
func (s *subject) open(n, streams int) (*connection, error) {
	l := &line{start: time.Now(), spacing: packetSpacing}
	var factory interceptor.Factory
	if s.factory != nil {
		var err error
		if factory, err = s.factory(l); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return connect(fmt.Sprint(n), factory, l, streams, s.transportCC)
}
