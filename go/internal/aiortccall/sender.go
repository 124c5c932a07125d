// Package aiortccall runs a sender of video that is not Pion and not a browser: a Python program that uses aiortc.
//
// Version 1.16.0 of aiortc obeys REMB so: what a REMB says is at once the encoder's target, within 250 kbit/s and 1.5
// Mbit/s for VP8, whichever way it goes; there is no estimate of its own besides, and no REMB ever expires. It begins
// with 500 kbit/s. The encoder is told of changes of more than 10 % only, by making another one, so that each begins
// with a key frame. There are neither probes nor a pacer: a frame's packets leave at once. Lost packets are sent again
// on the RTX stream, as often as they are asked for.
package aiortccall

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// endTimeout is how long the program may take to end after it was told to.
const endTimeout = 5 * time.Second

// Sender is the program.
type Sender struct {
	// Offer is its session description.
	Offer string

	command *exec.Cmd
	stdin   io.WriteCloser
	stderr  bytes.Buffer
}

// description is a line of the signalling.
type description struct {
	SDP string `json:"sdp"`
}

// Start starts the script with a Python that has aiortc, and waits for the offer. The program is killed when ctx ends.
func Start(ctx context.Context, python, script string, args ...string) (*Sender, error) {
	s := &Sender{command: exec.CommandContext(ctx, python, append([]string{script}, args...)...)}
	s.command.Stderr = &s.stderr
	s.command.WaitDelay = endTimeout
	var err error
	if s.stdin, err = s.command.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	var offer description
	if err == nil {
		err = json.Unmarshal(line, &offer)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("no offer: %w", err), s.Close())
	}
	s.Offer = offer.SDP
	return s, nil
}

// Answer has it connect and send.
func (s *Sender) Answer(sdp string) error {
	line, err := json.Marshal(description{SDP: sdp})
	if err != nil {
		return err
	}
	_, err = s.stdin.Write(append(line, '\n'))
	return err
}

// Close has the program end and waits for it. An error has what the program complained of.
func (s *Sender) Close() error {
	_ = s.stdin.Close()
	timeout := time.AfterFunc(endTimeout, func() { _ = s.command.Process.Kill() })
	defer timeout.Stop()
	if err := s.command.Wait(); err != nil {
		return fmt.Errorf("sender: %w\n%s", err, &s.stderr)
	}
	return nil
}
