//go:build cgo && remb_gcstress

package remb

import "runtime"

// collect collects garbage and lets cleanups run, just before each call of C with an estimator: what the call needs and Go
// thinks unused is gone by then. `bazel test --config=gcstress //go/remb:remb_test` runs the tests so.
func collect() {
	runtime.GC()
	runtime.Gosched()
}
