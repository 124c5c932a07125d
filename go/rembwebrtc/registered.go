package rembwebrtc

import (
	"errors"
	"runtime"
	"sync"
	"weak"

	"github.com/pion/interceptor"
)

// ErrRegistered is ConfigureREMB's answer to a registry that it has been called with before: its peer connections would
// have two estimators.
var ErrRegistered = errors.New("rembwebrtc: this registry has been given to ConfigureREMB before")

// registered holds the registries that ConfigureREMB has been called with and that are still in use. Pion has no way to
// ask a registry what is in it.
var registered sync.Map // weak.Pointer[interceptor.Registry] to struct{}

// register reports whether a registry is new.
func register(registry *interceptor.Registry) bool {
	pointer := weak.Make(registry)
	if _, known := registered.LoadOrStore(pointer, struct{}{}); known {
		return false
	}
	runtime.AddCleanup(registry, func(p weak.Pointer[interceptor.Registry]) { registered.Delete(p) }, pointer)
	return true
}
