package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server"
	"github.com/eile-housing/eile/server/gateway"
	"github.com/eile-housing/eile/server/rpc"
)

const (
	// graceful is how long requests in flight may take after a signal.
	graceful = time.Minute
	// lastWord is how long streams may take to hear that the service ends.
	lastWord = time.Second
)

// answer serves until the context ends. Metrics are nil where nobody asks for
// them.
func answer(ctx context.Context, s *server.Server, transport credentials.TransportCredentials, l listeners, metrics *rpc.Metrics, stdout io.Writer, log zerolog.Logger) error {
	line, err := spell.Line(l.ready())
	if err != nil {
		return err
	}
	public, inner, pipe := s.GRPC(transport), s.GatewayGRPC(), bufconn.Listen(1<<16)
	conn, err := dial(pipe)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // nothing is lost
	page, kept := gateway.Server(gateway.New(conn, gateway.Options{Log: log})), metricsServer(metrics)
	group, gctx := errgroup.WithContext(ctx)
	background, stopBackground := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBackground()
	group.Go(func() error { return s.Run(background) })
	group.Go(func() error { return serveGRPC(public, l.grpc) })
	group.Go(func() error { return serveGRPC(inner, pipe) })
	group.Go(func() error { return serveHTTP(page, l.web) })
	group.Go(func() error { return serveHTTP(kept, l.metrics) })
	_, _ = stdout.Write(line)
	log.Info().Str("grpc", l.grpc.Addr().String()).Msg("ready")
	<-gctx.Done()
	log.Info().Msg("stopping")
	s.Drain()
	stop(s, public, inner, page)
	s.Close()
	_ = kept.Close() // a profile may take longer than anybody waits
	stopBackground()
	return group.Wait()
}

// dial reaches the service of the gateway in this process.
func dial(pipe *bufconn.Listener) (*grpc.ClientConn, error) {
	return grpc.NewClient("passthrough:gateway", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return pipe.DialContext(ctx) }))
}

// serveGRPC serves until the server is stopped, which may be before it began.
func serveGRPC(g *grpc.Server, l net.Listener) error {
	if err := g.Serve(l); !errors.Is(err, grpc.ErrServerStopped) {
		return err
	}
	return nil
}

// serveHTTP serves until the web server is shut down; without a listener it is
// not served.
func serveHTTP(web *http.Server, l net.Listener) error {
	if l == nil {
		return nil
	}
	if err := web.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// stop lets requests in flight finish, for a time. Then only streams are open
// that never end, such as a watch of the health: they are cut off.
func stop(s *server.Server, public, inner *grpc.Server, page *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), graceful)
	defer cancel()
	_ = page.Shutdown(ctx) // what is still open then is cut off
	done := make(chan struct{})
	go func() {
		inner.GracefulStop()
		public.GracefulStop()
		close(done)
	}()
	s.WaitIdle(ctx)
	select {
	case <-done:
		return
	case <-time.After(lastWord):
	}
	inner.Stop()
	public.Stop()
	<-done
}
