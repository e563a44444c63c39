package server_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv/memkv"
)

// order names the households of a page.
func order(positions []*eilev1.Position) string {
	var names []string
	for _, position := range positions {
		names = append(names, position.GetReference())
	}
	return strings.Join(names, " ")
}

// The list is the same by pages, by names and by moment; who has no place is told
// so, and who never was there is not found.
func TestThePlacesAreTold(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: fill\n")
	for i, reference := range []string{"C", "A", "B"} {
		w.waits(reference, []string{"2019-01-03", "2019-01-01", "2019-01-02"}[i], 2)
	}
	then := timestamppb.New(w.Now())
	ask(w, w.applications.WithdrawApplication, &eilev1.WithdrawApplicationRequest{Reference: "A", Reason: "moved away"})
	for what, req := range map[string]*eilev1.ListPositionsRequest{
		"B C":   {},
		"B C ":  {List: "general", PageSize: 1},
		"A B C": {AsOf: then, PageSize: 2},
	} {
		var got []*eilev1.Position
		for {
			answer := ask(w, w.queue.ListPositions, req)
			if got = append(got, answer.GetPositions()...); answer.GetNextPageToken() == "" {
				break
			}
			req.PageToken = answer.GetNextPageToken()
		}
		if order(got) != strings.TrimSpace(what) {
			t.Errorf("%q, want %s", order(got), what)
		}
		for i, position := range got {
			one := ask(w, w.queue.GetPosition, &eilev1.GetPositionRequest{Reference: position.GetReference(), AsOf: req.GetAsOf()})
			if one.GetPosition() != int32(i)+1 || position.GetPosition() != int32(i)+1 || one.GetWaiting() != int32(len(got)) {
				t.Errorf("%v and %v", one, position)
			}
		}
	}
	gone := ask(w, w.queue.GetPosition, &eilev1.GetPositionRequest{Reference: "A"})
	if gone.GetPosition() != 0 || gone.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WITHDRAWN || gone.GetWaiting() != 2 {
		t.Errorf("%v", gone)
	}
	refusedFor(w, "NOT_FOUND", w.queue.GetPosition, &eilev1.GetPositionRequest{Reference: "Z"})
	refusedFor(w, "NOT_FOUND", w.queue.GetPosition, &eilev1.GetPositionRequest{Reference: "Z", AsOf: then})
	refusedFor(w, "INVALID", w.queue.ListPositions, &eilev1.ListPositionsRequest{List: "other"})
	refusedFor(w, "INVALID", w.queue.ListPositions, &eilev1.ListPositionsRequest{List: "other", AsOf: then})
	refusedFor(w, "INVALID", w.queue.GetPosition, &eilev1.GetPositionRequest{Reference: "B", AsOf: timestamppb.New(w.Now().AddDate(0, 0, 3))})
}

