package remb

import "errors"

var (
	// ErrClosed is returned by the methods of an [Estimator] that has been closed, but for Close itself.
	ErrClosed = errors.New("remb: the estimator is closed")

	// ErrCgoDisabled is returned by [NewEstimator] and [NewBWEInterceptorFactory] in a program that was built
	// without cgo: the estimator itself is a C++ library.
	ErrCgoDisabled = errors.New("remb: built without cgo (CGO_ENABLED=0), which libremb needs")

	// ErrVersion is returned, wrapped in an error that names both versions, if the libremb that was loaded is not
	// compatible with the one that the program was built with.
	ErrVersion = errors.New("remb: incompatible version of libremb")
)

// Status is a result of the C library; those below are errors.
type Status int32

// The errors of the C library, by the numbers of remb.h.
const (
	StatusNull           Status = -1 // a pointer is NULL
	StatusStructSize     Status = -2 // a struct of another version of the library
	StatusArgument       Status = -3 // a value is out of its documented range
	StatusTime           Status = -4 // a time is out of range
	StatusBufferTooSmall Status = -5 // a buffer is too small
	StatusMalformed      Status = -6 // the bytes are not a valid RTP packet
	StatusNoMemory       Status = -7 // an allocation failed
	StatusNotFound       Status = -8 // no such SSRC
	StatusTooManyStreams Status = -9 // WithMaxStreams streams have been added already
)

// String describes the status in a few words.
func (s Status) String() string { return statusString(s) }

// Error is an error that the C library answered with. After one, nothing has changed. It can be compared:
//
//	if errors.Is(err, remb.Error{Status: remb.StatusMalformed}) ...
type Error struct {
	Status Status
}

// Error implements error.
func (e Error) Error() string { return "remb: " + e.Status.String() }

// statusErrors has each error made already, so that returning one allocates nothing.
var statusErrors = func() (errs [-StatusTooManyStreams + 1]error) {
	for i := range errs {
		errs[i] = Error{Status(-i)}
	}
	return errs
}()

// statusError returns the error for a negative status and nil for any other.
func statusError(status int32) error {
	switch {
	case status >= 0:
		return nil
	case int(-status) < len(statusErrors):
		return statusErrors[-status]
	default:
		return Error{Status(status)}
	}
}
