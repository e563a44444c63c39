package e2e

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// conn is a bare connection, as other programs have it.
func (s *service) conn() *grpc.ClientConn {
	s.t.Helper()
	conn, err := grpc.NewClient(s.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestHealthAndReflection(t *testing.T) {
	t.Parallel()
	s := serve(t)
	conn := s.conn()
	health, err := grpc_health_v1.NewHealthClient(conn).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{})
	if err != nil || health.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Errorf("health: %v, %v", health, err)
	}
	stream, err := grpc_reflection_v1.NewServerReflectionClient(conn).ServerReflectionInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = stream.Send(&grpc_reflection_v1.ServerReflectionRequest{MessageRequest: &grpc_reflection_v1.ServerReflectionRequest_ListServices{}})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, service := range answer.GetListServicesResponse().GetService() {
		names = append(names, service.GetName())
	}
	for _, want := range []string{"eile.v1.ApplicationService", "eile.v1.QueueService", "eile.v1.RunService", "grpc.health.v1.Health"} {
		if !slices.Contains(names, want) {
			t.Errorf("reflection does not list %s: %v", want, names)
		}
	}
	_ = stream.CloseSend()
	mustHold(t, s.fails(3, "application", "list", "--server", "127.0.0.1:1"), "127.0.0.1:1")
	mustHold(t, s.refused("position", "A-1"), "NO_POLICY")
	mustHold(t, s.refused("run", "start"), "NO_POLICY")
	mustHold(t, s.refused("import", "units", file(t, "units.csv", "reference\nU-1\n")), "NO_POLICY")
	s.do("policy", "list", "--shipped")
}

// What a service says is machine-readable: one line when it is ready, a line of
// JSON for each event.
func TestReadyLineAndLog(t *testing.T) {
	t.Parallel()
	s := &service{t: t, data: filepath.Join(t.TempDir(), "data")}
	s.start("--dev", "--verbose", "--policy", "taipei-points")
	if !strings.HasPrefix(s.ready, `{"ready":true,"grpc":"127.0.0.1:`) || strings.Count(s.ready, "\n") != 1 {
		t.Errorf("ready line %q", s.ready)
	}
	s.do("application", "register", "A-1", "--given-name", "Ona", "--attr", "points=3", "--attr", "unit_type=1-bedroom")
	s.stop()
	events := 0
	for line := range strings.Lines(s.log.String()) {
		var event map[string]any
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Errorf("the log has %q: %v", line, err)
		}
		events++
	}
	if events < 3 || strings.Contains(s.log.String(), "Ona") {
		t.Errorf("the log has %d lines:\n%s", events, s.log)
	}
	s.again("--policy", "taipei-points", "--gateway", "")
	if strings.Contains(s.ready, "gateway") {
		t.Errorf("without a gateway the ready line is %q", s.ready)
	}
	if s.position("A-1").GetPosition() != 1 {
		t.Error("what was acknowledged is not there after a restart")
	}
}

// refuses starts a service that must end at once: exit 1 and one line that says
// all of the words.
func refuses(t *testing.T, flags []string, words ...string) {
	t.Helper()
	all := append([]string{"serve", "--dev", "--listen", "127.0.0.1:0", "--gateway", "127.0.0.1:0"}, flags...)
	said := offline(t, eiledBin, all...)
	if said.code != 1 || said.stdout != "" || strings.Count(said.stderr, "\n") != 1 {
		t.Errorf("eiled %v: exit %d\n%s%s", all, said.code, said.stdout, said.stderr)
	}
	mustHold(t, said.stderr, words...)
}

func TestServeSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := serve(t)
	refuses(t, []string{"--data", s.data}, "register.db", "in use")
	if checked := offline(t, eiledBin, "check", "--data", s.data); checked.code != 1 || !strings.Contains(checked.stderr, "in use") {
		t.Errorf("check of a register in use: exit %d, %s%s", checked.code, checked.stdout, checked.stderr)
	}
	other := filepath.Join(t.TempDir(), "data")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	refuses(t, []string{"--data", other, "--listen", taken.Addr().String()}, "--listen", "address already in use")
	refuses(t, []string{"--data", other, "--gateway", taken.Addr().String()}, "--gateway", "address already in use")
	refuses(t, []string{"--data", other, "--policy", "nonsense"}, "nonsense")
	refuses(t, []string{"--data", file(t, "data", "a file")}, "data")
	if said := offline(t, eiledBin, "check", "--data", filepath.Join(t.TempDir(), "none")); said.code != 1 {
		t.Errorf("check of nothing: exit %d, %s%s", said.code, said.stdout, said.stderr)
	}
}

