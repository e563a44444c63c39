package server

import (
	"context"
	"slices"
	"strconv"

	"google.golang.org/grpc"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/server/filter"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/night"
	"github.com/eile-housing/eile/server/night/evidence"
	"github.com/eile-housing/eile/server/night/explain"
	"github.com/eile-housing/eile/server/rpc"
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
		return nil, casework.Refuse(words.Say("what.run_of", words.Day("on", on)), words.Reason("IN_THE_FUTURE.run", words.Day("today", rules.Today)))
	}
	if err := s.covers(ctx, rules, on, req.GetDryRun()); err != nil {
		return nil, err
	}
	if req.GetDryRun() {
		return s.night.DryRun(ctx, on)
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
	return s.begin(ctx, stamp, on)
}

// begin starts a run while no policy is being put in force: from then on none is
// until the run ends.
func (s *runs) begin(ctx context.Context, stamp store.Stamp, on day.Day) (run *eilev1.Run, err error) {
	err = s.office.Book.Hold(func() error {
		run, err = s.night.Start(ctx, stamp, on)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.told(ctx, run), nil
}

// told puts into a run what keeps it from going on, as a caller hears of it: the
// log has the rest.
func (s *runs) told(ctx context.Context, run *eilev1.Run) *eilev1.Run {
	if why := s.night.Hindrance(run); why != nil {
		run.Failure = rpc.Text(ctx, why)
	}
	rpc.Date(run)
	return run
}

// covers refuses a day on which another policy will be in force, unless the run
// itself puts that one in force.
func (s *runs) covers(ctx context.Context, rules casework.Rules, on day.Day, dryRun bool) error {
	what, name := words.Say("what.run_of", words.Day("on", on)), rules.Policy.Name
	due, err := s.office.Book.Scheduled(ctx, on)
	if err != nil {
		return err
	}
	from, until := rules.Policy.InForce()
	if len(due) > 0 {
		next := due[len(due)-1]
		name = next.GetName()
		if dryRun {
			return casework.Refuse(what, words.Reason("POLICY_CHANGES", words.Text("policy", name), words.Text("version", next.GetVersion())))
		}
		from, _, _ = day.FromProto(next.GetInForceFrom())
		until, _, _ = day.FromProto(next.GetInForceUntil())
	}
	switch {
	case until != 0 && (on < from || on > until):
		return casework.Refuse(what, words.Reason("NOT_IN_FORCE.between", words.Text("policy", name), words.Day("from", from), words.Day("until", until)))
	case on < from:
		return casework.Refuse(what, words.Reason("NOT_IN_FORCE.from", words.Text("policy", name), words.Day("from", from)))
	}
	return nil
}

func (s *runs) ApproveRun(ctx context.Context, req *eilev1.ApproveRunRequest) (*eilev1.Run, error) {
	stamp, err := s.office.Stamp(ctx, req, "run.approve", req.GetDecision().GetReason())
	if err != nil {
		return nil, err
	}
	if err := s.night.Approve(ctx, stamp, req.GetId(), req.GetEtag(), req.GetDecision()); err != nil {
		return nil, err
	}
	return s.GetRun(ctx, &eilev1.GetRunRequest{Id: req.GetId()})
}

func (s *runs) CancelRun(ctx context.Context, req *eilev1.CancelRunRequest) (*eilev1.Run, error) {
	stamp, err := s.office.Stamp(ctx, req, "run.cancel", req.GetReason())
	if err != nil {
		return nil, err
	}
	if err := s.night.Cancel(ctx, stamp, req.GetId(), req.GetEtag()); err != nil {
		return nil, err
	}
	return s.GetRun(ctx, &eilev1.GetRunRequest{Id: req.GetId()})
}

func (s *runs) GetRun(ctx context.Context, req *eilev1.GetRunRequest) (*eilev1.Run, error) {
	run, err := s.night.Get(ctx, req.GetId())
	if err != nil {
		return nil, err
	}
	return s.told(ctx, run), nil
}

// ListRuns returns the one with the greatest number first, unless asked otherwise.
func (s *runs) ListRuns(ctx context.Context, req *eilev1.ListRunsRequest) (*eilev1.ListRunsResponse, error) {
	order, err := rpc.Order(req.GetOrderBy(), "id desc", "id")
	if err != nil {
		return nil, err
	}
	page, err := rpc.PageOf(req)
	if err != nil {
		return nil, err
	}
	asked, err := filter.NewRuns(req)
	if err != nil {
		return nil, err
	}
	var all []*eilev1.Run
	err = s.office.View(ctx, func(v *store.View) error {
		all, err = figures.Runs(v, asked.Keep)
		return err
	})
	if err != nil {
		return nil, err
	}
	compare := figures.ByNumber
	if order == "id desc" {
		slices.Reverse(all)
		compare = func(a, b string) int { return figures.ByNumber(b, a) }
	}
	rows := rpc.CutBy(page, all, (*eilev1.Run).GetId, compare, rpc.Total{Size: int32(len(all))})
	for _, run := range rows.Rows {
		rpc.Date(run)
	}
	return &eilev1.ListRunsResponse{
		Runs: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, nil
}

func (s *runs) ListRunMatches(ctx context.Context, req *eilev1.ListRunMatchesRequest) (*eilev1.ListRunMatchesResponse, error) {
	if _, err := rpc.PageOf(req); err != nil {
		return nil, err
	}
	matches, err := evidence.Matches(ctx, s.office.Register, req.GetRun())
	if err != nil {
		return nil, err
	}
	rows, err := rpc.List(ctx, s.office, req, rpc.Listing[*eilev1.RunMatch]{
		From: func(v *store.View, start string) rpc.Entries[*eilev1.RunMatch] {
			from, _ := strconv.ParseUint(start, 10, 31) // the first page has no number
			return evidence.Outcomes(v, req.GetRun(), matches, int(from))
		},
		Keep: func(_ *store.View, match *eilev1.RunMatch) (bool, error) { return filter.Match(req, match), nil },
	})
	return &eilev1.ListRunMatchesResponse{
		Matches: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, err
}

func (s *runs) GetEvidence(req *eilev1.GetEvidenceRequest, stream grpc.ServerStreamingServer[eilev1.GetEvidenceResponse]) error {
	return evidence.Send(stream.Context(), s.office.Register, req.GetId(), func(file string, piece []byte) error {
		return stream.Send(&eilev1.GetEvidenceResponse{File: file, Data: piece})
	})
}

func (s *runs) ExplainRun(ctx context.Context, req *eilev1.ExplainRunRequest) (*eilev1.ExplainRunResponse, error) {
	switch {
	case req.GetApplication() != "" && req.GetUnit() != "", req.GetApplication() == "" && req.GetUnit() == "":
		return nil, form.Wrong("application", words.Reason("NAME_ONE"))
	case req.GetApplication() != "":
		return explain.Application(ctx, s.office.Register, req.GetId(), req.GetApplication())
	}
	return explain.Unit(ctx, s.office.Register, req.GetId(), req.GetUnit())
}
