//go:build !cgo

package main

// cgoCall is not reached without cgo: the interceptor that is measured says so before.
func cgoCall() {}
