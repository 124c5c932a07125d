package main

import (
	"fmt"
	"log"
	"path/filepath"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"github.com/pion/webrtc/v4/pkg/media/h264writer"
	"github.com/pion/webrtc/v4/pkg/media/ivfwriter"
	"github.com/pion/webrtc/v4/pkg/media/oggwriter"
	"github.com/pion/webrtc/v4/pkg/media/samplebuilder"
)

// maxLate is how many packets may come before one that is missing: retransmissions come that much later.
const maxLate = 256

type recorder struct {
	folder string
	files  sync.WaitGroup // that are open
}

// record ends when the publisher is gone.
func (r *recorder) record(pc *webrtc.PeerConnection, track *webrtc.TrackRemote, name string) {
	r.files.Add(1)
	defer r.files.Done()
	path := filepath.Join(r.folder, filepath.Base(name)+time.Now().Format("-150405-")+track.Kind().String())
	file, depacketizer, err := create(path, track.Codec())
	if err != nil {
		log.Println(err)
		return
	}
	log.Printf("recording %s as %s", path, track.Codec().MimeType)
	// The builder is here for the order in which it lets packets go, and for what it knows of losses.
	builder := samplebuilder.New(maxLate, depacketizer, track.Codec().ClockRate,
		samplebuilder.WithPacketReleaseHandler(func(packet *rtp.Packet) {
			if err := file.WriteRTP(packet); err != nil {
				log.Printf("%s: %v", path, err)
			}
		}))
	requestKeyFrame(pc, track)
	for packet, _, err := track.ReadRTP(); err == nil; packet, _, err = track.ReadRTP() {
		builder.Push(packet)
		for sample := builder.Pop(); sample != nil; sample = builder.Pop() {
			if sample.PrevDroppedPackets > 0 {
				requestKeyFrame(pc, track)
			}
		}
	}
	builder.Flush()
	if err := file.Close(); err != nil {
		log.Printf("%s: %v", path, err)
	}
	log.Printf("closed %s", path)
}

func create(path string, codec webrtc.RTPCodecParameters) (file media.Writer, d rtp.Depacketizer, err error) {
	switch codec.MimeType {
	case webrtc.MimeTypeOpus:
		file, err = oggwriter.New(path+".ogg", codec.ClockRate, codec.Channels)
		return file, &codecs.OpusPacket{}, err
	case webrtc.MimeTypeH264:
		file, err = h264writer.New(path + ".h264")
		return file, &codecs.H264Packet{}, err
	case webrtc.MimeTypeVP8:
		d = &codecs.VP8Packet{}
	case webrtc.MimeTypeVP9:
		d = &codecs.VP9Packet{}
	case webrtc.MimeTypeAV1:
		d = &codecs.AV1Depacketizer{}
	default:
		return nil, nil, fmt.Errorf("cannot record %s", codec.MimeType)
	}
	file, err = ivfwriter.New(path+".ivf", ivfwriter.WithCodec(codec.MimeType))
	return file, d, err
}

func requestKeyFrame(pc *webrtc.PeerConnection, track *webrtc.TrackRemote) {
	_ = pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(track.SSRC())}})
}
