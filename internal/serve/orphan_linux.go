package serve

import (
	"os/exec"
	"syscall"
)

// endsWithUs lets a service end with this program when that ends without a chance
// to stop it, as a time-out of tests does.
func endsWithUs(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
