package rembwebrtc

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestBudget has a generator ask for new packets every 100 ms, as many as are received or more: a path that loses every
// other packet. What is asked for is a share of what comes.
func TestBudget(t *testing.T) {
	for _, test := range []struct {
		name                        string
		received, lost, least, most int // in 100 ms; what is asked for in 2 s
	}{
		{"few are lost", 50, 5, 100, 100},
		{"a fifth is lost", 40, 10, 200, 200},
		{"every other packet is lost", 20, 20, 100, 100 + minBurst},
		{"nearly all are lost", 2, 40, 10, 10 + minBurst},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLimited(t)
				reader := l.BindRemoteStream(video(1), packetReader("a packet"))
				next, asked := uint16(0), 0
				for range 20 {
					for range test.received {
						if n, _, err := reader.Read(make([]byte, 100), nil); n != 8 || err != nil {
							t.Fatalf("read %d bytes: %v", n, err)
						}
					}
					missing := []uint16{}
					for range test.lost {
						missing = append(missing, next)
						next++
					}
					asked += len(l.askWithin(t, 1, missing...))
					time.Sleep(100 * time.Millisecond)
				}
				if asked < test.least || asked > test.most {
					t.Errorf("asked for %d packets, not %d to %d", asked, test.least, test.most)
				}
			})
		})
	}
}

// TestNothingIsSavedUp: a minute without losses does not pay for a burst.
func TestNothingIsSavedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimited(t, 1)
		l.streams[1].budget.received.Add(60 * 200)
		time.Sleep(time.Minute)
		missing := []uint16{}
		for sequenceNumber := range uint16(200) {
			missing = append(missing, sequenceNumber)
		}
		if asked := l.askWithin(t, 1, missing...); len(asked) != minBurst {
			t.Errorf("asked for %d packets at once", len(asked))
		}
	})
}
