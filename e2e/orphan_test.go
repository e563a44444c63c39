//go:build !linux

package e2e

import "os/exec"

// endsWithTests can do nothing here: a time-out leaves the services behind.
func endsWithTests(*exec.Cmd) {}
