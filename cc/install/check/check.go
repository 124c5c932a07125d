//go:build ignore

// What tools/install.sh builds in Go: as check.c, with the Go package.
package main

import (
	"fmt"
	"log"
	"time"

	"github.com/libremb/libremb/go/remb"
)

func main() {
	estimator, err := remb.NewEstimator(remb.WithInitialBitrate(300_000))
	if err != nil {
		log.Fatal(err)
	}
	defer estimator.Close()

	var facts remb.Facts
	start := time.Now()
	for i := range 50 {
		now, err := estimator.OnPacket(remb.Packet{
			SSRC:        1,
			Arrival:     start.Add(time.Duration(i) * 10 * time.Millisecond),
			Stamps:      remb.StampAbsSendTime,
			AbsSendTime: uint32(2621 * i),
			PayloadSize: 1000,
		})
		if err != nil {
			log.Fatal(err)
		}
		facts |= now
	}
	if !facts.Has(remb.REMBDue) {
		log.Fatal("no REMB became due")
	}
	fmt.Println("ok")
}
