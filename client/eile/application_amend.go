package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// applicationPaths are the update_mask paths of the flags that amend.
var applicationPaths = map[string]string{
	"members": "household", "districts": "districts", "list": "list", "register-number": "register_number", "registered-at": "registered_at",
}

func newApplicationAmend(s *session) *cobra.Command {
	var f *applicationFlags
	var decision *eilev1.ByDecision
	var etag string
	cmd := s.ask("amend REFERENCE", "Change facts; the registration date only by decision", applicationView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req := &eilev1.AmendApplicationRequest{Application: f.application, UpdateMask: &fieldmaskpb.FieldMask{Paths: f.paths()}}
			req.Application.Reference, req.Application.Etag = args[0], etag
			req.Application.Attributes = f.attributes.facts()
			if f.flags.Changed("decision") {
				req.Decision = decision
			}
			if len(req.GetUpdateMask().GetPaths()) == 0 {
				return nil, badUsage("eile application amend: nothing to amend; see eile application amend --help")
			}
			if anyChanged(f.flags, personFlagNames...) {
				var err error
				req.Person, err = f.amendedPerson(ctx, c, args[0])
				if err != nil {
					return nil, err
				}
			}
			return c.Applications.AmendApplication(ctx, req)
		})
	f = addApplicationFlags(cmd.Flags())
	decision = decisionFlags(cmd, false)
	etagVar(cmd, &etag)
	return cmd
}

// paths of the facts that were given, in order: the server answers faults in the same order every time.
func (f *applicationFlags) paths() []string {
	paths := f.attributes.paths()
	for flag, path := range applicationPaths {
		if f.flags.Changed(flag) {
			paths = append(paths, path)
		}
	}
	if anyChanged(f.flags, personFlagNames...) {
		paths = append(paths, "person")
	}
	slices.Sort(paths)
	return paths
}

// amendedPerson is the personal data on record with the flags that were given laid over it, since the server replaces the
// whole. Of two who amend one person in the same moment the later one wins.
func (f *applicationFlags) amendedPerson(ctx context.Context, c *client.Client, reference string) (*eilev1.Person, error) {
	person, err := c.Applications.GetPerson(ctx, &eilev1.GetPersonRequest{Reference: reference})
	if status.Code(err) == codes.NotFound {
		return f.person, nil
	}
	if err != nil {
		return nil, err
	}
	to, from := person.ProtoReflect(), f.person.ProtoReflect()
	fields := to.Descriptor().Fields()
	for i := range fields.Len() {
		if f.flags.Changed(strings.ReplaceAll(string(fields.Get(i).Name()), "_", "-")) {
			to.Set(fields.Get(i), from.Get(fields.Get(i)))
		}
	}
	return person, nil
}
