package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

const (
	preparing = eilev1.RunState_RUN_STATE_PREPARING
	matched   = eilev1.RunState_RUN_STATE_MATCHED
	approved  = eilev1.RunState_RUN_STATE_APPROVED
	committed = eilev1.RunState_RUN_STATE_COMMITTED
)

func TestARunIsFollowedToItsRest(t *testing.T) {
	proposed := &eilev1.Decision{State: eilev1.DecisionState_DECISION_STATE_PROPOSED}
	automatic := &eilev1.Decision{Automatic: true}
	for _, tc := range []struct {
		name  string
		steps []*eilev1.Run
	}{
		{"approval required", []*eilev1.Run{{State: preparing}, {State: preparing}, {State: matched, Decision: proposed}}},
		{"approval not decided on record", []*eilev1.Run{{State: preparing}, {State: matched}}},
		{"no approval", []*eilev1.Run{{State: preparing}, {State: matched, Decision: automatic}, {State: approved}, {State: committed}}},
		{"after approval", []*eilev1.Run{{State: approved}, {State: committed}}},
		{"dry run", []*eilev1.Run{{State: eilev1.RunState_RUN_STATE_DRY_RUN}}},
		{"failed", []*eilev1.Run{{State: preparing}, {State: eilev1.RunState_RUN_STATE_FAILED}}},
		{"cancelled", []*eilev1.Run{{State: eilev1.RunState_RUN_STATE_CANCELLED}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			asked, seen := 0, 0
			f := &fake{get: func(*eilev1.GetRunRequest) (*eilev1.Run, error) {
				asked++
				return tc.steps[asked], nil
			}}
			got, err := dial(t, f, Options{}).WaitRun(t.Context(), tc.steps[0], func(*eilev1.Run) { seen++ })
			if err != nil {
				t.Fatal(err)
			}
			last := tc.steps[len(tc.steps)-1]
			if got.GetState() != last.GetState() || seen != len(tc.steps) {
				t.Errorf("ended as %s after %d answers, want %s after %d", got.GetState(), seen, last.GetState(), len(tc.steps))
			}
		})
	}
}

func TestWaitingEndsWithTheContextOrAnError(t *testing.T) {
	f := &fake{get: func(*eilev1.GetRunRequest) (*eilev1.Run, error) {
		return nil, status.Error(codes.NotFound, "no such run")
	}}
	c := dial(t, f, Options{})
	_, err := c.WaitRun(t.Context(), &eilev1.Run{Id: "R-1", State: preparing}, nil)
	if got, want := Explain(err, nil), "run R-1: no such run (NOT_FOUND)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.WaitRun(ctx, &eilev1.Run{Id: "R-1", State: preparing}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
	if want := "run R-1 is PREPARING and goes on: context canceled"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestMatchesOfARunAreFollowed(t *testing.T) {
	gone := &eilev1.Reason{Code: "UNIT_GONE"}
	f := &fake{matches: func(req *eilev1.ListRunMatchesRequest) (*eilev1.ListRunMatchesResponse, error) {
		if req.GetRun() != "R-1" {
			return nil, status.Error(codes.NotFound, "no such run")
		}
		if req.GetPageToken() == "" {
			return &eilev1.ListRunMatchesResponse{Matches: []*eilev1.RunMatch{{Application: "A-1", Unit: "U-1", Offer: "R-1-00001"}}, NextPageToken: "2"}, nil
		}
		return &eilev1.ListRunMatchesResponse{Matches: []*eilev1.RunMatch{{Application: "A-2", Unit: "U-2", Released: true, Skipped: gone}}}, nil
	}}
	c := dial(t, f, Options{})
	matches, skipped, err := c.RunMatches(t.Context(), &eilev1.Run{Id: "R-1", State: committed})
	if err != nil || len(matches) != 2 || matches[0].GetUnit() != "U-1" || !matches[1].GetReleased() {
		t.Errorf("matches %v, %v", matches, err)
	}
	if len(skipped) != 1 || skipped[0].GetApplication() != "A-2" || skipped[0].GetUnit() != "U-2" || skipped[0].GetReason().GetCode() != gone.GetCode() {
		t.Errorf("skipped %v", skipped)
	}
	dry := &eilev1.Run{Id: "dry-1", State: eilev1.RunState_RUN_STATE_DRY_RUN, Matches: matches[:1], Skipped: skipped}
	if matches, skipped, err := c.RunMatches(t.Context(), dry); err != nil || len(matches) != 1 || len(skipped) != 1 {
		t.Errorf("a dry run: %v, %v, %v", matches, skipped, err)
	}
	_, _, err = c.RunMatches(t.Context(), &eilev1.Run{Id: "R-2", State: committed})
	if got, want := Explain(err, nil), "matches of run R-2: no such run (NOT_FOUND)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEvidenceIsSplitIntoFiles(t *testing.T) {
	f := &fake{evidence: func(stream grpc.ServerStreamingServer[eilev1.GetEvidenceResponse]) error {
		for _, piece := range []string{"instance.json:{", "instance.json:}", "outcome.json:[]", "empty.json:"} {
			name, data, _ := strings.Cut(piece, ":")
			err := stream.Send(&eilev1.GetEvidenceResponse{File: name, Data: []byte(data)})
			if err != nil {
				return err
			}
		}
		return nil
	}}
	files := map[string]*bytes.Buffer{}
	err := dial(t, f, Options{}).Evidence(t.Context(), "R-1", func(name string) (io.Writer, error) {
		files[name] = &bytes.Buffer{}
		return files[name], nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 3 || files["instance.json"].String() != "{}" || files["outcome.json"].String() != "[]" {
		t.Errorf("files %v", files)
	}
}

func TestABackupThatIsCutOffIsAnError(t *testing.T) {
	for _, end := range []error{nil, status.Error(codes.Internal, "the disk is gone")} {
		f := &fake{backup: func(stream grpc.ServerStreamingServer[eilev1.BackupResponse]) error {
			return errors.Join(stream.Send(&eilev1.BackupResponse{Data: []byte("abc")}), stream.Send(&eilev1.BackupResponse{Data: []byte("de")}), end)
		}}
		var to bytes.Buffer
		size, err := dial(t, f, Options{}).Backup(t.Context(), &to)
		if (err != nil) != (end != nil) || to.String() != "abcde" || size != 5 {
			t.Errorf("wrote %q, %d bytes, error %v; want error %v", to.String(), size, err, end)
		}
	}
}
