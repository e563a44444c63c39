package client

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// fake is a server whose every method a test may set.
type fake struct {
	eilev1.UnimplementedAdminServiceServer
	eilev1.UnimplementedApplicationServiceServer
	eilev1.UnimplementedImportServiceServer
	eilev1.UnimplementedRunServiceServer

	backup   func(grpc.ServerStreamingServer[eilev1.BackupResponse]) error
	list     func(*eilev1.ListApplicationsRequest) (*eilev1.ListApplicationsResponse, error)
	withdraw func(context.Context, *eilev1.WithdrawApplicationRequest) (*eilev1.Application, error)
	imports  func(grpc.BidiStreamingServer[eilev1.ImportRequest, eilev1.ImportResponse]) error
	start    func(context.Context, *eilev1.StartRunRequest) (*eilev1.Run, error)
	get      func(*eilev1.GetRunRequest) (*eilev1.Run, error)
	matches  func(*eilev1.ListRunMatchesRequest) (*eilev1.ListRunMatchesResponse, error)
	evidence func(grpc.ServerStreamingServer[eilev1.GetEvidenceResponse]) error
}

func (f *fake) Backup(_ *eilev1.BackupRequest, stream grpc.ServerStreamingServer[eilev1.BackupResponse]) error {
	return f.backup(stream)
}

func (f *fake) ListApplications(_ context.Context, req *eilev1.ListApplicationsRequest) (*eilev1.ListApplicationsResponse, error) {
	return f.list(req)
}

func (f *fake) WithdrawApplication(ctx context.Context, req *eilev1.WithdrawApplicationRequest) (*eilev1.Application, error) {
	return f.withdraw(ctx, req)
}

func (f *fake) Import(stream grpc.BidiStreamingServer[eilev1.ImportRequest, eilev1.ImportResponse]) error {
	return f.imports(stream)
}

func (f *fake) StartRun(ctx context.Context, req *eilev1.StartRunRequest) (*eilev1.Run, error) {
	return f.start(ctx, req)
}

func (f *fake) GetRun(_ context.Context, req *eilev1.GetRunRequest) (*eilev1.Run, error) {
	return f.get(req)
}

func (f *fake) ListRunMatches(_ context.Context, req *eilev1.ListRunMatchesRequest) (*eilev1.ListRunMatchesResponse, error) {
	return f.matches(req)
}

func (f *fake) GetEvidence(_ *eilev1.GetEvidenceRequest, stream grpc.ServerStreamingServer[eilev1.GetEvidenceResponse]) error {
	return f.evidence(stream)
}

