package serve

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// Options of a service.
type Options struct {
	// Program is the path of a built eiled.
	Program string
	// Data is the folder of its data.
	Data string
	// Flags stand after --data and --listen, and win over them.
	Flags []string
	// Wrap is a program, with its arguments, that runs the command which follows
	// them; empty: none.
	Wrap []string
	// Env are variables NAME=value beside those of this program.
	Env []string
	// Log also gets what the service logs; nil: only errors of this package tell it.
	Log io.Writer
	// Patience is how long the service may need to be ready, and to end; zero: a
	// minute.
	Patience time.Duration
}

// Process is a running eiled.
type Process struct {
	// Ready is the line by which it said that it is ready.
	Ready string
	// GRPC and Gateway are its addresses, host:port; empty: it has no gateway.
	GRPC, Gateway string

	command  *exec.Cmd
	patience time.Duration
	log      *tail
	done     chan struct{}
}

// grace is how long a service may need to end after its context did.
const grace = 20 * time.Second

// Start starts a service and waits until it is ready. When the context ends the
// service is stopped, as by SIGTERM; the caller should still wait for it. The
// error where it does not become ready tells what it logged last.
func Start(ctx context.Context, o Options) (*Process, error) {
	args := slices.Concat(o.Wrap, []string{o.Program, "serve", "--data", o.Data, "--listen", "127.0.0.1:0"}, o.Flags)
	p := &Process{
		command:  exec.CommandContext(ctx, args[0], args[1:]...),
		patience: cmp.Or(o.Patience, time.Minute), log: &tail{}, done: make(chan struct{}),
	}
	p.command.Cancel = func() error { return p.command.Process.Signal(syscall.SIGTERM) }
	p.command.WaitDelay = grace
	p.command.Env = append(os.Environ(), o.Env...)
	p.command.Stderr = p.log
	if o.Log != nil {
		p.command.Stderr = io.MultiWriter(p.log, o.Log)
	}
	first := &firstLine{is: make(chan string, 1)}
	p.command.Stdout = first
	endsWithUs(p.command)
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("%w: build the programs first (make build)", err)
	}
	go func() {
		_ = p.command.Wait() // how it ended is in its state
		close(p.done)
	}()
	if err := p.await(first.is); err != nil {
		_ = p.command.Process.Kill() // or it has ended already
		<-p.done
		return nil, fmt.Errorf("the service did not start: %w\n%s", err, p.log)
	}
	return p, nil
}

// await waits for the line by which the service says that it is ready.
func (p *Process) await(first <-chan string) error {
	select {
	case p.Ready = <-first:
	case <-p.done:
		return fmt.Errorf("it ended with %d", p.code())
	case <-time.After(p.patience):
		return fmt.Errorf("it is not ready after %v", p.patience)
	}
	var says struct {
		Ready         bool
		Grpc, Gateway string
	}
	if err := json.Unmarshal([]byte(p.Ready), &says); err != nil || !says.Ready {
		return errors.Join(fmt.Errorf("its first line is %q", p.Ready), err)
	}
	p.GRPC, p.Gateway = says.Grpc, says.Gateway
	return nil
}

// PID is the number of the process.
func (p *Process) PID() int { return p.command.Process.Pid }

// Done is closed once the process has ended and its log is complete.
func (p *Process) Done() <-chan struct{} { return p.done }

// Signal sends a signal and does not wait; a process that has ended gets none.
func (p *Process) Signal(signal os.Signal) error {
	if err := p.command.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal the service: %w", err)
	}
	return nil
}

// Wait waits for the end and answers the exit code, -1 after a signal that ended
// the process. A service that runs out of patience is killed, and an error.
func (p *Process) Wait() (code int, err error) {
	select {
	case <-p.done:
	case <-time.After(p.patience):
		_ = p.command.Process.Kill() // or it ends just now
		<-p.done
		err = fmt.Errorf("the service did not end within %v, and was killed:\n%s", p.patience, p.log)
	}
	return p.code(), err
}

func (p *Process) code() int { return p.command.ProcessState.ExitCode() }

// Stop ends the service as an operator does, by SIGTERM, and waits for it. It is
// an error where it does not end well; once it has ended, Stop only says so again.
func (p *Process) Stop() error {
	if err := p.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	code, err := p.Wait()
	if err == nil && code != 0 {
		err = fmt.Errorf("after SIGTERM the service ended with %d:\n%s", code, p.log)
	}
	return err
}
