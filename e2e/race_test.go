//go:build race

package e2e

import "os"

// Under the race detector the programs are built with it too: a race that one of
// them finds is in its log and ends it with another status. It would have each
// of the many commands wait for a second at its end.
func init() {
	buildFlags, slow = append(buildFlags, "-race"), true
	_ = os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
}
