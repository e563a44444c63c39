package server_test

import (
	"fmt"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
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
