package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"golang.org/x/term"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/eile-housing/eile/server"
	"github.com/eile-housing/eile/server/gateway"
)

const (
	// graceful is how long requests in flight may take after a signal.
	graceful = time.Minute
	// lastWord is how long streams may take to hear that the service ends.
	lastWord = time.Second
)

type serveOptions struct {
	data, address, gateway string
	policies               []string
	dev                    bool
	cert, key, clientCA    string
	verbose                bool
}

func serveCommand() *cobra.Command {
	var o serveOptions
	command := &cobra.Command{
		Use: "serve --data DIR", Short: "serve the register of a data directory", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return serve(command.Context(), o, command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	flags := command.Flags()
	flags.StringVar(&o.data, "data", "", "data directory (required)")
	flags.StringVar(&o.address, "listen", "127.0.0.1:7400", "address of the gRPC service; port 0 picks a free one")
	flags.StringVar(&o.gateway, "gateway", "127.0.0.1:7480", "address of the applicants' page; empty: none")
	flags.StringArrayVar(&o.policies, "policy", nil, "policy file, or name of a shipped one, to put in force; may be repeated")
	flags.BoolVar(&o.dev, "dev", false, "no TLS, every caller may do everything; on loopback only")
	flags.StringVar(&o.cert, "tls-cert", "", "certificate of the service (PEM)")
	flags.StringVar(&o.key, "tls-key", "", "private key of the service (PEM)")
	flags.StringVar(&o.clientCA, "client-ca", "", "authority that signs the certificates of callers (PEM)")
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "log every request")
	return command
}

// check refuses flags that do not go together.
func (o serveOptions) check() error {
	if o.data == "" {
		return usage{errors.New("--data DIR is needed")}
	}
	if !o.dev {
		if o.cert == "" || o.key == "" || o.clientCA == "" {
			return usage{errors.New("--tls-cert, --tls-key and --client-ca are needed, or --dev on loopback")}
		}
		return nil
	}
	if o.cert != "" || o.key != "" || o.clientCA != "" {
		return usage{errors.New("--dev has no TLS: leave out --tls-cert, --tls-key and --client-ca")}
	}
	for flag, address := range map[string]string{"--listen": o.address, "--gateway": o.gateway} {
		if address != "" && !loopback(address) {
			return usage{fmt.Errorf("%s %s: --dev serves on loopback only (127.0.0.1, [::1] or localhost)", flag, address)}
		}
	}
	return nil
}

func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func logger(to io.Writer, verbose bool) zerolog.Logger {
	if file, ok := to.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		to = zerolog.ConsoleWriter{Out: to, TimeFormat: time.TimeOnly}
	}
	level := zerolog.InfoLevel
	if verbose {
		level = zerolog.DebugLevel
	}
	return zerolog.New(to).Level(level).With().Timestamp().Logger()
}

// serve opens, listens, says that it is ready, and ends in order: health turns,
// requests finish, the audit is sealed, the register closes.
func serve(ctx context.Context, o serveOptions, stdout, stderr io.Writer) (err error) {
	log := logger(stderr, o.verbose)
	var transport credentials.TransportCredentials
	if !o.dev {
		if transport, err = mutualTLS(o); err != nil {
			return err
		}
	}
	addresses, err := o.listen(ctx)
	if err != nil {
		return err
	}
	defer addresses.close()
	opened, err := openData(ctx, o.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.db.Close()) }()
	s, err := server.New(ctx, server.Options{
		Register: opened.register, Backup: opened.db, Key: opened.key, Dev: o.dev, Log: log,
	})
	if err != nil {
		return err
	}
	for _, policy := range o.policies {
		if err := s.ActivateFile(ctx, policy); err != nil {
			return fmt.Errorf("--policy %s: %w", policy, err)
		}
	}
	return addresses.answer(ctx, s, transport, stdout, log)
}

// readyLine is what the service prints when it is ready.
type readyLine struct {
	Ready   bool   `json:"ready"`
	GRPC    string `json:"grpc"`
	Gateway string `json:"gateway,omitempty"`
}

// listeners are the open addresses of the service. Web is nil where there is no
// gateway.
type listeners struct{ grpc, web net.Listener }

// listen opens the addresses before the data, so that a service which cannot be
// reached leaves no trace.
func (o serveOptions) listen(ctx context.Context) (l listeners, err error) {
	var open net.ListenConfig
	if l.grpc, err = open.Listen(ctx, "tcp", o.address); err != nil {
		return l, fmt.Errorf("--listen %s: %w", o.address, err)
	}
	if o.gateway == "" {
		return l, nil
	}
	if l.web, err = open.Listen(ctx, "tcp", o.gateway); err != nil {
		l.close()
		return l, fmt.Errorf("--gateway %s: %w", o.gateway, err)
	}
	return l, nil
}

// close ends what no server has taken over and closed.
func (l listeners) close() {
	_ = l.grpc.Close()
	if l.web != nil {
		_ = l.web.Close()
	}
}

func (l listeners) ready() readyLine {
	line := readyLine{Ready: true, GRPC: l.grpc.Addr().String()}
	if l.web != nil {
		line.Gateway = l.web.Addr().String()
	}
	return line
}

// answer serves until the context ends.
func (l listeners) answer(ctx context.Context, s *server.Server, transport credentials.TransportCredentials, stdout io.Writer, log zerolog.Logger) error {
	line, err := json.Marshal(l.ready())
	if err != nil {
		return err
	}
	public, inner, pipe := s.GRPC(transport), s.GatewayGRPC(), bufconn.Listen(1<<16)
	conn, err := grpc.NewClient("passthrough:gateway", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return pipe.DialContext(ctx) }))
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // nothing is lost
	page := gateway.Server(gateway.New(conn, gateway.Options{Log: log}))
	group, gctx := errgroup.WithContext(ctx)
	background, stopBackground := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBackground()
	group.Go(func() error { return s.Run(background) })
	group.Go(func() error { return public.Serve(l.grpc) })
	group.Go(func() error { return inner.Serve(pipe) })
	if l.web != nil {
		group.Go(func() error {
			if err := page.Serve(l.web); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
	}
	fmt.Fprintf(stdout, "%s\n", line)
	log.Info().Str("grpc", l.grpc.Addr().String()).Msg("ready")
	<-gctx.Done()
	log.Info().Msg("stopping")
	s.Drain()
	stop(s, public, inner, page)
	stopBackground()
	return group.Wait()
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
