package e2e

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/eile-housing/eile/client"
	eiled "github.com/eile-housing/eile/internal/serve"
)

// service is a running eiled. A test uses it from its own goroutine only, but
// for eile and dial.
type service struct {
	t          *testing.T
	data, as   string
	ready      string // the line by which it said so
	grpc, page string
	process    *eiled.Process
	log        *transcript
	code       int
	credential []string // flags by which eile reaches it, beside the address
	client     *client.Client
	secure     client.Options // by which client reaches it, beside the address
	// faults may be logged: the test provokes them.
	faulty bool
	// wrap is a program that starts the service, with its arguments.
	wrap []string
}

// transcript is what a process writes, safe to read meanwhile.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *transcript) Write(data []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(data)
}

func (w *transcript) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// serve starts a service under --dev on a new data directory.
func serve(t *testing.T, flags ...string) *service {
	t.Helper()
	return serveOn(t, filepath.Join(t.TempDir(), "data"), flags...)
}

// serveOn starts a service under --dev on a data directory.
func serveOn(t *testing.T, data string, flags ...string) *service {
	t.Helper()
	s := &service{t: t, data: data}
	s.start(append([]string{"--dev"}, flags...)...)
	return s
}

// start starts the service and waits until it says that it is ready.
func (s *service) start(flags ...string) {
	s.t.Helper()
	s.log = &transcript{}
	// The context of a test ends before its cleanups, which stop the service.
	process, err := eiled.Start(context.WithoutCancel(s.t.Context()), eiled.Options{
		Program: eiledBin, Data: s.data, Flags: append([]string{"--gateway", "127.0.0.1:0"}, flags...), Wrap: s.wrap, Log: s.log, Patience: deadline,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.process = process
	s.t.Cleanup(s.end)
	s.ready, s.grpc, s.page, s.client = process.Ready, process.GRPC, "http://"+process.Gateway, nil
}

// signal sends a signal and waits for the end.
func (s *service) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
	s.wait()
}

func (s *service) wait() {
	s.t.Helper()
	code, err := s.process.Wait()
	if err != nil {
		s.t.Fatal(err)
	}
	s.code = code
}

func (s *service) over() bool {
	select {
	case <-s.process.Done():
		return true
	default:
		return false
	}
}

// stop ends the service as an operator does; it must end well.
func (s *service) stop() {
	s.t.Helper()
	s.signal(syscall.SIGTERM)
	if s.code != 0 {
		s.t.Errorf("after SIGTERM the service ended with %d:\n%s", s.code, s.log)
	}
}

// again starts the service anew on the same data.
func (s *service) again(flags ...string) {
	s.t.Helper()
	s.start(append([]string{"--dev"}, flags...)...)
}

// end is the end of a test: the service stops, and its register is sound.
func (s *service) end() {
	if !s.over() {
		s.stop()
	}
	if strings.Contains(s.log.String(), `"level":"error"`) && !s.faulty {
		s.t.Errorf("the service logged an error:\n%s", s.log)
	}
	s.sound()
}

// sound checks the register of a service that has ended.
func (s *service) sound() {
	s.t.Helper()
	if checked := command(s.t, eiledBin, "check", "--data", s.data); checked.code != 0 {
		s.t.Errorf("eiled check exits %d:\n%s%s", checked.code, checked.stdout, checked.stderr)
	}
}

// dial returns a Go client of the service.
func (s *service) dial() *client.Client {
	s.t.Helper()
	o := s.secure
	o.Address = s.grpc
	c, err := client.Dial(o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

// answer is what a command said.
type answer struct {
	code           int
	stdout, stderr string
}

// command runs a program to its end.
func command(t *testing.T, name string, args ...string) answer {
	t.Helper()
	return within(t, exec.Command(name, args...))
}

func within(t *testing.T, cmd *exec.Cmd) answer {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(deadline, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Wait()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	}
	return answer{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}
