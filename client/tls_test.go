package client

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// authority signs certificates for one test.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	file        string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{certificate: &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}}
	der := a.sign(t, a.certificate, nil)
	var err error
	a.certificate, err = x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a.file = writePEM(t, "CERTIFICATE", der)
	return a
}

// sign makes a certificate for a key; without a key it is the authority's own and the key is made.
func (a *authority) sign(t *testing.T, template *x509.Certificate, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	template.SerialNumber = big.NewInt(1)
	template.Subject = pkix.Name{CommonName: "ona"}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	var err error
	if key == nil {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		a.key = key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// issue returns the files of a certificate for this machine and its key.
func (a *authority) issue(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der := a.sign(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}, key)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return writePEM(t, "CERTIFICATE", der), writePEM(t, "PRIVATE KEY", secret)
}

func writePEM(t *testing.T, kind string, der []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.pem")
	err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// serveTLS starts a server that asks every caller for a certificate of the authority.
func serveTLS(t *testing.T, a *authority) string {
	t.Helper()
	certFile, keyFile := a.issue(t)
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool,
	})))
	eilev1.RegisterApplicationServiceServer(server, &fake{withdraw: func(context.Context, *eilev1.WithdrawApplicationRequest) (*eilev1.Application, error) {
		return &eilev1.Application{}, nil
	}})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}

func TestMutualTLS(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	address := serveTLS(t, ours)
	cert, key := ours.issue(t)
	foreignCert, foreignKey := other.issue(t)
	for _, tc := range []struct {
		name string
		o    Options
		ok   bool
	}{
		{"both sides known", Options{CA: ours.file, Cert: cert, Key: key}, true},
		{"no certificate", Options{CA: ours.file}, false},
		{"certificate of another authority", Options{CA: ours.file, Cert: foreignCert, Key: foreignKey}, false},
		{"server of another authority", Options{CA: other.file, Cert: cert, Key: key}, false},
		{"plain text", Options{}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.o.Address = address
			c, err := Dial(tc.o)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }()
			_, err = c.Applications.WithdrawApplication(t.Context(), &eilev1.WithdrawApplicationRequest{})
			if (err == nil) != tc.ok {
				t.Errorf("answer %v, want ok %v", err, tc.ok)
			}
		})
	}
}
