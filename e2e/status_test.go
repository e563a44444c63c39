package e2e

import (
	"crypto/x509"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// A script tells apart a service that is not there, one that does not let it in, and one that
// refuses.
func TestExitStatuses(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	ours := newAuthority(t, "root")
	ours.sign("service", func(*x509.Certificate) {})
	s := &service{t: t, data: filepath.Join(t.TempDir(), "data")}
	s.start("--tls-cert", ours.file("service.pem"), "--tls-key", ours.file("service.key"), "--client-ca", ours.file("root.pem"))
	s.credential = ours.caller("jonas", ours)
	for _, c := range []struct {
		code int
		args []string
		says string
	}{
		{3, []string{"--server", dead, "policy", "list"}, "cannot reach the server"},
		{3, []string{"--server", "no-such-host.invalid:7400", "policy", "list"}, "cannot reach the server"},
		{1, []string{"position", "A-1"}, "NO_POLICY"},
		{2, []string{"position"}, "REFERENCE"},
		{0, []string{"policy", "list"}, ""},
	} {
		if said := s.eile(c.args...); said.code != c.code || !strings.Contains(said.stderr, c.says) {
			t.Errorf("%v: exit %d, want %d\n%s", c.args, said.code, c.code, said.stderr)
		}
	}
	s.stop()
}