// An applicant asks with a code that is told once; a new one ends it.
func TestApplicantsAskWithTheirCode(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: fill\n")
	facts := map[string]*eilev1.Fact{"size": {Value: &eilev1.Fact_IntValue{IntValue: 2}}}
	code := ask(w, w.applications.RegisterApplication, &eilev1.RegisterApplicationRequest{Application: &eilev1.Application{Reference: "A", Attributes: facts}}).GetAccessCode()
	if again := w.application("A").GetAccessCode(); again != "" || code == "" {
		t.Errorf("the code %q is told again as %q", code, again)
	}
	w.home("U-1", 2, nil)
	w.night("2026-01-02")
	own := ask(w, w.queue.GetOwnPosition, &eilev1.GetOwnPositionRequest{Reference: "A", AccessCode: strings.ToLower(code)})
	if own.GetPosition().GetReference() != "A" || own.GetOpenOffer().GetUnit() != "U-1" {
		t.Errorf("%v", own)
	}
	next := ask(w, w.applications.IssueAccessCode, &eilev1.IssueAccessCodeRequest{Reference: "A"}).GetAccessCode()
	ask(w, w.queue.GetOwnPosition, &eilev1.GetOwnPositionRequest{Reference: "A", AccessCode: next})
	for what, req := range map[string]*eilev1.GetOwnPositionRequest{
		"the former code": {Reference: "A", AccessCode: code}, "no such household": {Reference: "B", AccessCode: next},
	} {
		if _, err := w.queue.GetOwnPosition(t.Context(), req); status.Code(err) != codes.NotFound || status.Convert(err).Message() != "place: not found" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A file comes in over a stream; what is told of it comes back.
func TestImportOverAStream(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: fill\n")
	send := func(parts ...*eilev1.ImportRequest) (*eilev1.ImportResult, []*eilev1.ImportFault, error) {
		stream, err := eilev1.NewImportServiceClient(w.conn).Import(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			if err := stream.Send(part); err != nil && !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
		}
		_ = stream.CloseSend()
		var result *eilev1.ImportResult
		var faults []*eilev1.ImportFault
		for {
			part, err := stream.Recv()
			if err != nil {
				if errors.Is(err, io.EOF) {
					err = nil
				}
				return result, faults, err
			}
			if part.GetFault() != nil {
				faults = append(faults, part.GetFault())
			}
			if part.GetResult() != nil {
				result = part.GetResult()
			}
		}
	}
	header := &eilev1.ImportRequest{Part: &eilev1.ImportRequest_Header{Header: &eilev1.ImportHeader{Kind: eilev1.ImportKind_IMPORT_KIND_APPLICATIONS}}}
	data := func(text string) *eilev1.ImportRequest {
		return &eilev1.ImportRequest{Part: &eilev1.ImportRequest_Data{Data: []byte(text)}}
	}
	result, faults, err := send(header, data("reference,registered_at,si"), data("ze\nA,2020-01-01,2\nB,2020-01-02,2\n"))
	if err != nil || result.GetCreated() != 2 || len(faults) != 0 || w.application("B").GetPosition() != 2 {
		t.Errorf("%v, %v: %v", result, faults, err)
	}
	result, faults, err = send(header, data("reference,registered_at,size\nC,2020-01-01,many\n"))
	if err != nil || result.GetCreated() != 0 || len(faults) != 1 || faults[0].GetLine() != 2 || faults[0].GetColumn() != "size" {
		t.Errorf("%v, %v: %v", result, faults, err)
	}
	for what, parts := range map[string][]*eilev1.ImportRequest{"no header": {data("x")}, "two headers": {header, header}} {
		if _, _, err := send(parts...); status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: %v", what, err)
		}
	}
	// What an import brought begins with the entry that decided it.
	history := ask(w, w.applications.ListHistory, &eilev1.ListHistoryRequest{Reference: "A"}).GetEntries()
	if len(history) == 0 || history[0].GetAction() != "import.decide" {
		t.Errorf("%v", history)
	}
	refusedFor(w, "NOT_FOUND", w.applications.ListHistory, &eilev1.ListHistoryRequest{Reference: "Z"})
}

// Personal data is kept apart, amended with the application and erased after its
// end.
func TestPersonalData(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: fill\n")
	w.waits("A", "2020-01-01", 2)
	refusedFor(w, "NOT_FOUND", w.applications.GetPerson, &eilev1.GetPersonRequest{Reference: "A"})
	amend := &eilev1.AmendApplicationRequest{
		Application: &eilev1.Application{Reference: "A", Etag: "other"}, Person: &eilev1.Person{GivenName: "Ona"},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"person"}}, Reason: "by letter",
	}
	told := func() map[string]string {
		reasons := map[string]string{}
		for _, entry := range ask(w, w.applications.ListHistory, &eilev1.ListHistoryRequest{Reference: "A"}).GetEntries() {
			reasons[entry.GetAction()] = fmt.Sprint(entry.GetReason(), " ", entry.GetErased())
		}
		return reasons
	}
	refusedFor(w, "CHANGED_MEANWHILE", w.applications.AmendApplication, amend)
	amend.Application.Etag = w.application("A").GetEtag()
	ask(w, w.applications.AmendApplication, amend)
	if got := ask(w, w.applications.GetPerson, &eilev1.GetPersonRequest{Reference: "A"}); got.GetGivenName() != "Ona" {
		t.Errorf("%v", got)
	}
	refusedFor(w, "DECISION_NEEDED", w.applications.AmendApplication, &eilev1.AmendApplicationRequest{
		Application: &eilev1.Application{Reference: "A", RegisteredAt: "2019-01-01"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"registered_at"}},
	})
	refusedFor(w, "NOT_ENDED", w.applications.ErasePerson, &eilev1.ErasePersonRequest{Reference: "A", Reason: "asked"})
	ask(w, w.applications.WithdrawApplication, &eilev1.WithdrawApplicationRequest{Reference: "A", Reason: "moved"})
	if is := told()["application.amend"]; is != "by letter false" {
		t.Errorf("the amendment is told with %q", is)
	}
	ask(w, w.applications.ErasePerson, &eilev1.ErasePersonRequest{Reference: "A", Reason: "asked"})
	if is := told(); is["application.amend"] != " true" || is["application.erase"] != "asked false" {
		t.Errorf("after the erasure it is told %q", is)
	}
	refusedFor(w, "NOT_FOUND", w.applications.GetPerson, &eilev1.GetPersonRequest{Reference: "A"})
}

