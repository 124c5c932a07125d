//go:build cgo

package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"github.com/pion/webrtc/v4/pkg/media/ivfreader"
	"github.com/pion/webrtc/v4/pkg/media/oggreader"

	"github.com/libremb/libremb/go/internal/testpeer"
)

// TestExample sends video, of which a packet is lost, and audio, and reads the files.
func TestExample(t *testing.T) {
	folder := t.TempDir()
	handler, recorder, err := newServer(testpeer.Loopback(), folder, 500_000)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	sender := testpeer.NewSender(t)
	sender.Lost = 50
	audio, err := webrtc.NewTrackLocalStaticSample(
		webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "audio", "audio")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sender.PC.AddTrack(audio); err != nil {
		t.Fatal(err)
	}
	sender.Connect(t, testpeer.WHIP(t, server.URL+"/whip/alice"))
	const frames = 100
	for range frames {
		silence := media.Sample{Data: []byte{0xf8, 0xff, 0xfe}, Duration: 20 * time.Millisecond}
		if err := audio.WriteSample(silence); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	remb := sender.WaitForREMB(t, func(*rtcp.ReceiverEstimatedMaximumBitrate) bool { return true })
	if remb.Bitrate <= 0 || remb.Bitrate > 500_000 {
		t.Errorf("the first REMB is %v", remb)
	}
	for sender.PLIs() < 2 { // at the start, and for the packet that was lost
		time.Sleep(10 * time.Millisecond)
	}
	handler.Close()
	recorder.files.Wait()

	if n := videoFrames(t, open(t, folder, "alice-*-video.ivf")); n < 100 {
		t.Errorf("%d frames of video", n)
	}
	if n := audioPages(t, open(t, folder, "alice-*-audio.ogg")); n < frames/2 {
		t.Errorf("%d pages of audio", n)
	}
}

func open(t *testing.T, folder, pattern string) *os.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil || len(names) != 1 {
		t.Fatalf("%s: %v %v", pattern, names, err)
	}
	file, err := os.Open(names[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func videoFrames(t *testing.T, file *os.File) (n int) {
	t.Helper()
	reader, header, err := ivfreader.NewWith(file)
	if err != nil || header.FourCC != "VP80" {
		t.Fatalf("%v %v", header, err)
	}
	for {
		if _, _, err := reader.ParseNextFrame(); err != nil {
			return n
		}
		n++
	}
}

func audioPages(t *testing.T, file *os.File) (n int) {
	t.Helper()
	reader, _, err := oggreader.NewWith(file)
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, _, err := reader.ParseNextPage(); err != nil {
			return n
		}
		n++
	}
}