// dial returns a client of the fake server over a pipe in memory.
func dial(t *testing.T, f *fake, o Options) *Client {
	t.Helper()
	server := grpc.NewServer()
	eilev1.RegisterAdminServiceServer(server, f)
	eilev1.RegisterApplicationServiceServer(server, f)
	eilev1.RegisterImportServiceServer(server, f)
	eilev1.RegisterRunServiceServer(server, f)
	pipe := bufconn.Listen(1 << 20)
	go func() { _ = server.Serve(pipe) }()
	t.Cleanup(server.Stop)
	o.Address = "127.0.0.1:7400"
	c, err := Dial(o, grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		return pipe.DialContext(ctx)
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestChangesCarryARequestIDAndADeadline(t *testing.T) {
	var ids []string
	var left time.Duration
	var as []string
	f := &fake{withdraw: func(ctx context.Context, req *eilev1.WithdrawApplicationRequest) (*eilev1.Application, error) {
		ids = append(ids, req.GetRequestId())
		deadline, ok := ctx.Deadline()
		if !ok {
			t.Error("the call has no deadline")
		}
		left = time.Until(deadline)
		md, _ := metadata.FromIncomingContext(ctx)
		as = md.Get("eile-as")
		return &eilev1.Application{}, nil
	}}
	c := dial(t, f, Options{As: "ona"})
	req := &eilev1.WithdrawApplicationRequest{Reference: "A-1"}
	for range 2 {
		_, err := c.Applications.WithdrawApplication(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
	}
	if uuid.Validate(ids[0]) != nil || uuid.Validate(ids[1]) != nil || ids[0] == ids[1] {
		t.Errorf("request ids %q: want two different UUIDs", ids)
	}
	if req.GetRequestId() != "" {
		t.Error("the caller's message was changed")
	}
	if left <= 0 || left > callTime {
		t.Errorf("deadline in %v, want at most %v", left, callTime)
	}
	if len(as) != 1 || as[0] != "ona" {
		t.Errorf("eile-as is %q, want ona", as)
	}
}

// A name in any letters arrives as it was given, and one of ASCII under the key that every tool can
// write.
func TestANameArrives(t *testing.T) {
	for name, key := range map[string]string{"Rūta Žukauskaitė": "eile-as-bin", "ona": "eile-as"} {
		var sent metadata.MD
		f := &fake{withdraw: func(ctx context.Context, _ *eilev1.WithdrawApplicationRequest) (*eilev1.Application, error) {
			sent, _ = metadata.FromIncomingContext(ctx)
			return &eilev1.Application{}, nil
		}}
		if _, err := dial(t, f, Options{As: name}).Applications.WithdrawApplication(t.Context(), &eilev1.WithdrawApplicationRequest{Reference: "A-1"}); err != nil {
			t.Fatal(err)
		}
		if got := sent.Get(key); len(got) != 1 || got[0] != name || len(sent.Get("eile-as"))+len(sent.Get("eile-as-bin")) != 1 {
			t.Errorf("%q arrived as %v", name, sent)
		}
	}
}

func TestAGivenRequestIDIsKept(t *testing.T) {
	const session, own = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
	var got string
	f := &fake{withdraw: func(_ context.Context, req *eilev1.WithdrawApplicationRequest) (*eilev1.Application, error) {
		got = req.GetRequestId()
		return &eilev1.Application{}, nil
	}}
	c := dial(t, f, Options{RequestID: session})
	for _, tc := range []struct{ set, want string }{{"", session}, {own, own}} {
		_, err := c.Applications.WithdrawApplication(t.Context(), &eilev1.WithdrawApplicationRequest{RequestId: tc.set})
		if err != nil {
			t.Fatal(err)
		}
		if got != tc.want {
			t.Errorf("request id %s, want %s", got, tc.want)
		}
	}
}

func TestARunMayTakeAsLongAsItNeeds(t *testing.T) {
	f := &fake{start: func(ctx context.Context, _ *eilev1.StartRunRequest) (*eilev1.Run, error) {
		if _, ok := ctx.Deadline(); ok {
			t.Error("StartRun has a deadline")
		}
		return &eilev1.Run{}, nil
	}}
	_, err := dial(t, f, Options{}).Runs.StartRun(t.Context(), &eilev1.StartRunRequest{})
	if err != nil {
		t.Fatal(err)
	}
}

func TestACallIsRepeatedWithTheSameRequestID(t *testing.T) {
	var ids []string
	f := &fake{withdraw: func(_ context.Context, req *eilev1.WithdrawApplicationRequest) (*eilev1.Application, error) {
		ids = append(ids, req.GetRequestId())
		if len(ids) == 1 {
			return nil, status.Error(codes.Unavailable, "going down")
		}
		return &eilev1.Application{Reference: "A-1"}, nil
	}}
	got, err := dial(t, f, Options{}).Applications.WithdrawApplication(t.Context(), &eilev1.WithdrawApplicationRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if len(ids) != 2 || ids[0] != ids[1] || got.GetReference() != "A-1" {
		t.Errorf("calls %q answered %v: want two calls with one request id", ids, got)
	}
}

func TestALargeAnswerIsTaken(t *testing.T) {
	want := &eilev1.ListApplicationsResponse{}
	for range 8 {
		want.Applications = append(want.Applications, &eilev1.Application{Reference: "A", Etag: string(make([]byte, 1<<20))})
	}
	f := &fake{list: func(*eilev1.ListApplicationsRequest) (*eilev1.ListApplicationsResponse, error) { return want, nil }}
	got, err := dial(t, f, Options{}).Applications.ListApplications(t.Context(), &eilev1.ListApplicationsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(got, want) {
		t.Error("8 MiB came back changed")
	}
}

func TestDialRefuses(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.pem")
	for _, tc := range []struct {
		name   string
		o      Options
		option bool
	}{
		{"no port", Options{Address: "127.0.0.1"}, true},
		{"no address", Options{}, true},
		{"plain text to a name", Options{Address: "eile.example.org:7400"}, false},
		{"plain text to an address", Options{Address: "192.0.2.1:7400"}, false},
		{"plain text to every address", Options{Address: "0.0.0.0:7400"}, false},
		{"plain text to an empty host", Options{Address: ":7400"}, false},
		{"certificate without key", Options{Address: "127.0.0.1:7400", Cert: missing}, true},
		{"key without certificate", Options{Address: "127.0.0.1:7400", Key: missing}, true},
		{"certificate that is not there", Options{Address: "127.0.0.1:7400", Cert: missing, Key: missing}, false},
		{"CA that is not there", Options{Address: "127.0.0.1:7400", CA: missing}, false},
		{"CA without a certificate", Options{Address: "127.0.0.1:7400", CA: "client.go"}, false},
		{"name of two lines", Options{Address: "127.0.0.1:7400", As: "Eglė\nRūta"}, true},
		{"name that is no text", Options{Address: "127.0.0.1:7400", As: "Egl\xeb"}, true},
		{"language beyond ASCII", Options{Address: "127.0.0.1:7400", Language: "lietuvių"}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := Dial(tc.o)
			if err == nil {
				_ = c.Close()
				t.Fatal("dialled")
			}
			if errors.Is(err, ErrOption) != tc.option {
				t.Errorf("%v: want ErrOption %v", err, tc.option)
			}
		})
	}
}

func TestDialTakesThisMachine(t *testing.T) {
	for _, address := range []string{"127.0.0.1:7400", "127.9.9.9:1", "localhost:7400", "[::1]:7400", "[::ffff:127.0.0.1]:7400"} {
		c, err := Dial(Options{Address: address})
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		_ = c.Close()
	}
}
