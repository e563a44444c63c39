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

// pageSize of a request that names none: large enough that round trips do not count, small enough
// for maxMessage.
const pageSize = 500

// AllApplications follows every page of applications, in order of reference. The first error ends
// the sequence.
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

// AllOffers follows every page of offers, in order of their making. The first error ends the
// sequence.
func (c *Client) AllOffers(ctx context.Context, req *eilev1.ListOffersRequest) iter.Seq2[*eilev1.Offer, error] {
	return follow(ctx, req, c.Offers.ListOffers, (*eilev1.ListOffersResponse).GetOffers)
}

// AllTenancies follows every page of tenancies, in order of their making. The first error ends the
// sequence.
func (c *Client) AllTenancies(ctx context.Context, req *eilev1.ListTenanciesRequest) iter.Seq2[*eilev1.Tenancy, error] {
	return follow(ctx, req, c.Tenancies.ListTenancies, (*eilev1.ListTenanciesResponse).GetTenancies)
}

// AllRuns follows every page of runs, newest first. The first error ends the sequence.
func (c *Client) AllRuns(ctx context.Context, req *eilev1.ListRunsRequest) iter.Seq2[*eilev1.Run, error] {
	return follow(ctx, req, c.Runs.ListRuns, (*eilev1.ListRunsResponse).GetRuns)
}

// AllRunMatches follows every page of the matches of a run, in legal order. The first error ends
// the sequence.
func (c *Client) AllRunMatches(ctx context.Context, req *eilev1.ListRunMatchesRequest) iter.Seq2[*eilev1.RunMatch, error] {
	return follow(ctx, req, c.Runs.ListRunMatches, (*eilev1.ListRunMatchesResponse).GetMatches)
}

// AllDuplicates follows every page of groups of duplicates, in order of their first reference. The
// first error ends the sequence.
func (c *Client) AllDuplicates(ctx context.Context, req *eilev1.ListDuplicatesRequest) iter.Seq2[*eilev1.DuplicateGroup, error] {
	return follow(ctx, req, c.Duplicates.ListDuplicates, (*eilev1.ListDuplicatesResponse).GetGroups)
}

// AllPolicies follows every page of policies. The first error ends the sequence.
func (c *Client) AllPolicies(ctx context.Context, req *eilev1.ListPoliciesRequest) iter.Seq2[*eilev1.Policy, error] {
	return follow(ctx, req, c.Policies.ListPolicies, (*eilev1.ListPoliciesResponse).GetPolicies)
}

// AllAuditEntries follows every page of the audit, in order of time. The first error ends the
// sequence.
func (c *Client) AllAuditEntries(ctx context.Context, req *eilev1.ListAuditEntriesRequest) iter.Seq2[*eilev1.AuditEntry, error] {
	return follow(ctx, req, c.Audit.ListAuditEntries, (*eilev1.ListAuditEntriesResponse).GetEntries)
}

// AllDecommissions follows every page of proposals to give homes up, in order of id. The first
// error ends the sequence.
func (c *Client) AllDecommissions(ctx context.Context, req *eilev1.ListDecommissionsRequest) iter.Seq2[*eilev1.Decommission, error] {
	return follow(ctx, req, c.Decommissions.ListDecommissions, (*eilev1.ListDecommissionsResponse).GetDecommissions)
}

// AllProgrammes follows every page of programmes, in order of name. The first error ends the
// sequence.
func (c *Client) AllProgrammes(ctx context.Context, req *eilev1.ListProgrammesRequest) iter.Seq2[*eilev1.Programme, error] {
	return follow(ctx, req, c.Programmes.ListProgrammes, (*eilev1.ListProgrammesResponse).GetProgrammes)
}

// A List is the call of a server that answers a list page by page, such as Units.ListUnits.
type List[Req, Resp any] func(context.Context, Req, ...grpc.CallOption) (Resp, error)

// A Page is an answer that may have another one after it.
type Page interface {
	proto.Message
	GetNextPageToken() string
	GetTotalSize() int32
}

// Whole follows the pages of a list until there are as many rows as the limit says, and answers
// them as one page; 0 is no limit. A total is what the server counted first, or, where all pages
// were followed, how many rows came.
func Whole[Req proto.Message, Resp Page](ctx context.Context, req Req, limit int, list List[Req, Resp]) (whole Resp, err error) {
	req = proto.CloneOf(req)
	if limit > 0 {
		req.ProtoReflect().Set(field(req, "page_size"), protoreflect.ValueOfInt32(int32(min(limit, pageSize))))
	}
	whole = whole.ProtoReflect().New().Interface().(Resp)
	answer, rows, ended := whole.ProtoReflect(), 0, false
	for page, err := range Pages(ctx, req, list) {
		if err != nil {
			return whole, err
		}
		if rows == 0 {
			copyTotal(answer, page.ProtoReflect())
		}
		taken, all := appendRows(answer, page.ProtoReflect(), limit-rows, limit > 0)
		rows += taken
		if ended = all && page.GetNextPageToken() == ""; !all || limit > 0 && rows == limit {
			break
		}
	}
	if ended {
		answer.Set(field(whole, "total_size"), protoreflect.ValueOfInt32(int32(rows)))
		answer.Clear(field(whole, "total_size_is_minimum"))
	}
	return whole, nil
}

// appendRows appends the rows of a page, at most so many where that is bounded, and tells whether
// these are all.
func appendRows(answer, page protoreflect.Message, most int, bounded bool) (taken int, all bool) {
	fields := page.Descriptor().Fields()
	for i := range fields.Len() {
		if !fields.Get(i).IsList() {
			continue
		}
		rows, to := page.Get(fields.Get(i)).List(), answer.Mutable(fields.Get(i)).List()
		taken = rows.Len()
		if bounded {
			taken = min(taken, most)
		}
		for n := range taken {
			to.Append(rows.Get(n))
		}
		return taken, taken == rows.Len()
	}
	return 0, true
}

func copyTotal(answer, page protoreflect.Message) {
	for _, name := range []protoreflect.Name{"total_size", "total_size_is_minimum"} {
		total := page.Descriptor().Fields().ByName(name)
		answer.Set(total, page.Get(total))
	}
}

func field(of proto.Message, name protoreflect.Name) protoreflect.FieldDescriptor {
	return of.ProtoReflect().Descriptor().Fields().ByName(name)
}

// follow yields the rows of page after page while the sequence is read.
func follow[Req proto.Message, Resp Page, T any](
	ctx context.Context, req Req, list List[Req, Resp], items func(Resp) []T,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for page, err := range Pages(ctx, req, list) {
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range items(page) {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// Pages asks for page after page while the sequence is read. The request is copied: a sequence can
// be read again. A page may be empty and not the last; a token that comes twice running is an
// error, since it would never end.
func Pages[Req proto.Message, Resp Page](ctx context.Context, req Req, list List[Req, Resp]) iter.Seq2[Resp, error] {
	return func(yield func(Resp, error) bool) {
		var none Resp
		req := proto.CloneOf(req)
		message, token := req.ProtoReflect(), field(req, "page_token")
		if size := field(req, "page_size"); !message.Has(size) {
			message.Set(size, protoreflect.ValueOfInt32(pageSize))
		}
		for {
			page, err := list(ctx, req)
			if err != nil {
				yield(none, err)
				return
			}
			next := page.GetNextPageToken()
			if !yield(page, nil) || next == "" {
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
