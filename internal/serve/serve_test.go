package serve

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// conduct is the variable that makes the test binary a service, or a program that
// starts one; its value says how it behaves.
const conduct = "EILE_SERVE_TEST"

func TestMain(m *testing.M) {
	switch how := os.Getenv(conduct); how {
	case "":
		goleak.VerifyTestMain(m)
	case "starter":
		startAndHang()
	default:
		pretend(how)
	}
}

// pretend is a service that holds one listener.
func pretend(how string) {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	fmt.Fprintln(os.Stderr, "logged", strings.Join(os.Args[1:], " "))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		os.Exit(4)
	}
	switch how {
	case "fails":
		os.Exit(3)
	case "silent":
		select {}
	case "chatters":
		fmt.Println("hello")
	default:
		fmt.Printf("{\"ready\":true,\"grpc\":%q,\"gateway\":\"[::1]:2\"}\nand more\n", listener.Addr())
	}
	<-terminated
	switch how {
	case "stubborn":
		select {}
	case "sulks":
		os.Exit(5)
	}
	os.Exit(0)
}

// startAndHang starts a service, says so, and never stops it.
func startAndHang() {
	p, err := Start(context.Background(), options("well"))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Print(p.Ready)
	select {}
}

func options(how string) Options {
	return Options{
		Program: os.Args[0], Data: "some/data", Flags: []string{"--dev"}, Env: []string{conduct + "=" + how}, Patience: 20 * time.Second,
	}
}

func started(t *testing.T, o Options) *Process {
	t.Helper()
	p, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Signal(os.Kill)
		<-p.Done()
	})
	return p
}

// hold opens a connection that breaks when the service ends.
func hold(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// breaks waits until the other side of a connection is gone.
func breaks(t *testing.T, conn net.Conn) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
		t.Errorf("the service is still there: %v", err)
	}
}

func TestAServiceIsReadyAndStops(t *testing.T) {
	o := options("well")
	var log tail
	o.Log = &log
	p := started(t, o)
	if !strings.HasPrefix(p.GRPC, "127.0.0.1:") || p.Gateway != "[::1]:2" || strings.Count(p.Ready, "\n") != 1 || p.PID() == os.Getpid() {
		t.Errorf("%+v", p)
	}
	conn := hold(t, p.GRPC)
	for range 2 {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	}
	breaks(t, conn)
	if want := "logged serve --data some/data --listen 127.0.0.1:0 --dev\n"; log.String() != want || p.log.String() != want {
		t.Errorf("logged %q and %q, want %q", log.String(), p.log, want)
	}
}

func TestAServiceThatDoesNotStartIsToldWithItsLog(t *testing.T) {
	for how, says := range map[string]string{
		"fails": "it ended with 3\nlogged serve", "silent": "it is not ready after 500ms\n", "chatters": `its first line is "hello\n"`,
	} {
		o := options(how)
		if how == "silent" {
			o.Patience = 500 * time.Millisecond
		}
		if p, err := Start(t.Context(), o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, %v, want %q", how, p, err, says)
		}
	}
	if _, err := Start(t.Context(), Options{Program: filepath.Join(t.TempDir(), "eiled")}); err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("no program: %v", err)
	}
}

func TestAServiceThatDoesNotEndWell(t *testing.T) {
	if err := started(t, options("sulks")).Stop(); err == nil || !strings.Contains(err.Error(), "ended with 5:\nlogged") {
		t.Errorf("%v", err)
	}
	o := options("stubborn")
	p := started(t, o)
	p.patience = 300 * time.Millisecond
	conn := hold(t, p.GRPC)
	if err := p.Stop(); err == nil || !strings.Contains(err.Error(), "did not end within 300ms") {
		t.Errorf("%v", err)
	}
	breaks(t, conn)
}

func TestAKilledServiceHasNoCode(t *testing.T) {
	p := started(t, options("well"))
	if err := p.Signal(os.Kill); err != nil {
		t.Fatal(err)
	}
	if code, err := p.Wait(); code != -1 || err != nil {
		t.Errorf("%d, %v", code, err)
	}
}

func TestAServiceEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p, err := Start(ctx, options("well"))
	if err != nil {
		t.Fatal(err)
	}
	conn := hold(t, p.GRPC)
	cancel()
	breaks(t, conn)
	if code, err := p.Wait(); code != 0 || err != nil {
		t.Errorf("%d, %v", code, err)
	}
}

func TestAWrapperStartsTheService(t *testing.T) {
	o := options("well")
	o.Wrap = []string{"sh", "-c", `exec "$0" "$@" --wrapped`}
	p := started(t, o)
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
	if !strings.HasSuffix(p.log.String(), "--dev --wrapped\n") {
		t.Errorf("logged %q", p.log)
	}
}

func TestTheEndOfALongLogIsKept(t *testing.T) {
	var log tail
	for range 10 * tailBytes {
		fmt.Fprint(&log, "early")
	}
	fmt.Fprint(&log, "late")
	if got := log.String(); len(got) != tailBytes || !strings.HasSuffix(got, "earlylate") || len(log.text) > 2*tailBytes {
		t.Errorf("%d bytes that end in %q", len(got), got[max(0, len(got)-20):])
	}
}
