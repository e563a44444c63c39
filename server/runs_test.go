package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server"
	"github.com/eile-housing/eile/store/kv"
)

// Who starts a run is answered at once, and again by the same request; whom it
// matched with what, and what became of it, is asked for page by page.
func TestARunIsFollowedAndPaged(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: fill\n")
	for i := range 5 {
		w.waits(fmt.Sprintf("A-%d", i), fmt.Sprintf("2020-01-%02d", i+1), 1)
		w.home(fmt.Sprintf("U-%d", i), 1, nil)
	}
	req := &eilev1.StartRunRequest{RequestId: "11111111-1111-4111-8111-111111111111"}
	dry := ask(w, w.runs.StartRun, &eilev1.StartRunRequest{DryRun: true})
	begun := ask(w, w.runs.StartRun, req)
	if begun.GetId() != "2026-01-01" || begun.GetMatches() != nil {
		t.Errorf("started: %v", begun)
	}
	run := w.rested(begun)
	again := w.rested(ask(w, w.runs.StartRun, req))
	if !proto.Equal(run, again) || run.GetOffersCreated() != 5 || dry.GetOffersCreated() != 5 || len(dry.GetMatches()) != 5 {
		t.Errorf("the run\n%v\nasked for again\n%v\nforetold\n%v", run, again, dry)
	}
	if stored := ask(w, w.runs.GetRun, &eilev1.GetRunRequest{Id: run.GetId()}); stored.GetMatches() != nil || stored.GetSkipped() != nil {
		t.Errorf("a run is as long as its matches: %v", stored)
	}
	page := &eilev1.ListRunMatchesRequest{Run: run.GetId(), PageSize: 2}
	var told []string
	for {
		answer := ask(w, w.runs.ListRunMatches, page)
		for _, match := range answer.GetMatches() {
			told = append(told, match.GetApplication()+" "+match.GetUnit()+" "+match.GetOffer())
		}
		if page.PageToken = answer.GetNextPageToken(); page.PageToken == "" {
			break
		}
		refusedFor(w, "INVALID", w.runs.ListRunMatches, &eilev1.ListRunMatchesRequest{Run: "2026-01-02", PageToken: page.PageToken})
	}
	var want []string
	for i := range 5 {
		want = append(want, fmt.Sprintf("A-%d U-%d 2026-01-01-%05d", i, i, i+1))
	}
	if !slices.Equal(told, want) {
		t.Errorf("pages tell %q, want %q", told, want)
	}
	refusedFor(w, "NOT_FOUND", w.runs.ListRunMatches, &eilev1.ListRunMatchesRequest{Run: "2026-01-02"})
	refusedFor(w, "INVALID", w.runs.ListRunMatches, &eilev1.ListRunMatchesRequest{})
	refusedFor(w, "INVALID", w.runs.ListRunMatches, &eilev1.ListRunMatchesRequest{Run: run.GetId(), PageToken: "bm9uZQ"})
}

