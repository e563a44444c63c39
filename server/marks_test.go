package server_test

import (
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// marked is a record that can be amended.
type marked interface {
	proto.Message
	GetEtag() string
	GetCreateTime() *timestamppb.Timestamp
	GetUpdateTime() *timestamppb.Timestamp
}

// marks are what a caller knows one state of a record by.
type marks struct{ etag, created, updated string }

func marksOf(record marked) marks {
	text := func(at *timestamppb.Timestamp) string {
		if at == nil {
			return ""
		}
		return at.AsTime().Format("2006-01-02T15:04:05.000000000Z")
	}
	return marks{record.GetEtag(), text(record.GetCreateTime()), text(record.GetUpdateTime())}
}

// marks reads those of every record of the town, from its list and by itself.
func (r *ruins) marks() map[string]marks {
	r.Helper()
	w, found := r.town, map[string]marks{}
	note := func(name string, listed, alone marked) {
		if found[name] = marksOf(listed); found[name] != marksOf(alone) {
			r.Errorf("%s has %v in its list and %v by itself", name, found[name], marksOf(alone))
		}
	}
	for _, a := range ask(w, w.applications.ListApplications, &eilev1.ListApplicationsRequest{}).GetApplications() {
		note("application "+a.GetReference(), a, w.application(a.GetReference()))
	}
	for _, u := range ask(w, w.units.ListUnits, &eilev1.ListUnitsRequest{}).GetUnits() {
		note("unit "+u.GetReference(), u, w.unit(u.GetReference()))
	}
	for _, o := range ask(w, w.offers.ListOffers, &eilev1.ListOffersRequest{}).GetOffers() {
		note("offer "+o.GetId(), o, ask(w, w.offers.GetOffer, &eilev1.GetOfferRequest{Id: o.GetId()}))
	}
	for _, t := range ask(w, w.tenancies.ListTenancies, &eilev1.ListTenanciesRequest{}).GetTenancies() {
		note("tenancy "+t.GetId(), t, ask(w, w.tenancies.GetTenancy, &eilev1.GetTenancyRequest{Id: t.GetId()}))
	}
	for _, run := range ask(w, w.runs.ListRuns, &eilev1.ListRunsRequest{}).GetRuns() {
		note("run "+run.GetId(), run, ask(w, w.runs.GetRun, &eilev1.GetRunRequest{Id: run.GetId()}))
	}
	for _, p := range ask(w, r.programmes.ListProgrammes, &eilev1.ListProgrammesRequest{}).GetProgrammes() {
		note("programme "+p.GetName(), p, ask(w, r.programmes.GetProgramme, &eilev1.GetProgrammeRequest{Name: p.GetName()}))
	}
	for _, d := range ask(w, r.proposals.ListDecommissions, &eilev1.ListDecommissionsRequest{}).GetDecommissions() {
		note("proposal "+d.GetId(), d, ask(w, r.proposals.GetDecommission, &eilev1.GetDecommissionRequest{Subject: d.GetId()}))
	}
	return found
}

// try sends a request to the method that takes it; it may be refused.
func (r *ruins) try(req proto.Message) {
	r.Helper()
	methods(func(method protoreflect.MethodDescriptor) {
		if method.Input() == req.ProtoReflect().Descriptor() {
			_ = r.invoke(method, req)
		}
	})
}

// Whatever is done or refused, update_time changes exactly when the etag does and to a
// later moment, and is never before create_time, which never changes.
func TestUpdateTime(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	rapid.Check(t, func(rt *rapid.T) {
		r, all := full(rt)
		before := r.marks()
		for _, req := range rapid.Permutation(amending(all)).Draw(rt, "requests")[:8] {
			r.try(req)
			after := r.marks()
			for name, now := range after {
				was, known := before[name]
				switch {
				case now.etag == "" || now.created == "" || now.updated < now.created:
					rt.Errorf("%T: %s has %v", req, name, now)
				case known && (was.created != now.created || (was.etag == now.etag) != (was.updated == now.updated) || now.updated < was.updated):
					rt.Errorf("%T: %s had %v, it has %v", req, name, was, now)
				case known && was != now:
					seen[fmt.Sprintf("%T", req)] = true
				}
			}
			before = after
		}
	})
	if len(seen) < 10 {
		t.Errorf("only %v changed something", seen)
	}
}
