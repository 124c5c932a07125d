package remb

import (
	"errors"
	"fmt"
	"time"

	"github.com/pion/logging"
)

// Option sets something of a [BWEInterceptorFactory] or an [Estimator]. Values that are out of range make
// [NewBWEInterceptorFactory] and [NewEstimator] fail with an error that names the option and is an [Error] of
// [StatusArgument].
type Option func(*options) error

// options is what an Estimator is made of. The numbers are those of the C library, where 0 is the default.
type options struct {
	profile        Profile
	timeSource     TimeSource
	maxStreams     int
	defaults       StreamConfig
	audio          bool
	knownOnly      bool
	initialBitrate int
	minBitrate     int
	maxBitrate     int
	schedule       rembSchedule
	referenceTime  bool

	senderSSRC    uint32
	loggerFactory logging.LoggerFactory
	now           func() time.Time
}

// rembSchedule has times in microseconds.
type rembSchedule struct {
	interval, startInterval, startDuration, minInterval int64
	fallPercent, risePercent                            int
}

// WithInitialBitrate gives a first estimate in bit/s, so that a REMB is sent as soon as a stream is heard, and before
// anything was measured. Without it, or with 0, there is none before the first measurement.
func WithInitialBitrate(bitrate int) Option {
	return func(o *options) error { o.initialBitrate = bitrate; return nil }
}

// WithMinBitrate sets the lowest rate in bit/s that is ever asked for: 5 000 by default and for 0, at most the maximum.
// [ProfileAdaptive] itself estimates 50 000 at least, so that packets keep coming; a maximum goes below that.
func WithMinBitrate(bitrate int) Option {
	return func(o *options) error { o.minBitrate = bitrate; return nil }
}

// WithMaxBitrate sets the highest rate in bit/s that is ever asked for, from the minimum up to 10^12. 0, the default,
// is no limit.
func WithMaxBitrate(bitrate int) Option {
	return func(o *options) error { o.maxBitrate = bitrate; return nil }
}

// REMBOff given to an option of the REMB schedule switches that part of it off.
const REMBOff = -1

// WithREMBInterval sets the time between REMBs, unless one is due sooner by the other options: 10 ms to 60 s; 0 is the
// default of 1 s.
func WithREMBInterval(interval time.Duration) Option {
	return func(o *options) error { return setMicros(&o.schedule.interval, interval, "WithREMBInterval") }
}

// WithREMBStartInterval sets the time between the first REMBs, if it is below that of WithREMBInterval: 10 ms to 60 s, or
// REMBOff; 0 is the default of 100 ms, with [ProfileLibwebrtc] of REMBOff. A sender takes a rise at once only in its
// first seconds.
func WithREMBStartInterval(interval time.Duration) Option {
	return func(o *options) error {
		return setMicrosOrOff(&o.schedule.startInterval, interval, "WithREMBStartInterval")
	}
}

// WithREMBStartDuration sets for how long after the first REMB WithREMBStartInterval holds: 10 ms to 60 s; 0 is the
// default of 3 s.
func WithREMBStartDuration(duration time.Duration) Option {
	return func(o *options) error { return setMicros(&o.schedule.startDuration, duration, "WithREMBStartDuration") }
}

// WithREMBMinInterval sets the least time between a REMB and one that a rise makes due: 10 ms to 60 s, or REMBOff for
// none; 0 is the default of 100 ms. See [WithREMBRise].
func WithREMBMinInterval(interval time.Duration) Option {
	return func(o *options) error {
		return setMicrosOrOff(&o.schedule.minInterval, interval, "WithREMBMinInterval")
	}
}

// WithREMBFall has a REMB sent at once when the last rate sent is so many percent above the estimate: 1 to 1 000, or
// REMBOff; 0 is the default of 3.
func WithREMBFall(percent int) Option {
	return func(o *options) error { o.schedule.fallPercent = percent; return nil }
}

// WithREMBRise has a REMB sent at once when the estimate is so many percent above the last rate sent: 1 to 1 000, or
// REMBOff; 0 is the default of 5, with [ProfileLibwebrtc] of REMBOff.
func WithREMBRise(percent int) Option {
	return func(o *options) error { o.schedule.risePercent = percent; return nil }
}

func setMicros(to *int64, d time.Duration, option string) error {
	*to = d.Microseconds()
	if d < 0 || (d != 0 && *to == 0) { // or it would be taken for the default
		return argumentError(option)
	}
	return nil
}

func setMicrosOrOff(to *int64, d time.Duration, option string) error {
	if d == REMBOff {
		*to = REMBOff
		return nil
	}
	return setMicros(to, d, option)
}

// WithSenderSSRC sets the SSRC that REMBs are sent from. 0, the default, is a random one for each peer connection.
func WithSenderSSRC(ssrc uint32) Option {
	return func(o *options) error { o.senderSSRC = ssrc; return nil }
}

