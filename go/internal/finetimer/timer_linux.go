package finetimer

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

type timer struct{ file *os.File }

func (t *timer) init() error {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("timerfd_create", err)
	}
	t.file = os.NewFile(uintptr(fd), "timerfd")
	return nil
}

func (t *timer) set(d time.Duration) {
	// SyscallConn keeps the descriptor open during the call, also while another goroutine closes it.
	conn, err := t.file.SyscallConn()
	if err != nil {
		return
	}
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}
	_ = conn.Control(func(fd uintptr) { _ = unix.TimerfdSettime(int(fd), 0, &spec, nil) })
}

func (t *timer) wait() error {
	var expirations [8]byte
	_, err := t.file.Read(expirations[:])
	return err
}

func (t *timer) close() error { return t.file.Close() }
