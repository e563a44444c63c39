package server_test

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// records are the names of one record of each kind that can be amended.
type records struct{ offer, tenancy, run, decision string }

// full is a town that has them: application A-00 and unit U-00 that is let to it,
// programme P and proposal D.
func full(t eiletest.T) (*ruins, records) {
	t.Helper()
	r := openRuins(t, "2020-01-01")
	homes := r.tenants("2020-01-02", 1)
	if _, err := r.propose("anna", "D", homes...); err != nil {
		t.Fatal(err)
	}
	ask(r.town, r.programmes.CreateProgramme, &eilev1.CreateProgrammeRequest{Name: "P", CaseWorker: "anna", Places: []string{"the yard"}})
	offers := ask(r.town, r.offers.ListOffers, &eilev1.ListOffersRequest{}).GetOffers()
	tenancies := ask(r.town, r.tenancies.ListTenancies, &eilev1.ListTenanciesRequest{}).GetTenancies()
	runs := ask(r.town, r.runs.ListRuns, &eilev1.ListRunsRequest{}).GetRuns()
	decided := ask(r.town, eilev1.NewDecisionServiceClient(r.conn).ListDecisions, &eilev1.ListDecisionsRequest{}).GetDecisions()
	return r, records{offers[0].GetId(), tenancies[0].GetId(), runs[0].GetId(), decided[0].GetId()}
}

// amending are the requests that change a record of the town.
func amending(all records) []proto.Message {
	by := eiletest.By("D-1")
	return []proto.Message{
		&eilev1.AmendApplicationRequest{Application: &eilev1.Application{Reference: "A-00"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"districts"}}},
		&eilev1.WithdrawApplicationRequest{Reference: "A-00", Reason: "x"},
		&eilev1.SuspendApplicationRequest{Reference: "A-00", Decision: by},
		&eilev1.ReinstateApplicationRequest{Reference: "A-00", Decision: by},
		&eilev1.RemoveApplicationRequest{Reference: "A-00", Decision: by},
		&eilev1.GrantGroundRequest{Reference: "A-00", Code: "fire", Decision: by},
		&eilev1.ErasePersonRequest{Reference: "A-00", Reason: "x"},
		&eilev1.IssueAccessCodeRequest{Reference: "A-00"},
		&eilev1.AmendUnitRequest{Unit: &eilev1.Unit{Reference: "U-00"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"district"}}},
		&eilev1.InspectUnitRequest{Inspection: &eilev1.Inspection{Unit: "U-00", InspectedOn: dayOf("2020-01-01")}},
		&eilev1.ServeOfferRequest{Id: all.offer},
		&eilev1.AcceptOfferRequest{Id: all.offer},
		&eilev1.RefuseOfferRequest{Id: all.offer, Reason: "location"},
		&eilev1.RecordNoShowRequest{Id: all.offer},
		&eilev1.AssessOfferRequest{Id: all.offer, Assessment: eilev1.Assessment_ASSESSMENT_JUSTIFIED},
		&eilev1.WithdrawOfferRequest{Id: all.offer, Reason: "x"},
		&eilev1.ReopenOfferRequest{Id: all.offer, Reason: "x"},
		&eilev1.RecordTenancyStepRequest{Id: all.tenancy, Step: eilev1.TenancyStep_TENANCY_STEP_KEYS},
		&eilev1.FailTenancyRequest{Id: all.tenancy, Reason: "x"},
		&eilev1.EndTenancyRequest{Id: all.tenancy, Reason: "x"},
		&eilev1.ApproveDecommissionRequest{Subject: "D", Decision: by, Reason: "x"},
		&eilev1.RejectDecommissionRequest{Subject: "D", Decision: by, Reason: "x"},
		&eilev1.ApproveDecisionRequest{Id: all.decision, Number: "1"},
		&eilev1.RejectDecisionRequest{Id: all.decision, Reason: "x"},
		&eilev1.ServeDecisionRequest{Id: all.decision, On: dayOf("2020-01-02"), How: "hand"},
		&eilev1.AddToProgrammeRequest{Name: "P", Units: []string{"U-00"}},
		&eilev1.AmendProgrammeRequest{Name: "P", CaseWorker: "berta"},
		&eilev1.ApproveRunRequest{Id: all.run, Decision: by},
		&eilev1.CancelRunRequest{Id: all.run, Reason: "x"},
	}
}

// setEtag sets the etag of a request, or of the record in it; false: it has none.
func setEtag(req protoreflect.Message, etag string) bool {
	fields := req.Descriptor().Fields()
	if field := fields.ByName("etag"); field != nil {
		req.Set(field, protoreflect.ValueOfString(etag))
		return true
	}
	for i := range fields.Len() {
		inner := fields.Get(i).Message()
		if inner == nil || fields.Get(i).IsList() || fields.Get(i).IsMap() || fields.ByName("update_mask") == nil {
			continue
		}
		if field := inner.Fields().ByName("etag"); field != nil {
			req.Mutable(fields.Get(i)).Message().Set(field, protoreflect.ValueOfString(etag))
			return true
		}
	}
	return false
}

