package rembsender

import "time"

// window measures a rate over the last while.
type window struct {
	length time.Duration
	items  []windowItem
	bytes  int
}

type windowItem struct {
	at    time.Duration
	bytes int
}

func (w *window) add(now time.Duration, size int) {
	w.items = append(w.items, windowItem{now, size})
	w.bytes += size
}

// rate is in bit/s.
func (w *window) rate(now time.Duration) float64 {
	for len(w.items) > 0 && w.items[0].at <= now-w.length {
		w.bytes -= w.items[0].bytes
		w.items = w.items[1:]
	}
	return float64(w.bytes) * 8 / w.length.Seconds()
}
