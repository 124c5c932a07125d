//go:build !cgo

package remb

import (
	"errors"
	"testing"
)

func TestWithoutCgo(t *testing.T) {
	if _, err := NewBWEInterceptorFactory(); !errors.Is(err, ErrCgoDisabled) {
		t.Errorf("the factory says %v", err)
	}
	if _, err := NewEstimator(WithMaxStreams(-1)); !errors.Is(err, ErrCgoDisabled) {
		t.Errorf("the estimator says %v", err)
	}
}