// Policies are listed, and found by their names; the copy of a register is the
// register.
func TestPoliciesAndBackup(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: fill\n")
	w.waits("A", "2020-01-01", 2)
	listed := ask(w, w.policies.ListPolicies, &eilev1.ListPoliciesRequest{}).GetPolicies()
	if len(listed) != 1 || !listed[0].GetActive() || listed[0].GetSource() != "" {
		t.Errorf("%v", listed)
	}
	shipped := ask(w, w.policies.ListPolicies, &eilev1.ListPoliciesRequest{Shipped: true}).GetPolicies()
	if !slices.ContainsFunc(shipped, func(p *eilev1.Policy) bool { return p.GetName() == "lt-vilnius" }) {
		t.Errorf("%v", shipped)
	}
	if got := ask(w, w.policies.GetPolicy, &eilev1.GetPolicyRequest{Name: "town"}); !strings.Contains(got.GetSource(), "name: town") {
		t.Errorf("%v", got)
	}
	refusedFor(w, "INVALID", w.policies.ActivatePolicy, &eilev1.ActivatePolicyRequest{Name: "nonsense"})
	refusedFor(w, "NOT_FOUND", w.policies.GetPolicy, &eilev1.GetPolicyRequest{Name: "nonsense"})
	audit := ask(w, eilev1.NewAuditServiceClient(w.conn).ListAuditEntries, &eilev1.ListAuditEntriesRequest{}).GetEntries()
	if len(audit) != 3 || audit[0].GetAction() != "policy.activate" || audit[1].GetAction() != "policy.settle" || audit[2].GetAction() != "application.register" {
		t.Errorf("%v", audit)
	}

	stream, err := eilev1.NewAdminServiceClient(w.conn).Backup(t.Context(), &eilev1.BackupRequest{})
	var copied bytes.Buffer
	for err == nil {
		var part *eilev1.BackupResponse
		if part, err = stream.Recv(); err == nil {
			copied.Write(part.GetData())
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	db, err := memkv.Restore(&copied, memkv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	register, err := store.Open(t.Context(), db, make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := register.List().Position("A"); !ok {
		t.Error("the copy has no A")
	}
}

// Possible duplicates are listed until a person decides; the same request is one
// decision.
func TestDuplicatesAreDecided(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: fill\n")
	client := eilev1.NewDuplicateServiceClient(w.conn)
	for _, reference := range []string{"A", "B", "C"} {
		ask(w, w.applications.RegisterApplication, &eilev1.RegisterApplicationRequest{
			Application: &eilev1.Application{Reference: reference, Attributes: map[string]*eilev1.Fact{"size": {Value: &eilev1.Fact_IntValue{IntValue: 2}}}},
			Person:      &eilev1.Person{GivenName: "Ona", FamilyName: "Onaitė", PersonalCode: "48001010001"},
		})
	}
	groups := ask(w, client.ListDuplicates, &eilev1.ListDuplicatesRequest{}).GetGroups()
	if len(groups) != 1 || len(groups[0].GetApplications()) != 3 {
		t.Fatalf("%v", groups)
	}
	decide := &eilev1.DecideDuplicateRequest{
		Group: groups[0].GetId(), Outcome: eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_SAME, Decision: eiletest.By("7"),
		RequestId: "5b3e7c6e-8d8e-4c50-9d5c-5f5f5f5f5f5f",
	}
	refusedFor(w, "INVALID", client.DecideDuplicate, decide) // nobody stays
	decide.Kept = "B"
	first := ask(w, client.DecideDuplicate, decide)
	if again := ask(w, client.DecideDuplicate, decide); again.GetDecision() != first.GetDecision() || first.GetKept() != "B" {
		t.Errorf("%v, then %v", first, again)
	}
	if left := ask(w, client.ListDuplicates, &eilev1.ListDuplicatesRequest{}).GetGroups(); len(left) != 0 {
		t.Errorf("%v", left)
	}
	if all := ask(w, client.ListDuplicates, &eilev1.ListDuplicatesRequest{Application: "B"}).GetGroups(); len(all) != 1 {
		t.Errorf("%v", all)
	}
	refusedFor(w, "NOT_FOUND", client.DecideDuplicate, &eilev1.DecideDuplicateRequest{Group: "nonsense", Outcome: 1, Kept: "B", Decision: eiletest.By("7")})
}
