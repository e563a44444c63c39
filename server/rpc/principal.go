package rpc

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

const (
	// actorHeader carries the name that --as gives, and actorInLetters one that is not all ASCII;
	// only Named believes them.
	actorHeader    = "eile-as"
	actorInLetters = "eile-as-bin"
	// developer is who calls under --dev without a name.
	developer = "dev"
	// gateway is who asks for an applicant.
	gateway = "gateway"
)

// Identify says who calls, or refuses the call. What a caller may do is decided
// here too: the method is known.
type Identify func(ctx context.Context, method string) (name string, err error)

// Named believes the name that the caller gives. It is for --dev.
func Named(ctx context.Context, _ string) (string, error) {
	for _, key := range []string{actorInLetters, actorHeader} {
		given := metadata.ValueFromIncomingContext(ctx, key)
		if len(given) == 0 || given[0] == "" {
			continue
		}
		if !utf8.ValidString(given[0]) || strings.ContainsFunc(given[0], unicode.IsControl) {
			return "", saying{codes.InvalidArgument, words.Say("status.name_not_text")}
		}
		return given[0], nil
	}
	return developer, nil
}

// Certified takes the name from the client's certificate.
func Certified(ctx context.Context, _ string) (string, error) {
	caller, _ := peer.FromContext(ctx)
	info, ok := caller.AuthInfo.(credentials.TLSInfo)
	if !ok || len(info.State.VerifiedChains) == 0 {
		return "", saying{codes.Unauthenticated, words.Say("status.no_certificate")}
	}
	name := info.State.VerifiedChains[0][0].Subject.CommonName
	if name == "" {
		return "", saying{codes.Unauthenticated, words.Say("status.no_name")}
	}
	return name, nil
}

// GatewayOnly lets through what an applicant may ask.
func GatewayOnly(_ context.Context, method string) (string, error) {
	if ours(method) && method != eilev1.QueueService_GetOwnPosition_FullMethodName {
		return "", saying{codes.PermissionDenied, words.Say("status.gateway_only")}
	}
	return gateway, nil
}

// identify puts the caller's name into the call.
func identify(as Identify) func(context.Context) (context.Context, error) {
	return func(ctx context.Context) (context.Context, error) {
		method, _ := grpc.Method(ctx)
		name, err := as(ctx, method)
		if err != nil {
			return ctx, err
		}
		if !casework.Legible(name) {
			return ctx, saying{codes.InvalidArgument, words.Say("status.name_not_text")}
		}
		id := casework.PersonID(name)
		if id == casework.Machine {
			return ctx, saying{codes.PermissionDenied, words.Say("status.name_of_machine")}
		}
		callOf(ctx).actor = id
		return ctx, nil
	}
}
