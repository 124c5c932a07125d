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

func isRegistered(registry *interceptor.Registry) bool {
	_, known := registered.Load(weak.Make(registry))
	return known
}

// setRegistered adds a registry that is not registered.
func setRegistered(registry *interceptor.Registry) {
	pointer := weak.Make(registry)
	registered.Store(pointer, struct{}{})
	runtime.AddCleanup(registry, func(p weak.Pointer[interceptor.Registry]) { registered.Delete(p) }, pointer)
}
