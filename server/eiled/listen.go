package main

import (
	"context"
	"fmt"
	"net"
)

// wanted is an address that a flag asks for; empty: none.
type wanted struct{ flag, address string }

// addresses are those of gRPC, the applicants' page and the metrics.
func (o serveOptions) addresses() [3]wanted {
	return [3]wanted{{"--listen", o.address}, {"--gateway", o.gateway}, {"--metrics", o.metrics}}
}

func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// listeners are the open addresses of a service; nil: none.
type listeners struct{ grpc, web, metrics net.Listener }

// listen opens the addresses before the data, so that a service which cannot be
// reached leaves no trace.
func (o serveOptions) listen(ctx context.Context) (listeners, error) {
	var open net.ListenConfig
	var got [3]net.Listener
	for i, at := range o.addresses() {
		if at.address == "" {
			continue
		}
		var err error
		if got[i], err = open.Listen(ctx, "tcp", at.address); err != nil {
			listeners{got[0], got[1], got[2]}.close()
			return listeners{}, fmt.Errorf("%s %s: %w", at.flag, at.address, err)
		}
	}
	return listeners{got[0], got[1], got[2]}, nil
}

// close ends what no server has taken over and closed.
func (l listeners) close() {
	for _, listener := range []net.Listener{l.grpc, l.web, l.metrics} {
		if listener != nil {
			_ = listener.Close()
		}
	}
}

// readyLine is what the service prints when it is ready.
type readyLine struct {
	Ready   bool   `json:"ready"`
	GRPC    string `json:"grpc"`
	Gateway string `json:"gateway,omitempty"`
	Metrics string `json:"metrics,omitempty"`
}

func (l listeners) ready() readyLine {
	return readyLine{Ready: true, GRPC: nameOf(l.grpc), Gateway: nameOf(l.web), Metrics: nameOf(l.metrics)}
}

func nameOf(listener net.Listener) string {
	if listener == nil {
		return ""
	}
	return listener.Addr().String()
}
