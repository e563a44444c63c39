package eiletest

import (
	"context"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
)

// Connect serves a service in memory and answers a connection to it. Both end
// with the test.
func Connect(t T, service *grpc.Server) *grpc.ClientConn {
	t.Helper()
	wire := bufconn.Listen(1 << 20)
	ended := make(chan error, 1)
	go func() { ended <- service.Serve(wire) }()
	t.Cleanup(func() {
		service.Stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	conn, err := grpc.NewClient("passthrough:world", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return wire.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Errorf("close the connection: %v", err)
		}
	})
	return conn
}
