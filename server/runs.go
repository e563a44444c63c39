package server

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

type runs struct {
	eilev1.UnimplementedRunServiceServer
	*Server
}

// catchUp resumes what was under way when the process ended, before anything
// else: first the records of a policy change, then the run.
func (s *Server) catchUp(ctx context.Context) error {
	if s.rules.Load() == nil {
		return nil
	}
	unfinished, _, err := s.night.Unfinished(ctx)
	if err != nil {
		return err
	}
	last, err := s.lastDay(ctx)
	if err != nil {
		return err
	}
	s.rehearse(last)
	if err := s.settle(ctx); err != nil {
		return err
	}
	if err := s.settleInspections(ctx); err != nil {
		return err
	}
	if err := s.settleAllTransfers(ctx); err != nil {
		return err
	}
	if unfinished == "" {
		return nil
	}
	_, err = s.night.Advance(ctx, unfinished)
	var refusal casework.Refusal
	if errors.As(err, &refusal) {
		// The run has failed for a reason that stays; the service need not.
		s.log.Error().Err(err).Str("run", unfinished).Msg("the unfinished run failed")
		return nil
	}
	return err
}

// lastDay is the latest day of a run, whatever became of it: what it prepared
// has the time of that day, and the history must not go back.
func (s *Server) lastDay(ctx context.Context) (day.Day, error) {
	var last day.Day
	err := s.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Runs.All(v, "", "") {
			if err != nil {
				return err
			}
			if on, ok, err := day.FromProto(entry.Record.GetOn()); err == nil && ok {
				last = max(last, on)
			}
		}
		return nil
	})
	return last, err
}

// rehearse lets today be the day of the last run where that is ahead of the
// clock, which is possible under Dev only.
func (s *Server) rehearse(on day.Day) {
	in := s.rules.Load()
	if !s.dev || in == nil {
		return
	}
	if ahead := int64(on) - int64(day.Of(s.clock(), in.policy.Location())); ahead > s.ahead.Load() {
		s.ahead.Store(ahead)
	}
}

func (s *runs) StartRun(ctx context.Context, req *eilev1.StartRunRequest) (*eilev1.Run, error) {
	rules, err := s.today()
	if err != nil {
		return nil, err
	}
	on, given, err := day.FromProto(req.GetOn())
	if err != nil {
		return nil, wrong("on", "%v", err)
	}
	if !given {
		on = rules.Today
	}
	if on > rules.Today && !req.GetDryRun() && !s.dev {
		return nil, casework.Refuse("run of "+on.String(), "IN_THE_FUTURE", fmt.Sprintf("today is %s: only a dry run looks ahead", rules.Today))
	}
	if err := s.covers(ctx, rules, on, req.GetDryRun()); err != nil {
		return nil, err
	}
	if req.GetDryRun() {
		rules, err := s.Rules(on)
		if err != nil {
			return nil, err
		}
		return s.night.DryRun(ctx, rules)
	}
	stamp, err := s.stamp(ctx, req, "run.start", "")
	if err != nil {
		return nil, err
	}
	if unfinished, last, err := s.night.Unfinished(ctx); err != nil {
		return nil, err
	} else if unfinished == "" && on >= last {
		s.rehearse(on)
		if err := s.enact(ctx, on); err != nil {
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
func (s *runs) begin(ctx context.Context, stamp store.Stamp, on day.Day) (*eilev1.Run, error) {
	s.activating.RLock()
	defer s.activating.RUnlock()
	return s.night.Start(ctx, stamp, on)
}

// covers refuses a day on which another policy will be in force, unless the run
// itself puts that one in force.
func (s *runs) covers(ctx context.Context, rules casework.Rules, on day.Day, dryRun bool) error {
	what, name := "run of "+on.String(), rules.Policy.Name()
	due, err := s.scheduled(ctx, on)
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
		return casework.Refuse(what, "NOT_IN_FORCE", fmt.Sprintf("policy %s is in force from %s%s", name, from, untilText(until)))
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
	stamp, err := s.stamp(ctx, req, "run.approve", req.GetDecision().GetReason())
	if err != nil {
		return nil, err
	}
	if err := s.night.Approve(ctx, stamp, req.GetId(), req.GetDecision()); err != nil {
		return nil, err
	}
	return s.advance(ctx, req.GetId())
}

func (s *runs) CancelRun(ctx context.Context, req *eilev1.CancelRunRequest) (*eilev1.Run, error) {
	stamp, err := s.stamp(ctx, req, "run.cancel", req.GetReason())
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
	err := s.register.View(ctx, func(v *store.View) error {
		var err error
		run, err = store.Runs.Get(v, req.GetId())
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

func (s *runs) ListRuns(ctx context.Context, req *eilev1.ListRunsRequest) (*eilev1.ListRunsResponse, error) {
	size, start, err := page(req)
	if err != nil {
		return nil, err
	}
	var all []*eilev1.Run
	err = s.register.View(ctx, func(v *store.View) error {
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
	for i := len(all) - 1; i >= 0; i-- { // newest first
		if start != "" && all[i].GetId() > start {
			continue
		}
		if len(answer.Runs) == size {
			answer.NextPageToken = nextPage(req, all[i].GetId())
			break
		}
		answer.Runs = append(answer.Runs, all[i])
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
		return nil, wrong("application", "name an application or a unit, one of the two")
	case req.GetApplication() != "":
		return s.night.ExplainApplication(ctx, req.GetId(), req.GetApplication())
	}
	return s.night.ExplainUnit(ctx, req.GetId(), req.GetUnit())
}
