package server_test

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// With a mask only its fields change, and what cannot be amended is refused.
func TestMasks(t *testing.T) {
	t.Parallel()
	r, _ := full(t)
	w := r.town
	mask := func(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }
	amend := func(person *eilev1.Person, paths ...string) *eilev1.AmendApplicationRequest {
		return &eilev1.AmendApplicationRequest{Application: &eilev1.Application{Reference: "A-00"}, Person: person, UpdateMask: mask(paths...)}
	}
	ask(w, w.applications.AmendApplication, amend(&eilev1.Person{GivenName: "Ona", Email: "o@example.org", Phone: "1"}, "person"))
	ask(w, w.applications.AmendApplication, amend(&eilev1.Person{Phone: "2", GivenName: "Rasa"}, "person.phone", "person.email"))
	if got := ask(w, w.applications.GetPerson, &eilev1.GetPersonRequest{Reference: "A-00"}); !proto.Equal(got, &eilev1.Person{GivenName: "Ona", Phone: "2"}) {
		t.Errorf("%v", got)
	}
	if got := w.application("A-00").GetAttributes(); len(got) != 1 {
		t.Errorf("attributes became %v", got)
	}
	refusedFor(w, "INVALID", w.applications.AmendApplication, amend(&eilev1.Person{}, "person.nonsense"))

	req := func(paths ...string) *eilev1.AmendProgrammeRequest {
		return &eilev1.AmendProgrammeRequest{Name: "P", CaseWorker: "berta", Places: []string{"the park"}, SpreadDistricts: new(int32(3)), UpdateMask: mask(paths...)}
	}
	got := ask(w, r.programmes.AmendProgramme, req("places"))
	if got.GetCaseWorker() != "anna" || got.GetPlaces()[0] != "the park" || got.GetSpreadDistricts() != 0 {
		t.Errorf("%v", got)
	}
	if got = ask(w, r.programmes.AmendProgramme, req()); got.GetCaseWorker() != "berta" || got.GetSpreadDistricts() != 3 {
		t.Errorf("%v", got)
	}
	refusedFor(w, "INVALID", r.programmes.AmendProgramme, req("name"))
	refusedFor(w, "INVALID", r.programmes.AmendProgramme, &eilev1.AmendProgrammeRequest{Name: "P", UpdateMask: mask("case_worker")})
	if got := ask(w, r.programmes.GetProgramme, &eilev1.GetProgrammeRequest{Name: "P"}); !proto.Equal(got.GetCreateTime(), got.GetCreatedAt()) || got.GetCreateTime() == nil {
		t.Errorf("first had at %v", got.GetCreateTime())
	}
}
