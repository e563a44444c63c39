package rpc

import (
	"testing"
	"time"

	"golang.org/x/net/http2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"
)

// pinged opens a connection without a call and pings it every interval; it
// tells whether the server put up with it.
func pinged(t *testing.T, interval time.Duration, times int, options ...grpc.ServerOption) bool {
	t.Helper()
	g := grpc.NewServer(options...)
	wire := bufconn.Listen(1 << 16)
	go func() { _ = g.Serve(wire) }()
	t.Cleanup(g.Stop)
	conn, err := wire.DialContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	framer := http2.NewFramer(conn, conn)
	if _, err := conn.Write([]byte(http2.ClientPreface)); err != nil {
		t.Fatal(err)
	}
	if err := framer.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() {
		for range times {
			time.Sleep(interval)
			if err := framer.WritePing(false, [8]byte{}); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	return answered(t, framer, times) && <-sent == nil
}

// answered tells whether so many pings were answered before the server ended
// the connection.
func answered(t *testing.T, framer *http2.Framer, times int) bool {
	t.Helper()
	for times > 0 {
		frame, err := framer.ReadFrame()
		if err != nil {
			return false
		}
		switch frame := frame.(type) {
		case *http2.GoAwayFrame:
			if frame.ErrCode != http2.ErrCodeEnhanceYourCalm {
				t.Errorf("the connection ends with %v", frame.ErrCode)
			}
			return false
		case *http2.PingFrame:
			if frame.IsAck() {
				times--
			}
		}
	}
	return true
}

// Clients that ping every 10 s on a connection without calls are put up with; a
// server of grpc-go without these options ends their connection at the third.
func TestPingsAreTolerated(t *testing.T) {
	t.Parallel()
	const pings, interval = 6, 30 * time.Millisecond
	if tolerated > 5*time.Second {
		t.Errorf("pings every 10 s, which may come early, are tolerated every %v", tolerated)
	}
	if !pinged(t, interval, pings, keepaliveOf(interval/3)...) {
		t.Error("pings of the tolerated interval ended the connection")
	}
	if pinged(t, interval, pings, keepaliveOf(time.Hour)...) {
		t.Error("pings far too often were put up with")
	}
	if pinged(t, interval, pings) {
		t.Error("the test shows nothing: a server without the options puts up with it")
	}
}
