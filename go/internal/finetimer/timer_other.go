//go:build !linux

package finetimer

import (
	"os"
	"sync"
	"time"
)

type timer struct {
	timer  *time.Timer
	closed chan struct{}
	once   sync.Once
}

func (t *timer) init() error {
	t.timer = time.NewTimer(time.Hour)
	t.timer.Stop()
	t.closed = make(chan struct{})
	return nil
}

func (t *timer) set(d time.Duration) { t.timer.Reset(d) }

func (t *timer) wait() error {
	select {
	case <-t.timer.C:
		return nil
	case <-t.closed:
		return os.ErrClosed
	}
}

func (t *timer) close() error {
	t.once.Do(func() { t.timer.Stop(); close(t.closed) })
	return nil
}
