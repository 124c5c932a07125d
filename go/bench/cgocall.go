package main

// static void nothing(void) {}
import "C"

// cgoCall is the cheapest call of C that there is.
func cgoCall() { C.nothing() }
