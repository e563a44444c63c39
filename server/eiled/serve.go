package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"golang.org/x/term"
	"google.golang.org/grpc/credentials"

	"github.com/eile-housing/eile/server"
	"github.com/eile-housing/eile/server/rpc"
)

type serveOptions struct {
	data, address       string
	gateway, metrics    string // empty: none
	policies            []string
	dev                 bool
	cert, key, clientCA string
	verbose             bool
}

func serveCommand() *cobra.Command {
	var o serveOptions
	command := &cobra.Command{
		Use: "serve --data DIR", Short: "serve the register of a data directory", Args: cobra.NoArgs,
		Example: "  eiled serve --data data --dev --policy lt-vilnius\n" +
			"  eiled serve --data /var/lib/eile --listen 0.0.0.0:7400 --tls-cert eile.pem --tls-key eile.key --client-ca officers-ca.pem",
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
	flags.StringVar(&o.metrics, "metrics", "", "address of the metrics (Prometheus) and profiles, for the machine's own keepers; empty: none")
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
	if o.address == "" {
		return usage{errors.New("--listen ADDRESS must not be empty")}
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
	for _, at := range o.addresses() {
		if at.address != "" && !loopback(at.address) {
			return usage{fmt.Errorf("%s %s: --dev serves on loopback only (127.0.0.1, [::1] or localhost)", at.flag, at.address)}
		}
	}
	return nil
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
	var metrics *rpc.Metrics
	if o.metrics != "" {
		metrics = rpc.NewMetrics(opened.register)
	}
	s, err := server.New(ctx, server.Options{
		Register: opened.register, Backup: opened.db, Key: opened.key, Dev: o.dev, Log: log, Metrics: metrics,
	})
	if err != nil {
		return err
	}
	defer s.Close() // of a service that never came to answer, too: a run may be under way
	for _, policy := range o.policies {
		if err := s.ActivateFile(ctx, policy); err != nil {
			return fmt.Errorf("--policy %s: %w", policy, err)
		}
	}
	return answer(ctx, s, transport, addresses, metrics, stdout, log)
}
