// Package client is the Go client of eile.
//
// [Dial] returns a [Client] that holds one generated client for each service; on top of them
// it offers what every caller would write again: sequences that follow all pages, the import
// stream, the wait for a run, the evidence, the backup, and [Explain], which puts a refusal with
// all its reasons into one line.
//
// It promises that every change carries a request_id, so that a call that was cut off can be
// repeated, that a call without a deadline of its own ends, and that no plain text leaves this
// machine. It imports proto and nothing else of eile.
package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

const (
	// callTime is how long a call may take that brings no deadline of its own.
	callTime = 30 * time.Second
	// maxMessage is the largest answer that is taken, in bytes: a page of pageSize long
	// applications fits many times.
	maxMessage = 16 << 20
)

// retries repeats a call that the server could not take. It is safe because every change carries a
// request_id.
const retries = `{"methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.1s",
	"maxBackoff": "1s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}]}`

// ErrOption marks an error in the [Options] themselves: nothing was dialled.
var ErrOption = errors.New("bad option")

// Options of [Dial].
type Options struct {
	// Address of the server, host:port.
	Address string
	// CA, Cert and Key name PEM files. With none of them the connection is plain text, which only
	// an address of this machine may have. Cert and Key go together; without CA the roots of the
	// system are trusted.
	CA, Cert, Key string
	// As says who is calling, where the server runs with --dev; elsewhere the certificate says it.
	// Printable ASCII.
	As string
	// Language is the one in which the server shall speak, as HTTP names it; empty: the server
	// chooses.
	Language string
	// RequestID is sent with every change that brings none; empty: a new one each time. One id
	// belongs to one change.
	RequestID string
}

// Client holds the services of one server. It is safe for use by many goroutines.
type Client struct {
	Admin         eilev1.AdminServiceClient
	Applications  eilev1.ApplicationServiceClient
	Audit         eilev1.AuditServiceClient
	Decisions     eilev1.DecisionServiceClient
	Decommissions eilev1.DecommissionServiceClient
	Duplicates    eilev1.DuplicateServiceClient
	Imports       eilev1.ImportServiceClient
	Leases        eilev1.LeaseServiceClient
	Offers        eilev1.OfferServiceClient
	Plans         eilev1.PlanServiceClient
	Policies      eilev1.PolicyServiceClient
	Programmes    eilev1.ProgrammeServiceClient
	Queue         eilev1.QueueServiceClient
	Runs          eilev1.RunServiceClient
	Stats         eilev1.StatsServiceClient
	Tenancies     eilev1.TenancyServiceClient
	Units         eilev1.UnitServiceClient
	Vacancies     eilev1.VacancyServiceClient

	conn      *grpc.ClientConn
	requestID string
}

// Dial prepares a connection; the network is first used by the first call. The caller closes the
// client. An error wraps [ErrOption] where the options are at fault; extra options are for tests
// and for callers with their own transport.
func Dial(o Options, extra ...grpc.DialOption) (*Client, error) {
	host, _, err := net.SplitHostPort(o.Address)
	if err != nil {
		return nil, fmt.Errorf("%w: address %q: give host:port", ErrOption, o.Address)
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	secure, err := o.credentials(host)
	if err != nil {
		return nil, err
	}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(secure),
		grpc.WithDefaultServiceConfig(retries),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)),
		grpc.WithChainUnaryInterceptor(withDeadline, withRequestID(o.RequestID)),
	}
	if sent := o.header(); len(sent) > 0 {
		options = append(options, grpc.WithPerRPCCredentials(sent))
	}
	conn, err := grpc.NewClient(o.Address, append(options, extra...)...)
	if err != nil {
		return nil, fmt.Errorf("%w: address %q: %w", ErrOption, o.Address, err)
	}
	return newClient(conn, o.RequestID), nil
}

func newClient(conn *grpc.ClientConn, requestID string) *Client {
	return &Client{
		Admin:         eilev1.NewAdminServiceClient(conn),
		Applications:  eilev1.NewApplicationServiceClient(conn),
		Audit:         eilev1.NewAuditServiceClient(conn),
		Decisions:     eilev1.NewDecisionServiceClient(conn),
		Decommissions: eilev1.NewDecommissionServiceClient(conn),
		Duplicates:    eilev1.NewDuplicateServiceClient(conn),
		Imports:       eilev1.NewImportServiceClient(conn),
		Leases:        eilev1.NewLeaseServiceClient(conn),
		Offers:        eilev1.NewOfferServiceClient(conn),
		Plans:         eilev1.NewPlanServiceClient(conn),
		Policies:      eilev1.NewPolicyServiceClient(conn),
		Programmes:    eilev1.NewProgrammeServiceClient(conn),
		Queue:         eilev1.NewQueueServiceClient(conn),
		Runs:          eilev1.NewRunServiceClient(conn),
		Stats:         eilev1.NewStatsServiceClient(conn),
		Tenancies:     eilev1.NewTenancyServiceClient(conn),
		Units:         eilev1.NewUnitServiceClient(conn),
		Vacancies:     eilev1.NewVacancyServiceClient(conn),
		conn:          conn,
		requestID:     requestID,
	}
}

// Close ends the connection and every call on it.
func (c *Client) Close() error {
	return c.conn.Close()
}

// credentials chooses TLS or, for this machine only, plain text.
func (o Options) credentials(host string) (credentials.TransportCredentials, error) {
	if o.CA != "" || o.Cert != "" || o.Key != "" {
		return o.tls()
	}
	if !isLoopback(host) {
		return nil, fmt.Errorf("server %s: plain text is refused except to this machine: give the TLS certificate, its key and the CA", o.Address)
	}
	return insecure.NewCredentials(), nil
}

// isLoopback tells whether a host is this machine. It asks no name server: what a name stands for
// may change after the check.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// header is what is sent with every call.
type header map[string]string

// header says who is calling and in which language.
func (o Options) header() header {
	h := header{}
	switch {
	case o.As == "":
	case isASCII(o.As):
		h["eile-as"] = o.As
	default:
		// gRPC sends the value of a key that ends so in base64.
		h["eile-as-bin"] = o.As
	}
	if o.Language != "" {
		h["accept-language"] = o.Language
	}
	return h
}

// GetRequestMetadata implements [credentials.PerRPCCredentials].
func (h header) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return h, nil
}

// RequireTransportSecurity implements [credentials.PerRPCCredentials]: none of it is a secret or
// proves anything.
func (header) RequireTransportSecurity() bool {
	return false
}

// check refuses what metadata cannot carry: a name is in any letters, a language is a tag of ASCII.
func (o Options) check() error {
	if !utf8.ValidString(o.As) || strings.ContainsFunc(o.As, unicode.IsControl) {
		return fmt.Errorf("%w: name %q: a name is text without control characters", ErrOption, o.As)
	}
	if !isASCII(o.Language) {
		return fmt.Errorf("%w: language %q: only printable ASCII can be sent", ErrOption, o.Language)
	}
	return nil
}

// isASCII tells whether a text is of printable ASCII alone.
func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}
