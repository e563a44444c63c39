package client

import (
	"context"
	"fmt"
	"iter"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// pageSize of a request that names none: large enough that round trips do not count, small enough for maxMessage.
const pageSize = 500

// AllApplications follows every page of applications, in order of reference. The first error ends the sequence.
func (c *Client) AllApplications(ctx context.Context, req *eilev1.ListApplicationsRequest) iter.Seq2[*eilev1.Application, error] {
	return follow(ctx, req, c.Applications.ListApplications, (*eilev1.ListApplicationsResponse).GetApplications)
}

// AllPositions follows every page of a list in legal order. The first error ends the sequence.
func (c *Client) AllPositions(ctx context.Context, req *eilev1.ListPositionsRequest) iter.Seq2[*eilev1.Position, error] {
	return follow(ctx, req, c.Queue.ListPositions, (*eilev1.ListPositionsResponse).GetPositions)
}

// AllUnits follows every page of homes, in order of reference. The first error ends the sequence.
func (c *Client) AllUnits(ctx context.Context, req *eilev1.ListUnitsRequest) iter.Seq2[*eilev1.Unit, error] {
	return follow(ctx, req, c.Units.ListUnits, (*eilev1.ListUnitsResponse).GetUnits)
}

// AllLeases follows every page of rented-in homes, by the end of their lease. The first error ends the sequence.
func (c *Client) AllLeases(ctx context.Context, req *eilev1.ListLeasesRequest) iter.Seq2[*eilev1.RentedHome, error] {
	return follow(ctx, req, c.Leases.ListLeases, (*eilev1.ListLeasesResponse).GetHomes)
}

// AllOffers follows every page of offers, in order of their making. The first error ends the sequence.
func (c *Client) AllOffers(ctx context.Context, req *eilev1.ListOffersRequest) iter.Seq2[*eilev1.Offer, error] {
	return follow(ctx, req, c.Offers.ListOffers, (*eilev1.ListOffersResponse).GetOffers)
}

// AllTenancies follows every page of tenancies, in order of their making. The first error ends the sequence.
func (c *Client) AllTenancies(ctx context.Context, req *eilev1.ListTenanciesRequest) iter.Seq2[*eilev1.Tenancy, error] {
	return follow(ctx, req, c.Tenancies.ListTenancies, (*eilev1.ListTenanciesResponse).GetTenancies)
}

// AllRuns follows every page of runs, newest first. The first error ends the sequence.
func (c *Client) AllRuns(ctx context.Context, req *eilev1.ListRunsRequest) iter.Seq2[*eilev1.Run, error] {
	return follow(ctx, req, c.Runs.ListRuns, (*eilev1.ListRunsResponse).GetRuns)
}

// AllRunMatches follows every page of the matches of a run, in legal order. The first error ends the sequence.
func (c *Client) AllRunMatches(ctx context.Context, req *eilev1.ListRunMatchesRequest) iter.Seq2[*eilev1.RunMatch, error] {
	return follow(ctx, req, c.Runs.ListRunMatches, (*eilev1.ListRunMatchesResponse).GetMatches)
}

// AllDuplicates follows every page of groups of duplicates, in order of their first reference. The first error ends the sequence.
func (c *Client) AllDuplicates(ctx context.Context, req *eilev1.ListDuplicatesRequest) iter.Seq2[*eilev1.DuplicateGroup, error] {
	return follow(ctx, req, c.Duplicates.ListDuplicates, (*eilev1.ListDuplicatesResponse).GetGroups)
}

// AllPolicies follows every page of policies. The first error ends the sequence.
func (c *Client) AllPolicies(ctx context.Context, req *eilev1.ListPoliciesRequest) iter.Seq2[*eilev1.Policy, error] {
	return follow(ctx, req, c.Policies.ListPolicies, (*eilev1.ListPoliciesResponse).GetPolicies)
}

// AllAuditEntries follows every page of the audit, in order of time. The first error ends the sequence.
func (c *Client) AllAuditEntries(ctx context.Context, req *eilev1.ListAuditEntriesRequest) iter.Seq2[*eilev1.AuditEntry, error] {
	return follow(ctx, req, c.Audit.ListAuditEntries, (*eilev1.ListAuditEntriesResponse).GetEntries)
}

// AllDecommissions follows every page of proposals to give homes up, in order of id. The first error ends the sequence.
func (c *Client) AllDecommissions(ctx context.Context, req *eilev1.ListDecommissionsRequest) iter.Seq2[*eilev1.Decommission, error] {
	return follow(ctx, req, c.Decommissions.ListDecommissions, (*eilev1.ListDecommissionsResponse).GetDecommissions)
}

// AllVacancies follows every page of vacant homes, the longest empty first. The first error ends the sequence.
func (c *Client) AllVacancies(ctx context.Context, req *eilev1.ListVacanciesRequest) iter.Seq2[*eilev1.VacantHome, error] {
	return follow(ctx, req, c.Vacancies.ListVacancies, (*eilev1.ListVacanciesResponse).GetHomes)
}

// AllProgrammes follows every page of programmes, in order of name. The first error ends the sequence.
func (c *Client) AllProgrammes(ctx context.Context, req *eilev1.ListProgrammesRequest) iter.Seq2[*eilev1.Programme, error] {
	return follow(ctx, req, c.Programmes.ListProgrammes, (*eilev1.ListProgrammesResponse).GetProgrammes)
}

// follow asks for page after page while the sequence is read. The request is copied: a sequence can be read again.
// A page may be empty and not the last; a token that comes twice running is an error, since it would never end.
func follow[Req proto.Message, Resp interface{ GetNextPageToken() string }, T any](
	ctx context.Context, req Req,
	list func(context.Context, Req, ...grpc.CallOption) (Resp, error), items func(Resp) []T,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		req := proto.Clone(req).(Req)
		fields, message := req.ProtoReflect().Descriptor().Fields(), req.ProtoReflect()
		if size := fields.ByName("page_size"); !message.Has(size) {
			message.Set(size, protoreflect.ValueOfInt32(pageSize))
		}
		token := fields.ByName("page_token")
		for {
			page, err := list(ctx, req)
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range items(page) {
				if !yield(item, nil) {
					return
				}
			}
			next := page.GetNextPageToken()
			if next == "" {
				return
			}
			if next == message.Get(token).String() {
				yield(none, fmt.Errorf("the server answered page token %q twice running", next))
				return
			}
			message.Set(token, protoreflect.ValueOfString(next))
		}
	}
}
