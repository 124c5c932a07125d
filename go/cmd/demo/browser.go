package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"strconv"
	"syscall"

	"github.com/libremb/libremb/go/internal/browsercall"
	"github.com/libremb/libremb/go/internal/browserdemo"
)

// browserFlags refuses flags that the other mode has.
func (o *options) browserFlags(flags *flag.FlagSet) error {
	if !o.browser {
		if isSet(flags, "listen") {
			return errors.New("--listen is for --browser")
		}
		return nil
	}
	for _, name := range []string{"duration", "runs", "seed", "max-rate", "out", "check", "json"} {
		if isSet(flags, name) {
			return fmt.Errorf("--%s is not for --browser, whose calls last as long as their page is open", name)
		}
	}
	if len(o.call.Capacity) > 1 {
		return errors.New("--capacity is one rate with --browser: the page has a slider for it")
	}
	if _, _, err := net.SplitHostPort(o.listen); err != nil {
		return fmt.Errorf("--listen: %q is not an address such as localhost:8080 or :8080", o.listen)
	}
	return nil
}

// serve serves the page until ctx ends.
func serve(ctx context.Context, o options, out io.Writer) error {
	listener, err := net.Listen("tcp", o.listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is taken by another program: give another --listen, such as localhost:0 for any", o.listen)
	}
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	text := pageURL(o.listen, listener.Addr()) + "\n"
	for _, url := range elsewhere(listener.Addr()) {
		text += url + "  from elsewhere in your network\n"
	}
	if _, err := io.WriteString(out, text+"Open this page in a browser. Ctrl-C ends.\n"); err != nil {
		return errors.Join(err, listener.Close())
	}
	return browserdemo.Serve(ctx, listener, browserdemo.Config{
		Link: browsercall.Link{
			CapacityBps: int64(o.call.Capacity[0].Bps), Delay: o.call.Delay, Queue: o.call.Queue,
		},
		Profile: o.call.Profile, Options: o.call.Options,
	})
}

// pageURL is what to open: localhost where the listener has no host of its own, for browsers give that their camera.
func pageURL(listen string, addr net.Addr) string {
	host, _, _ := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); host == "" || ip != nil && (ip.IsUnspecified() || ip.IsLoopback()) {
		host = "localhost"
	}
	return address(host, addr)
}

// elsewhere are the addresses for other machines, if the listener is there for all: calls go over IPv4.
func elsewhere(addr net.Addr) (urls []string) {
	if !addr.(*net.TCPAddr).IP.IsUnspecified() {
		return nil
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return nil // they are a help, no more
	}
	for _, a := range addresses {
		if network, ok := a.(*net.IPNet); ok && network.IP.To4() != nil && network.IP.IsGlobalUnicast() {
			urls = append(urls, address(network.IP.String(), addr))
		}
	}
	return urls
}

func address(host string, addr net.Addr) string {
	return "http://" + net.JoinHostPort(host, strconv.Itoa(addr.(*net.TCPAddr).Port))
}
