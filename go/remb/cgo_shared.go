//go:build cgo && !remb_static

package remb

// In a file of its own, as is the other way to link: Go's build cache knows which files a package has, but not what
// pkg-config says, and would take a package compiled for one way for the other.

// #cgo pkg-config: remb
import "C"