// damaged are ways in which a register file can be broken.
var damaged = map[string]func([]byte) []byte{
	"text":            func([]byte) []byte { return []byte("this is no register\n") },
	"zeros":           func(all []byte) []byte { return make([]byte, len(all)) },
	"one byte":        func(all []byte) []byte { return all[:1] },
	"ten pages":       func(all []byte) []byte { return all[:10*4096] },
	"two pages":       func(all []byte) []byte { return all[:8192] },
	"first meta page": func(all []byte) []byte { clear(all[:4096]); return all },
	"other meta page": func(all []byte) []byte { clear(all[4096:8192]); return all },
	"every page":      func(all []byte) []byte { clear(all[8192:]); return all },
}

func TestACorruptRegisterIsRefused(t *testing.T) {
	t.Parallel()
	s := ranked(t, 20, 2)
	s.stop()
	whole, err := os.ReadFile(filepath.Join(s.data, "register.db"))
	if err != nil {
		t.Fatal(err)
	}
	for name, damage := range damaged {
		dir := t.TempDir()
		path := filepath.Join(dir, "register.db")
		if err := os.WriteFile(path, damage(slices.Clone(whole)), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			refuses(t, []string{"--data", dir}, path)
			if checked := offline(t, eiledBin, "check", "--data", dir); checked.code != 1 || strings.Contains(checked.stderr, "goroutine") {
				t.Errorf("check: exit %d, %s%s", checked.code, checked.stdout, checked.stderr)
			}
			if restored := offline(t, eiledBin, "restore", path, "--data", filepath.Join(t.TempDir(), "new")); restored.code != 1 {
				t.Errorf("restore: exit %d, %s%s", restored.code, restored.stdout, restored.stderr)
			}
		})
	}
	if err := os.WriteFile(filepath.Join(s.data, "server.key"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	refuses(t, []string{"--data", s.data}, "server.key")
	if err := os.Remove(filepath.Join(s.data, "server.key")); err != nil {
		t.Fatal(err)
	}
}

func TestAReadOnlyDiskIsRefused(t *testing.T) {
	t.Parallel()
	s := ranked(t, 1, 0)
	s.stop()
	if err := errors.Join(os.Chmod(filepath.Join(s.data, "register.db"), 0o444), os.Chmod(s.data, 0o555), os.Chmod(filepath.Dir(s.data), 0o755), os.Chmod(filepath.Dir(filepath.Dir(s.data)), 0o755)); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := errors.Join(os.Chmod(s.data, 0o700), os.Chmod(filepath.Join(s.data, "register.db"), 0o600)); err != nil {
			t.Error(err)
		}
	}()
	for _, data := range []string{s.data, filepath.Join(s.data, "new")} {
		cmd := exec.Command(eiledBin, "serve", "--dev", "--data", data, "--listen", "127.0.0.1:0", "--gateway", "")
		if os.Geteuid() == 0 {
			const nobody = 65534
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		}
		said := within(t, cmd)
		if said.code != 1 || said.stdout != "" || strings.Count(said.stderr, "\n") != 1 {
			t.Errorf("exit %d\n%s%s", said.code, said.stdout, said.stderr)
		}
		mustHold(t, said.stderr, s.data, "permission denied")
	}
}

