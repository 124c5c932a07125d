//go:build !cgo

package remb

import "math"

// Without cgo there is no estimator. The package still compiles, so that a program which uses it does too, and says why
// it cannot run as soon as an estimator is asked for; what follows that is never reached.

type core struct{}

type packetBuffer struct{}

func checkLibrary() error { return ErrCgoDisabled }

func statusString(Status) string { return "an error of libremb" }

func reasonString(TimeSourceReason) string { return "a reason of libremb" }

func newCore(*options) (core, error) { return core{}, ErrCgoDisabled }

func (core) destroy()                        {}
func (core) reset() error                    { return ErrCgoDisabled }
func (core) addStream(StreamConfig) error    { return ErrCgoDisabled }
func (core) removeStream(uint32) error       { return ErrCgoDisabled }
func (core) onRTPPacket(int64, []byte) int32 { return 0 }
func (core) onPackets(*packetBuffer) int32   { return 0 }
func (core) setRTT(int64) error              { return ErrCgoDisabled }
func (core) setMaxBitrate(int) int32         { return 0 }
func (core) setMinBitrate(int) int32         { return 0 }
func (core) poll(int64, *REMB) int32         { return 0 }
func (core) sent(int64, int) error           { return ErrCgoDisabled }
func (core) nextPoll() int64                 { return math.MaxInt64 }
func (core) estimate() int                   { return 0 }
func (core) ssrcs() []uint32                 { return nil }
func (core) stats(*Stats, *timeline)         {}

func (core) streamStats(*timeline) []StreamStats { return nil }

func (*packetBuffer) clear()                  {}
func (*packetBuffer) add(*Packet, int64) bool { return false }
