//go:build cgo && !remb_gcstress

package remb

// collect does something with the tag remb_gcstress.
func collect() {}