// A run that needs an approval is explained, cancelled, run again and approved; its
// evidence is streamed, and the runs are listed, the newest first.
func TestARunThatWaits(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: choice\n")
	next := strings.NewReplacer(`version: "1"`, `version: "2"`, "approval: none", "approval: required").Replace(townPolicy + "mode: choice\n")
	ask(w, w.policies.ActivatePolicy, &eilev1.ActivatePolicyRequest{Source: next})
	for i := range 2 {
		w.waits(fmt.Sprintf("A-%d", i), fmt.Sprintf("2020-01-%02d", i+1), 1)
	}
	w.home("U-1", 1, nil)
	first := w.night("2026-01-02")
	if first.GetState() != eilev1.RunState_RUN_STATE_MATCHED || len(first.GetMatches()) != 1 {
		t.Fatalf("%v", first)
	}
	why := ask(w, w.runs.ExplainRun, &eilev1.ExplainRunRequest{Id: first.GetId(), Application: "A-1"})
	if why.GetReason().GetCode() != "OUTRANKED" {
		t.Errorf("A-1 is told %v", why)
	}
	if home := ask(w, w.runs.ExplainRun, &eilev1.ExplainRunRequest{Id: first.GetId(), Unit: "U-1"}); home.GetOutcome() != "A-0" {
		t.Errorf("of the home is told %v", home)
	}
	refusedFor(w, "INVALID", w.runs.ExplainRun, &eilev1.ExplainRunRequest{Id: first.GetId()})
	refusedFor(w, "INVALID", w.runs.ExplainRun, &eilev1.ExplainRunRequest{Id: first.GetId(), Unit: "U-1", Application: "A-1"})
	refusedFor(w, "NOT_IN_FORCE", w.runs.StartRun, &eilev1.StartRunRequest{On: dayOf("2019-12-31")})
	refusedFor(w, "ANOTHER_RUN", w.runs.StartRun, &eilev1.StartRunRequest{On: dayOf("2026-01-03")})
	refusedFor(w, "INVALID", w.runs.StartRun, &eilev1.StartRunRequest{On: &date.Date{Year: 2026, Month: 2, Day: 30}})
	gone := ask(w, w.runs.CancelRun, &eilev1.CancelRunRequest{Id: first.GetId(), Reason: "wrong day"})
	if gone.GetState() != eilev1.RunState_RUN_STATE_CANCELLED || gone.GetFailure() != "cancelled: wrong day" {
		t.Errorf("cancelled: %v", gone)
	}
	refusedFor(w, "WRONG_STATE", w.runs.CancelRun, &eilev1.CancelRunRequest{Id: first.GetId(), Reason: "again"})
	second := w.night("2026-01-02")
	approve := &eilev1.ApproveRunRequest{Id: second.GetId(), Decision: &eilev1.ByDecision{Number: "1"}, RequestId: "22222222-2222-4222-8222-222222222222"}
	approved := func() *eilev1.Run {
		run, err := w.runs.ApproveRun(as(w, "ona"), approve)
		if err != nil {
			t.Fatal(err)
		}
		return w.rested(run)
	}
	done := approved()
	if again := approved(); !proto.Equal(done, again) || done.GetOffersCreated() != 1 || done.GetDecision().GetNumber() != "1" {
		t.Errorf("approved: %v\nand again: %v", done, again)
	}
	var ids []string
	for req := (&eilev1.ListRunsRequest{PageSize: 1}); ; {
		page := ask(w, w.runs.ListRuns, req)
		for _, run := range page.GetRuns() {
			ids = append(ids, run.GetId())
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			break
		}
	}
	if want := []string{"2026-01-02.2", "2026-01-02"}; !slices.Equal(ids, want) {
		t.Errorf("runs %q, want %q", ids, want)
	}
	stream, err := w.runs.GetEvidence(t.Context(), &eilev1.GetEvidenceRequest{Id: done.GetId()})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]int{}
	for {
		piece, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		files[piece.GetFile()] += len(piece.GetData())
	}
	if len(files) != 2 || files["instance.json"] == 0 || files["outcome.json"] == 0 {
		t.Errorf("files %v", files)
	}
}

// failingStore is a store whose writes fail from some moment on.
type failingStore struct {
	kv.DB
	fails atomic.Bool
	after atomic.Int64 // writes that are let through then
}

func (f *failingStore) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Revision, error) {
	if f.fails.Load() && f.after.Add(-1) < 0 {
		return 0, errors.New("write store /srv/register.db: a page makes no sense")
	}
	return f.DB.Update(ctx, fn)
}

// What nobody foresaw is the log's: a run that it keeps from going on does not
// tell its text.
func TestAHinderedRunDoesNotTellWhatNobodyForesaw(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: fill\n")
	db := &failingStore{DB: w.DB}
	other := w.On(db)
	s, err := server.New(t.Context(), server.Options{Register: other.Register, Key: make([]byte, 32), Dev: true, Now: other.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	w.runs = eilev1.NewRunServiceClient(eiletest.Connect(t, s.GRPC(nil)))
	db.after.Store(1) // that which begins the run
	db.fails.Store(true)
	run := ask(w, w.runs.StartRun, &eilev1.StartRunRequest{})
	for begun := time.Now(); run.GetFailure() == "" && time.Since(begun) < 30*time.Second; time.Sleep(time.Millisecond) {
		run = ask(w, w.runs.GetRun, &eilev1.GetRunRequest{Id: run.GetId()})
	}
	if want := "internal error: the service's log has the details"; run.GetFailure() != want {
		t.Errorf("the run tells %q, want %q", run.GetFailure(), want)
	}
}