// A disk that is full refuses what does not fit, keeps what was acknowledged,
// and goes on to answer.
func TestAFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	// The register begins with 16 MiB and cannot become larger.
	s := &service{t: t, data: filepath.Join(t.TempDir(), "data"), faulty: true}
	s.wrap = []string{"sh", "-c", `ulimit -f 34000; exec "$0" "$@"`}
	s.start("--dev")
	s.do("policy", "activate", "taipei-points")
	rankedInto(s, 3, 0)
	const enough = 9000
	rows := [][]string{{"reference", "registered_at", "points", "unit_type", "address", "given_name", "family_name", "email"}}
	long := strings.Repeat("ilga ", 40)
	for i := range enough {
		rows = append(rows, []string{fmt.Sprintf("B-%d", i), "2025-04-01", "3", "1-bedroom", long + long, long, long, strings.Repeat("a", 300) + "@example.org"})
	}
	many := sheet(t, "many.csv", rows...)
	mustHold(t, s.refused("import", "applications", many), "disk", "full")
	if got := s.order(); !slices.Equal(got, []string{"A-1", "A-2", "A-3"}) {
		t.Errorf("after a refused import %d wait", len(got))
	}
	acknowledged := []string{"A-1", "A-2", "A-3"}
	for i := range 50 {
		reference := fmt.Sprintf("C-%d", i)
		said := s.eile("application", "register", reference, "--attr", "points=2", "--attr", "unit_type=1-bedroom", "--registered-at", "2025-04-01")
		switch {
		case said.code == 0:
			acknowledged = append(acknowledged, reference)
		case said.code != 1 || !strings.Contains(said.stderr, "full"):
			t.Errorf("exit %d: %s", said.code, said.stderr)
		}
	}
	s.stop()
	s.wrap, s.faulty = nil, false
	s.again()
	if got := slices.Sorted(slices.Values(s.order())); !slices.Equal(got, slices.Sorted(slices.Values(acknowledged))) {
		t.Errorf("with room again %v wait, acknowledged were %v", got, acknowledged)
	}
	s.do("import", "applications", many)
	if n := len(s.order()); n != enough+len(acknowledged) {
		t.Errorf("with room again %d wait", n)
	}
}

// After SIGTERM health turns, what is under way is done, and nothing new begins.
func TestSIGTERMLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	s := ranked(t, 1, 0)
	watch, err := grpc_health_v1.NewHealthClient(s.conn()).Watch(t.Context(), &grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if health, err := watch.Recv(); err != nil || health.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Fatalf("health: %v, %v", health, err)
	}
	c := s.dial()
	slow, upload := io.Pipe()
	halfway := make(chan struct{})
	go func() {
		for _, line := range []string{"reference,registered_at,points,unit_type\n", "S-1,2025-01-01,7,1-bedroom\n"} {
			_, _ = io.WriteString(upload, line)
		}
		// The service has the header of the stream once it has the first bytes.
		<-halfway
		_, _ = io.WriteString(upload, "S-2,2025-01-01,7,1-bedroom\n")
		_ = upload.Close()
	}()
	done := make(chan error, 1)
	go func() {
		var last error
		for _, err := range c.Import(t.Context(), &eilev1.ImportHeader{Kind: eilev1.ImportKind_IMPORT_KIND_APPLICATIONS}, bufio.NewReaderSize(slow, 16)) {
			last = err
		}
		done <- last
	}()
	// A request on the same connection is answered after the stream was opened.
	if _, err := c.Queue.GetPosition(t.Context(), &eilev1.GetPositionRequest{Reference: "A-1"}); err != nil {
		t.Fatal(err)
	}
	if err := s.process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if health, err := watch.Recv(); err != nil || health.GetStatus() != grpc_health_v1.HealthCheckResponse_NOT_SERVING {
		t.Errorf("after SIGTERM health is %v, %v", health, err)
	}
	close(halfway)
	if err := <-done; err != nil {
		t.Errorf("a request in flight ended with %v", err)
	}
	s.wait()
	if s.code != 0 {
		t.Errorf("after SIGTERM the service ended with %d:\n%s", s.code, s.log)
	}
	s.again()
	if n := len(s.order()); n != 3 {
		t.Errorf("%d wait, want 3", n)
	}
}

// The demo is the main job from nothing to its result; it fails by itself where
// the figures do not reconcile.
func TestDemo(t *testing.T) {
	t.Parallel()
	bin := filepath.Dir(eileBin)
	said := offline(t, filepath.Join(bin, "demo"), "-bin", bin)
	if said.code != 0 || said.stderr != "" {
		t.Fatalf("exit %d\n%s%s", said.code, said.stdout, said.stderr)
	}
	mustHold(t, said.stdout, "1837 rows: 1837 created", "150 rows: 150 created", "$ eile run approve", "was offered DEMO-U", "list general: 0 at the start")
}
