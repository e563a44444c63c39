package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// service is a running eiled.
type service struct {
	command *exec.Cmd
	grpc    string
	ended   bool
}

// start starts the service and waits until it is ready.
func start(ctx context.Context, program, data string) (*service, error) {
	command := exec.CommandContext(ctx, program, "serve", "--dev", "--data", data, "--listen", "127.0.0.1:0", "--gateway", "127.0.0.1:0")
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = 20 * time.Second
	log, err := os.Create(data + ".log")
	if err != nil {
		return nil, err
	}
	defer log.Close() //nolint:errcheck // the child holds its own
	command.Stderr = log
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("%w: run make build first", err)
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	var ready struct{ Grpc string }
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		said, _ := os.ReadFile(data + ".log")
		return nil, errors.Join(fmt.Errorf("the service did not start: %s", said), command.Wait())
	}
	return &service{command: command, grpc: ready.Grpc}, nil
}

// stop ends the service as an operator does and waits for it.
func (s *service) stop() error {
	if s.ended {
		return nil
	}
	s.ended = true
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.command.Wait()
}
