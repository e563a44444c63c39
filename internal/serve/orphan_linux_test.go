package serve

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

func TestAServiceEndsWithAProgramThatIsKilled(t *testing.T) {
	starter := exec.CommandContext(t.Context(), os.Args[0])
	starter.Env = append(os.Environ(), conduct+"=starter")
	stdout, err := starter.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := starter.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	var ready struct{ Grpc string }
	if err != nil || json.Unmarshal(line, &ready) != nil {
		t.Fatalf("%q, %v", line, err)
	}
	conn := hold(t, ready.Grpc)
	if err := starter.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = starter.Wait()
	breaks(t, conn)
}