// WithReceiverReferenceTime has interceptors measure the round-trip time on connections that send no media: beside
// REMBs, once a second at most, they write an extended report with a receiver reference time (RFC 3611 section 4.4) of
// [Estimator.SenderSSRC]. Chromium answers within a second; Pion does not. Answers are seen if the application reads
// RTCP from its RTPReceivers.
func WithReceiverReferenceTime() Option {
	return func(o *options) error { o.referenceTime = true; return nil }
}

// WithAudio counts audio streams too. By default they are left out, as libwebrtc does, and their readers stay as they
// are.
func WithAudio() Option {
	return func(o *options) error { o.audio = true; return nil }
}

// WithKnownStreamsOnly leaves out packets of SSRCs that were not added, and does not remember these: for an [Estimator]
// that is given packets which nobody has authenticated. An interceptor adds each stream that is bound.
func WithKnownStreamsOnly() Option {
	return func(o *options) error { o.knownOnly = true; return nil }
}

// WithProfile sets the arithmetic; ProfileDefault by default.
func WithProfile(profile Profile) Option {
	return func(o *options) error { o.profile = profile; return nil }
}

// WithTimeSource fixes where send times come from; TimeSourceAuto by default, which suits all senders.
func WithTimeSource(source TimeSource) Option {
	return func(o *options) error { o.timeSource = source; return nil }
}

// WithMaxStreams sets how many SSRCs are remembered at a time, 1 to 1 000 000 that were added and as many that were only
// heard; 0 is the default of 16 384.
func WithMaxStreams(n int) Option {
	return func(o *options) error { o.maxStreams = n; return nil }
}

// WithDefaultStream says what packets look like whose SSRC was not added by [Estimator.AddStream]: its SSRC and Kind
// are not used. An interceptor adds all its streams and has no use for it.
func WithDefaultStream(stream StreamConfig) Option {
	return func(o *options) error { o.defaults = stream; return nil }
}

// WithLoggerFactory sets where to log, under the scope "remb": REMBs, changes of the detector's state and streams' time
// sources at debug level, a change of the time source in use at info, trouble at warn, nothing for each packet. Each
// line begins with the peer connection's id. The default is Pion's, which the environment variable PION_LOG_DEBUG=remb
// makes talk.
func WithLoggerFactory(factory logging.LoggerFactory) Option {
	return func(o *options) error { o.loggerFactory = factory; return nil }
}

// WithNow sets the clock that an interceptor takes packets' arrival times from; time.Now by default. It must not run
// backwards and is called from several goroutines. It is meant for tests.
func WithNow(now func() time.Time) Option {
	return func(o *options) error { o.now = now; return nil }
}

func argumentError(option string) error {
	return fmt.Errorf("%w: %s", statusError(int32(StatusArgument)), option)
}

// newOptions applies opts and has the C library check their values.
func newOptions(opts []Option) (*options, error) {
	if err := checkLibrary(); err != nil {
		return nil, err
	}
	all := &options{}
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt(all); err != nil {
			return nil, err
		}
	}
	if all.loggerFactory == nil {
		all.loggerFactory = logging.NewDefaultLoggerFactory()
	}
	return all, all.check()
}

// check makes an estimator and throws it away. If that fails it finds out, by one member at a time, which option is
// wrong.
func (o *options) check() error {
	err := tryCore(o)
	if !errors.Is(err, Error{StatusArgument}) {
		return err
	}
	for _, one := range []struct {
		name string
		opts options
	}{
		{"WithProfile", options{profile: o.profile}},
		{"WithTimeSource", options{timeSource: o.timeSource}},
		{"WithMaxStreams", options{maxStreams: o.maxStreams}},
		{"WithDefaultStream", options{defaults: o.defaults}},
		{"WithInitialBitrate", options{initialBitrate: o.initialBitrate}},
		{"WithMinBitrate", options{minBitrate: o.minBitrate}},
		// With a minimum, or the default one might be above it.
		{"WithMaxBitrate", options{minBitrate: 1, maxBitrate: o.maxBitrate}},
		{"WithREMBInterval", options{schedule: rembSchedule{interval: o.schedule.interval}}},
		{"WithREMBStartInterval", options{schedule: rembSchedule{startInterval: o.schedule.startInterval}}},
		{"WithREMBStartDuration", options{schedule: rembSchedule{startDuration: o.schedule.startDuration}}},
		{"WithREMBMinInterval", options{schedule: rembSchedule{minInterval: o.schedule.minInterval}}},
		{"WithREMBFall", options{schedule: rembSchedule{fallPercent: o.schedule.fallPercent}}},
		{"WithREMBRise", options{schedule: rembSchedule{risePercent: o.schedule.risePercent}}},
		{
			"WithMinBitrate, by default 5 000, is above WithMaxBitrate",
			options{minBitrate: o.minBitrate, maxBitrate: o.maxBitrate},
		},
	} {
		if tryCore(&one.opts) != nil {
			return argumentError(one.name)
		}
	}
	return err
}

func tryCore(o *options) error {
	c, err := newCore(o)
	if err == nil {
		c.destroy()
	}
	return err
}
