// Package aiortccall runs peers that are not Pion and not a browser: Python programs that use aiortc, one that sends video
// and one that receives it.
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

// Peer is a program. It signals by lines of JSON on its standard input and output.
type Peer struct {
	command *exec.Cmd
	stdin   io.WriteCloser
	stdout  *bufio.Reader
	stderr  bytes.Buffer
}

// description is a line of the signalling.
type description struct {
	SDP string `json:"sdp"`
}

// Figures are what a receiver tells in the end.
type Figures struct {
	REMBs   int `json:"rembs"` // sent
	Packets int `json:"packets"`
	// MicrosecondsAPacket of its thread's time went to the estimator.
	MicrosecondsAPacket float64 `json:"us_a_packet"`
	// Left are the tasks that were not ended with the connection.
	Left []string `json:"left"`
}

// Start starts the script with a Python that has aiortc. The program is killed when ctx ends.
func Start(ctx context.Context, python, script string, args ...string) (*Peer, error) {
	p := &Peer{command: exec.CommandContext(ctx, python, append([]string{script}, args...)...)}
	p.command.Stderr = &p.stderr
	p.command.WaitDelay = endTimeout
	var err error
	if p.stdin, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.stdout = bufio.NewReader(stdout)
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	return p, nil
}

// Description waits for its offer or answer.
func (p *Peer) Description() (sdp string, err error) {
	var d description
	if err := p.read(&d); err != nil {
		return "", errors.Join(fmt.Errorf("no session description: %w", err), p.Close())
	}
	return d.SDP, nil
}

// SetDescription tells it the other side's.
func (p *Peer) SetDescription(sdp string) error {
	line, err := json.Marshal(description{SDP: sdp})
	if err != nil {
		return err
	}
	_, err = p.stdin.Write(append(line, '\n'))
	return err
}

// Figures has a receiver end and waits for what it tells.
func (p *Peer) Figures() (f Figures, err error) {
	if err := p.stdin.Close(); err != nil {
		return f, err
	}
	return f, p.read(&f)
}

func (p *Peer) read(value any) error {
	line, err := p.stdout.ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(line, value)
}

// Close has the program end and waits for it. An error has what the program complained of.
func (p *Peer) Close() error {
	_ = p.stdin.Close()
	timeout := time.AfterFunc(endTimeout, func() { _ = p.command.Process.Kill() })
	defer timeout.Stop()
	if err := p.command.Wait(); err != nil {
		return fmt.Errorf("%s: %w\n%s", p.command.Args[1], err, &p.stderr)
	}
	return nil
}
