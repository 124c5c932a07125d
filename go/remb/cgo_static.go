//go:build cgo && remb_static

package remb

// #cgo pkg-config: remb-static
import "C"
