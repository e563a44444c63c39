package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// authority signs certificates for a test.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	next int64
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	a.cert, a.key = a.sign(name, func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	})
	return a
}

// sign makes NAME.pem and NAME.key.
func (a *authority) sign(name string, change func(*x509.Certificate)) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	a.next++
	template := &x509.Certificate{
		SerialNumber: big.NewInt(a.next), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	change(template)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	for ending, block := range map[string]*pem.Block{".pem": {Type: "CERTIFICATE", Bytes: der}, ".key": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(a.file(name+ending), pem.EncodeToMemory(block), 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert, key
}

func (a *authority) file(name string) string { return filepath.Join(a.dir, name) }

// caller are the flags of a person with a certificate of this authority, who
// trusts the given one.
func (a *authority) caller(name string, trusted *authority) []string {
	a.t.Helper()
	a.sign(name, func(*x509.Certificate) {})
	return []string{"--tls-ca", trusted.file("root.pem"), "--tls-cert", a.file(name + ".pem"), "--tls-key", a.file(name + ".key")}
}

func TestMutualTLS(t *testing.T) {
	t.Parallel()
	ours, theirs := newAuthority(t, "root"), newAuthority(t, "root")
	ours.sign("service", func(*x509.Certificate) {})
	s := &service{t: t, data: filepath.Join(t.TempDir(), "data")}
	s.start("--tls-cert", ours.file("service.pem"), "--tls-key", ours.file("service.key"), "--client-ca", ours.file("root.pem"))

	for name, flags := range map[string][]string{
		"plain text":                    nil,
		"no certificate":                {"--tls-ca", ours.file("root.pem")},
		"another authority":             theirs.caller("mallory", ours),
		"a service of another's":        ours.caller("victim", theirs),
		"plain text that claims a name": {"--as", "jonas"},
	} {
		s.credential = flags
		if said := s.eile("policy", "list"); said.code != 4 || said.stdout != "" {
			t.Errorf("%s: exit %d, %s%s", name, said.code, said.stdout, said.stderr)
		}
	}

	s.credential = ours.caller("jonas", ours)
	s.do("policy", "activate", "lt-vilnius")
	s.do("import", "applications", sheet(t, "applications.csv", vilnius, household("A-1", "2017-03-01T10:00:00+02:00"), household("A-2", "2018-01-01")))
	s.credential = append(ours.caller("rasa", ours), "--as", "somebody-else")
	s.do("application", "suspend", "A-1", "--decision", "D-1", "--reason", "abroad")
	s.secure = client.Options{CA: ours.file("root.pem"), Cert: ours.file("rasa.pem"), Key: ours.file("rasa.key")}
	history := read(s, &eilev1.ListHistoryResponse{}, "application", "history", "A-1").GetEntries()
	if len(history) != 2 || history[0].GetActor() != "jonas" || history[1].GetActor() != "rasa" || history[1].GetReason() != "abroad" || history[1].GetStatusTo() != "SUSPENDED" {
		t.Errorf("who did what: %v", history)
	}
	s.same("a day that is to come", func() {
		tomorrow := time.Now().AddDate(0, 0, 2).Format(time.DateOnly)
		mustHold(t, s.refused("run", "start", "--on", tomorrow), "IN_THE_FUTURE")
		if dry := s.night("--dry-run", "--on", tomorrow); dry.GetState() != eilev1.RunState_RUN_STATE_DRY_RUN {
			t.Errorf("a dry run looks ahead: %v", dry)
		}
	})
	if run := s.night(); run.GetStartedBy() != "rasa" {
		t.Errorf("the run was started by %s", run.GetStartedBy())
	}
	s.stop()
}

func TestServeRefusesFlagsThatLetAnyoneIn(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	for _, flags := range [][]string{
		{},
		{"--data", data},
		{"--data", data, "--tls-cert", "x", "--tls-key", "x"},
		{"--data", data, "--dev", "--tls-cert", "x"},
		{"--data", data, "--dev", "--listen", "0.0.0.0:0"},
		{"--data", data, "--dev", "--listen", ":0"},
		{"--data", data, "--dev", "--listen", "192.0.2.1:0"},
		{"--data", data, "--dev", "--listen", "127.0.0.1:0", "--gateway", "0.0.0.0:0"},
		{"--data", data, "--dev", "--nonsense"},
		{"--data", data, "--dev", "nonsense"},
	} {
		if said := offline(t, eiledBin, append([]string{"serve"}, flags...)...); said.code != 2 || said.stdout != "" || said.stderr == "" {
			t.Errorf("serve %v: exit %d, %s%s", flags, said.code, said.stdout, said.stderr)
		}
	}
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("a service that was refused made its data directory: %v", err)
	}
	bad := file(t, "bad.pem", "no certificate")
	said := offline(t, eiledBin, "serve", "--data", data, "--tls-cert", bad, "--tls-key", bad, "--client-ca", bad, "--listen", "127.0.0.1:0")
	if said.code != 1 || said.stdout != "" {
		t.Errorf("a certificate that is none: exit %d, %s%s", said.code, said.stdout, said.stderr)
	}
}