// methods yields every method of the API.
func methods(yield func(protoreflect.MethodDescriptor)) {
	protoregistry.GlobalFiles.RangeFilesByPackage("eile.v1", func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				yield(service.Methods().Get(j))
			}
		}
		return true
	})
}

// invoke makes a call of any method.
func (w *town) invoke(method protoreflect.MethodDescriptor, req proto.Message) error {
	w.Helper()
	answer, err := protoregistry.GlobalTypes.FindMessageByName(method.Output().FullName())
	if err != nil {
		w.Fatal(err)
	}
	name := "/" + strings.Replace(string(method.FullName()), "."+string(method.Name()), "/"+string(method.Name()), 1)
	return w.conn.Invoke(w.Context(), name, req, answer.New().Interface())
}

// Every request that can say which state of a record its caller read is refused
// where that is another one, and nothing is changed; and every record has an etag.
func TestAStaleEtagIsRefused(t *testing.T) {
	t.Parallel()
	r, all := full(t)
	known := map[protoreflect.FullName]proto.Message{}
	for _, req := range amending(all) {
		known[req.ProtoReflect().Descriptor().FullName()] = req
	}
	methods(func(method protoreflect.MethodDescriptor) {
		kind, err := protoregistry.GlobalTypes.FindMessageByName(method.Input().FullName())
		if err != nil {
			t.Fatal(err)
		}
		if !setEtag(kind.New(), "stale") {
			return
		}
		req, ok := known[method.Input().FullName()]
		if !ok {
			t.Errorf("%s: no request of it is tried", method.FullName())
			return
		}
		setEtag(req.ProtoReflect(), "stale")
		err = r.invoke(method, req)
		if status.Code(err) != codes.Aborted || !strings.Contains(status.Convert(err).Message(), "was changed meanwhile") {
			t.Errorf("%s: %v", method.FullName(), err)
		}
		delete(known, method.Input().FullName())
	})
	for name := range known {
		t.Errorf("%s has no etag", name)
	}
}

// The etag of a record is the same in its list and by itself, and what is changed
// has another.
func TestEtags(t *testing.T) {
	t.Parallel()
	r, all := full(t)
	w := r.town
	tags := func() map[string][2]string {
		return map[string][2]string{
			"application":  {w.application("A-00").GetEtag(), ask(w, w.applications.ListApplications, &eilev1.ListApplicationsRequest{}).GetApplications()[0].GetEtag()},
			"unit":         {w.unit("U-00").GetEtag(), ask(w, w.units.ListUnits, &eilev1.ListUnitsRequest{}).GetUnits()[0].GetEtag()},
			"offer":        {ask(w, w.offers.GetOffer, &eilev1.GetOfferRequest{Id: all.offer}).GetEtag(), ask(w, w.offers.ListOffers, &eilev1.ListOffersRequest{}).GetOffers()[0].GetEtag()},
			"tenancy":      {ask(w, w.tenancies.GetTenancy, &eilev1.GetTenancyRequest{Id: all.tenancy}).GetEtag(), ask(w, w.tenancies.ListTenancies, &eilev1.ListTenanciesRequest{}).GetTenancies()[0].GetEtag()},
			"last tenancy": {ask(w, w.tenancies.GetTenancy, &eilev1.GetTenancyRequest{Id: all.tenancy}).GetEtag(), w.unit("U-00").GetLastTenancy().GetEtag()},
			"run":          {ask(w, w.runs.GetRun, &eilev1.GetRunRequest{Id: all.run}).GetEtag(), ask(w, w.runs.ListRuns, &eilev1.ListRunsRequest{}).GetRuns()[0].GetEtag()},
			"programme":    {ask(w, r.programmes.GetProgramme, &eilev1.GetProgrammeRequest{Name: "P"}).GetEtag(), ask(w, r.programmes.ListProgrammes, &eilev1.ListProgrammesRequest{}).GetProgrammes()[0].GetEtag()},
			"proposal":     {ask(w, r.proposals.GetDecommission, &eilev1.GetDecommissionRequest{Subject: "D"}).GetEtag(), ask(w, r.proposals.ListDecommissions, &eilev1.ListDecommissionsRequest{}).GetDecommissions()[0].GetEtag()},
		}
	}
	before := tags()
	for kind, pair := range before {
		if pair[0] == "" || pair[0] != pair[1] {
			t.Errorf("%s: %q by itself and %q in its list", kind, pair[0], pair[1])
		}
	}
	ended := ask(w, w.tenancies.EndTenancy, &eilev1.EndTenancyRequest{Id: all.tenancy, Reason: "moved away", Etag: before["tenancy"][0]})
	if after := tags(); ended.GetEtag() != after["tenancy"][0] || ended.GetEtag() == before["tenancy"][0] || after["unit"][0] == before["unit"][0] || after["run"] != before["run"] {
		t.Errorf("%v became %v, answered as %s", before, after, ended.GetEtag())
	}
}
