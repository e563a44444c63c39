package rpc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"testing"

	"github.com/rs/zerolog"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

func TestNamesAreBelieved(t *testing.T) {
	t.Parallel()
	s := serve(t, Named, zerolog.InfoLevel)
	for given, want := range map[string]string{"Ona": "ona", " ONA": "ona", "": "dev"} {
		answer, err := s.ask(with(t, "eile-as", given))
		if err != nil || answer.GetReference() != want {
			t.Errorf("%q is %q: %v", given, answer.GetReference(), err)
		}
	}
}

// Nobody is taken for the machine itself.
func TestNobodyIsTheMachine(t *testing.T) {
	t.Parallel()
	s := serve(t, Named, zerolog.InfoLevel)
	for _, name := range []string{"eile", "Eile", " EILE "} {
		if _, err := s.ask(with(t, "eile-as", name)); status.Code(err) != codes.PermissionDenied {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// A name is in any letters; what is no text is refused before a record could hold it.
func TestNamesAreInAnyLetters(t *testing.T) {
	t.Parallel()
	s := serve(t, Named, zerolog.InfoLevel)
	for _, name := range []string{"Rūta Žukauskaitė", "王小明", "Ona"} {
		answer, err := s.ask(with(t, "eile-as-bin", name))
		if err != nil || answer.GetReference() != casework.PersonID(name) {
			t.Errorf("%q is %q: %v", name, answer.GetReference(), err)
		}
	}
	for _, name := range []string{"R\xfbta", "Rūta\nJonas"} {
		if _, err := s.ask(with(t, "eile-as-bin", name)); status.Code(err) != codes.InvalidArgument {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestTheGatewayAsksForOnePlace(t *testing.T) {
	t.Parallel()
	s := serve(t, GatewayOnly, zerolog.InfoLevel)
	own, err := s.queue.GetOwnPosition(t.Context(), &eilev1.GetOwnPositionRequest{Reference: "A-1", AccessCode: "x"})
	if err != nil || own.GetPosition().GetReference() != "gateway" {
		t.Errorf("%v: %v", own, err)
	}
	if _, err := s.health.Check(t.Context(), &healthv1.HealthCheckRequest{}); err != nil {
		t.Errorf("health: %v", err)
	}
	if _, err := s.ask(t.Context()); status.Code(err) != codes.PermissionDenied {
		t.Errorf("another call: %v", err)
	}
	if err := s.evidence(t.Context()); status.Code(err) != codes.PermissionDenied {
		t.Errorf("a stream: %v", err)
	}
}

func TestCertificatesName(t *testing.T) {
	t.Parallel()
	s := serve(t, Certified, zerolog.InfoLevel)
	if _, err := s.ask(with(t, "eile-as", "Ona")); status.Code(err) != codes.Unauthenticated {
		t.Errorf("without a certificate: %v", err)
	}
	if _, err := s.health.Check(t.Context(), &healthv1.HealthCheckRequest{}); status.Code(err) != codes.Unauthenticated {
		t.Errorf("the health without a certificate: %v", err)
	}
	for name, want := range map[string]codes.Code{"ona": codes.OK, "": codes.Unauthenticated} {
		shown := &x509.Certificate{Subject: pkix.Name{CommonName: name}}
		ctx := peer.NewContext(context.Background(), &peer.Peer{AuthInfo: credentials.TLSInfo{
			State: tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{shown}}},
		}})
		if got, err := Certified(ctx, ""); got != name || status.Code(err) != want {
			t.Errorf("%q is %q: %v", name, got, err)
		}
	}
}
