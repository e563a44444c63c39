package server_test

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// listCase is a list of the API, and what it promises in plain words.
type listCase struct {
	asked proto.Message // without filters: all of it
	whole []proto.Message
	scope []string // fields that say which list it is, not which of its rows
	// id names a row.
	id func(row proto.Message) string
	// order is how the rows stand by each order that may be asked for: a text of a
	// row that grows from row to row, or falls where the order ends in desc.
	order map[string]func(row proto.Message) string
	// filters tell by the fields of the request whether a row is asked for.
	filters map[string]meaning
	// unasked tells which rows are left out though no filter is asked for.
	unasked func(row, req proto.Message) bool
}

// on makes a text of a kind of row one of any row.
func on[M proto.Message](text func(M) string) func(proto.Message) string {
	return func(row proto.Message) string { return text(row.(M)) }
}

func dayText(on *date.Date) string {
	when, known, err := day.FromProto(on)
	if err != nil || !known {
		return ""
	}
	return when.String()
}

// runNumber is the id of a run so that text orders it by day and number.
func runNumber(run *eilev1.Run) string {
	on, number, _ := strings.Cut(run.GetId(), ".")
	n, _ := strconv.Atoi(number)
	return fmt.Sprintf("%s.%08d", on, n)
}

// listCases are all lists of the API; some are asked for in more than one way.
func listCases(a *archive) map[string]listCase {
	const (
		january = "2026-01-01"
		lists   = "generalsecond"
	)
	position := on(func(p *eilev1.Position) string {
		return fmt.Sprintf("%d %06d", strings.Index("secondgeneral", p.GetList()), p.GetPosition())
	})
	positions := listCase{
		scope: []string{"as_of", "as_of_date"}, id: on((*eilev1.Position).GetReference), order: map[string]func(proto.Message) string{"position": position},
		filters: map[string]meaning{"list": is("list"), "need_class": is("need_class")},
	}
	now, past := positions, positions
	now.asked = &eilev1.ListPositionsRequest{}
	past.asked = &eilev1.ListPositionsRequest{AsOf: timestamppb.New(a.Now().Add(-24 * time.Hour))}
	past.order = map[string]func(proto.Message) string{"position": on(func(p *eilev1.Position) string {
		return fmt.Sprintf("%d %06d", strings.Index(lists, p.GetList()), p.GetPosition())
	})}
	policies := listCase{
		scope: []string{"shipped"}, id: on(func(p *eilev1.Policy) string { return p.GetName() + "/" + p.GetVersion() }),
		filters: map[string]meaning{"name": is("name")},
	}
	activated, shipped := policies, policies
	activated.asked, shipped.asked = &eilev1.ListPoliciesRequest{}, &eilev1.ListPoliciesRequest{Shipped: true}
	activated.order = map[string]func(proto.Message) string{
		"name": policies.id, "activated_at desc": on(func(p *eilev1.Policy) string { return p.GetActivatedAt().AsTime().Format(time.RFC3339Nano) }),
	}
	shipped.order = map[string]func(proto.Message) string{"name": policies.id}
	entry := on(func(e *eilev1.AuditEntry) string {
		return e.GetAt().AsTime().Format("2006-01-02T15:04:05.000000000") + e.GetId()
	})
	return map[string]listCase{
		"ListPositions": now, "ListPositions as of": past, "ListPolicies": activated, "ListPolicies shipped": shipped,
		"ListApplications": {
			asked: &eilev1.ListApplicationsRequest{}, id: on((*eilev1.Application).GetReference),
			order: map[string]func(proto.Message) string{
				"reference": on((*eilev1.Application).GetReference),
				"position": on(func(x *eilev1.Application) string {
					if x.GetPosition() == 0 {
						return "unplaced " + x.GetReference()
					}
					return fmt.Sprintf("%s %06d", x.GetList(), x.GetPosition())
				}),
			},
			filters: map[string]meaning{
				"status": is("status"), "list": is("list"), "need_class": is("need_class"), "eligibility": is("eligibility"),
				"has_open_offer": given("open_offer"), "registered_from": from("registered_at"), "registered_until": until("registered_at"),
				"district": is("districts"), "missing": is("missing"), "ground": is("grounds.code"), "proposed": is("proposed_decision.kind"),
			},
		},
		"ListHistory": {
			asked: &eilev1.ListHistoryRequest{Reference: "A-01"}, scope: []string{"reference"}, id: entry,
			order: map[string]func(proto.Message) string{"": entry}, filters: map[string]meaning{"action": action("action")},
		},
		"ListUnits": {
			asked: &eilev1.ListUnitsRequest{}, id: on((*eilev1.Unit).GetReference), order: map[string]func(proto.Message) string{"reference": on((*eilev1.Unit).GetReference)},
			filters: map[string]meaning{
				"status": is("status"), "condition": is("condition.state"), "district": is("district"), "tenure": is("tenure"), "earmark": is("earmark"),
				"giving_up": is("giving_up.state"), "adapted": isOrNot("adapted"), "min_rooms": from("rooms"), "max_rooms": until("rooms"),
			},
			unasked: func(row, req proto.Message) bool {
				const gone = eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED
				asked := req.(*eilev1.ListUnitsRequest)
				return asked.GetCondition() != 0 && asked.GetStatus() == 0 && row.(*eilev1.Unit).GetStatus() == gone
			},
		},
		"ListLeases": {
			asked: &eilev1.ListLeasesRequest{On: dayOf(january)}, scope: []string{"on"}, id: on((*eilev1.RentedHome).GetUnit),
			order: map[string]func(proto.Message) string{"ends_on": on(func(h *eilev1.RentedHome) string {
				if h.GetEndsOn() == nil {
					return "unknown " + h.GetUnit()
				}
				return dayText(h.GetEndsOn()) + " " + h.GetUnit()
			})},
			filters: map[string]meaning{"district": is("district"), "owner": is("owner"), "warning": is("warning"), "within_months": within("ends_on", january)},
		},
		"ListVacancies": {
			asked: &eilev1.ListVacanciesRequest{}, id: on((*eilev1.VacantHome).GetUnit),
			order: map[string]func(proto.Message) string{"vacancy.empty_since": on(func(h *eilev1.VacantHome) string {
				return dayText(h.GetVacancy().GetEmptySince()) + " " + h.GetUnit()
			})},
			filters: map[string]meaning{"state": is("state"), "district": is("district"), "reason": is("vacancy.reason")},
		},
		"ListOffers": {
			asked: &eilev1.ListOffersRequest{}, id: on((*eilev1.Offer).GetId), order: map[string]func(proto.Message) string{"id": on((*eilev1.Offer).GetId)},
			filters: map[string]meaning{
				"status": is("status"), "application": is("application"), "unit": is("unit"), "run": is("run"), "basis": is("basis"),
				"served": given("served_on"), "respond_until": until("respond_by"), "assessed": given("assessment"),
			},
			unasked: func(row, req proto.Message) bool {
				status := row.(*eilev1.Offer).GetStatus()
				assessable := status == eilev1.OfferStatus_OFFER_STATUS_REFUSED || status == eilev1.OfferStatus_OFFER_STATUS_EXPIRED ||
					status == eilev1.OfferStatus_OFFER_STATUS_NO_SHOW
				return req.(*eilev1.ListOffersRequest).Assessed != nil && !assessable
			},
		},
		"ListTenancies": {
			asked: &eilev1.ListTenanciesRequest{}, id: on((*eilev1.Tenancy).GetId), order: map[string]func(proto.Message) string{"id": on((*eilev1.Tenancy).GetId)},
			filters: map[string]meaning{
				"unit": is("unit"), "application": is("application"), "kind": is("kind"), "organisation": is("organisation"),
				"in_force": not(given("ended_on")), "housed": isOrNot("housed"),
			},
		},
		"ListRuns": {
			asked: &eilev1.ListRunsRequest{}, id: on((*eilev1.Run).GetId), order: map[string]func(proto.Message) string{"id desc": on(runNumber), "id": on(runNumber)},
			filters: map[string]meaning{"state": is("state"), "from": from("on"), "until": until("on")},
		},
		"ListRunMatches": {
			asked: &eilev1.ListRunMatchesRequest{Run: january}, scope: []string{"run"}, id: on((*eilev1.RunMatch).GetUnit),
			order:   map[string]func(proto.Message) string{"": on((*eilev1.RunMatch).GetOffer)},
			filters: map[string]meaning{"application": is("application"), "unit": is("unit"), "skipped": given("skipped")},
		},
		"ListDecisions": {
			asked: &eilev1.ListDecisionsRequest{}, id: on((*eilev1.Decision).GetId),
			order: map[string]func(proto.Message) string{"id": on(func(d *eilev1.Decision) string {
				if kind, reference, standing := strings.Cut(d.GetId(), "."); standing && kind == spell.Name(d.GetKind()) {
					return "standing " + reference
				}
				return "kept " + d.GetId()
			})},
			filters: map[string]meaning{"state": is("state"), "kind": is("kind"), "subject": is("subject"), "number": is("number")},
		},
		"ListProgrammes": {
			asked: &eilev1.ListProgrammesRequest{}, id: on((*eilev1.Programme).GetName), order: map[string]func(proto.Message) string{"name": on((*eilev1.Programme).GetName)},
			filters: map[string]meaning{"case_worker": is("case_worker"), "unit": is("homes.unit"), "application": is("members.application")},
		},
		"ListDecommissions": {
			asked: &eilev1.ListDecommissionsRequest{}, id: on((*eilev1.Decommission).GetId), order: map[string]func(proto.Message) string{"id": on((*eilev1.Decommission).GetId)},
			filters: map[string]meaning{"state": is("state"), "proposed_by": is("proposed_by")},
		},
		"ListDuplicates": {
			asked: &eilev1.ListDuplicatesRequest{}, id: on((*eilev1.DuplicateGroup).GetId),
			whole: []proto.Message{&eilev1.ListDuplicatesRequest{State: 1}, &eilev1.ListDuplicatesRequest{State: 2}, &eilev1.ListDuplicatesRequest{State: 3}},
			order: map[string]func(proto.Message) string{"reference": on(func(g *eilev1.DuplicateGroup) string { return g.GetApplications()[0].GetReference() })},
			filters: map[string]meaning{
				"state": is("state"), "application": is("applications.reference"), "reason": is("matches.reason"),
			},
			unasked: func(row, req proto.Message) bool {
				asked := req.(*eilev1.ListDuplicatesRequest)
				return asked.GetState() == 0 && asked.GetApplication() == "" && row.(*eilev1.DuplicateGroup).GetState() != eilev1.DuplicateState_DUPLICATE_STATE_OPEN
			},
		},
		"ListAuditEntries": {
			asked: &eilev1.ListAuditEntriesRequest{}, id: on((*eilev1.AuditEntry).GetId), order: map[string]func(proto.Message) string{"at": entry},
			filters: map[string]meaning{
				"from": from("at"), "from_date": from("at"), "until": before("at"), "until_date": until("at"), "actor": is("actor"), "action": action("action"), "subject": is("subjects"),
			},
		},
	}
}
