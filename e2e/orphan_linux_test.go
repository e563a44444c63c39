package e2e

import (
	"os/exec"
	"syscall"
)

// endsWithTests lets a service end with the tests when they end without a chance
// to stop it, as a time-out does.
func endsWithTests(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
