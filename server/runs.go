package server

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/grpc"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/night"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/server/rulebook"
	"github.com/eile-housing/eile/store"
)

type runs struct {
	eilev1.UnimplementedRunServiceServer
	office *rpc.Office
	night  *night.Night
	dev    bool // a day to come may be run
}

func (s *runs) StartRun(ctx context.Context, req *eilev1.StartRunRequest) (*eilev1.Run, error) {
	rules, err := s.office.Book.Today()
	if err != nil {
		return nil, err
	}
	on, err := form.Day("on", req.GetOn(), rules.Today)
	if err != nil {
		return nil, err
	}
	if on > rules.Today && !req.GetDryRun() && !s.dev {
		return nil, casework.Refuse("run of "+on.String(), "IN_THE_FUTURE", fmt.Sprintf("today is %s: only a dry run looks ahead", rules.Today))
	}
	if err := s.covers(ctx, rules, on, req.GetDryRun()); err != nil {
		return nil, err
	}
	if req.GetDryRun() {
		rules, err := s.office.Book.Rules(on)
		if err != nil {
			return nil, err
		}
		return s.night.DryRun(ctx, rules)
	}
	stamp, err := s.office.Stamp(ctx, req, "run.start", "")
	if err != nil {
		return nil, err
	}
	if unfinished, last, err := s.night.Unfinished(ctx); err != nil {
		return nil, err
	} else if unfinished == "" && on >= last {
		s.office.Book.Rehearse(on)
		if err := s.office.Book.Enact(ctx, stamp.Actor, on); err != nil {
			return nil, err
		}
	}
	run, err := s.begin(ctx, stamp, on)
	if err != nil {
		return nil, err
	}
	return s.advance(ctx, run.GetId())
}

// begin starts a run while no policy is being put in force: from then on none is
// until the run ends.
func (s *runs) begin(ctx context.Context, stamp store.Stamp, on day.Day) (run *eilev1.Run, err error) {
	err = s.office.Book.Hold(func() error {
		run, err = s.night.Start(ctx, stamp, on)
		return err
	})
	return run, err
}

// covers refuses a day on which another policy will be in force, unless the run
// itself puts that one in force.
func (s *runs) covers(ctx context.Context, rules casework.Rules, on day.Day, dryRun bool) error {
	what, name := "run of "+on.String(), rules.Policy.Name()
	due, err := s.office.Book.Scheduled(ctx, on)
	if err != nil {
		return err
	}
	from, until := rules.Policy.InForce()
	if len(due) > 0 {
		next := due[len(due)-1]
		name = next.GetName()
		if dryRun {
			return casework.Refuse(what, "POLICY_CHANGES", fmt.Sprintf("policy %s version %s will be in force: a run of the day puts it in force, a dry run cannot", name, next.GetVersion()))
		}
		from, _, _ = day.FromProto(next.GetInForceFrom())
		until, _, _ = day.FromProto(next.GetInForceUntil())
	}
	if on < from || until != 0 && on > until {
		return casework.Refuse(what, "NOT_IN_FORCE", fmt.Sprintf("policy %s is in force from %s%s", name, from, rulebook.UntilText(until)))
	}
	return nil
}

// advance carries a run on. It outlives the caller, who may have gone: the run
// is a resource whose state anybody can follow.
func (s *runs) advance(ctx context.Context, id string) (*eilev1.Run, error) {
	run, err := s.night.Advance(context.WithoutCancel(ctx), id)
	if err != nil {
		return nil, err
	}
	return run, nil
}

func (s *runs) ApproveRun(ctx context.Context, req *eilev1.ApproveRunRequest) (*eilev1.Run, error) {
	stamp, err := s.office.Stamp(ctx, req, "run.approve", req.GetDecision().GetReason())
	if err != nil {
		return nil, err
	}
	if err := s.night.Approve(ctx, stamp, req.GetId(), req.GetDecision()); err != nil {
		return nil, err
	}
	return s.advance(ctx, req.GetId())
}

func (s *runs) CancelRun(ctx context.Context, req *eilev1.CancelRunRequest) (*eilev1.Run, error) {
	stamp, err := s.office.Stamp(ctx, req, "run.cancel", req.GetReason())
	if err != nil {
		return nil, err
	}
	if err := s.night.Cancel(ctx, stamp, req.GetId()); err != nil {
		return nil, err
	}
	return s.GetRun(ctx, &eilev1.GetRunRequest{Id: req.GetId()})
}

func (s *runs) GetRun(ctx context.Context, req *eilev1.GetRunRequest) (*eilev1.Run, error) {
	var run *eilev1.Run
	err := s.office.View(ctx, func(v *store.View) (err error) {
		if run, err = store.Runs.Get(v, req.GetId()); err != nil {
			return err
		}
		run.Skipped, err = night.Skips(v, req.GetId())
		return err
	})
	if err != nil {
		return nil, err
	}
	matches, err := s.night.Matches(ctx, req.GetId())
	if err != nil {
		return nil, err
	}
	run.Matches = matches.GetMatches()
	return run, nil
}

// ListRuns answers the newest first.
func (s *runs) ListRuns(ctx context.Context, req *eilev1.ListRunsRequest) (*eilev1.ListRunsResponse, error) {
	page, err := rpc.PageOf(req)
	if err != nil {
		return nil, err
	}
	var all []*eilev1.Run
	err = s.office.View(ctx, func(v *store.View) error {
		for entry, err := range store.Runs.All(v, "", "") {
			if err != nil {
				return err
			}
			all = append(all, entry.Record)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	answer := &eilev1.ListRunsResponse{}
	for _, run := range slices.Backward(all) {
		if page.Start != "" && run.GetId() > page.Start {
			continue
		}
		if len(answer.Runs) == page.Size {
			answer.NextPageToken = page.Token(run.GetId())
			break
		}
		answer.Runs = append(answer.Runs, run)
	}
	return answer, nil
}

func (s *runs) GetEvidence(req *eilev1.GetEvidenceRequest, stream grpc.ServerStreamingServer[eilev1.GetEvidenceResponse]) error {
	return s.night.Evidence(stream.Context(), req.GetId(), func(file string, piece []byte) error {
		return stream.Send(&eilev1.GetEvidenceResponse{File: file, Data: piece})
	})
}

func (s *runs) ExplainRun(ctx context.Context, req *eilev1.ExplainRunRequest) (*eilev1.ExplainRunResponse, error) {
	switch {
	case req.GetApplication() != "" && req.GetUnit() != "", req.GetApplication() == "" && req.GetUnit() == "":
		return nil, form.Wrong("application", "name an application or a unit, one of the two")
	case req.GetApplication() != "":
		return s.night.ExplainApplication(ctx, req.GetId(), req.GetApplication())
	}
	return s.night.ExplainUnit(ctx, req.GetId(), req.GetUnit())
}
