package night

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
	"github.com/eile-housing/eile/store"
)

// Approve lets a matched run make its offers, by decision.
func (n *Night) Approve(ctx context.Context, stamp store.Stamp, id string, by *eilev1.ByDecision) error {
	run, err := n.get(ctx, id)
	if err != nil {
		return err
	}
	on, _, err := day.FromProto(run.GetOn())
	if err != nil {
		return err
	}
	rules, err := n.book.Rules(on)
	if err != nil {
		return err
	}
	return n.approve(ctx, stamp, run, rules, by)
}

func (n *Night) approve(ctx context.Context, stamp store.Stamp, run *eilev1.Run, rules casework.Rules, by *eilev1.ByDecision) error {
	_, _, err := casework.Update(ctx, n.register, stamp, rules, func(c casework.Change) error {
		tx := c.Tx
		run, err := store.Runs.Get(tx, run.GetId())
		if err != nil {
			return err
		}
		what := "approve run " + run.GetId()
		if state := run.GetState(); state != matched {
			return casework.Refuse(what, "WRONG_STATE", "it is "+stateName(state))
		}
		if !proto.Equal(run.GetPolicy(), rules.Policy.Identity()) {
			return casework.Refuse(what, "POLICY_CHANGED", fmt.Sprintf("it was matched under policy %s version %s: cancel it and run again", run.GetPolicy().GetName(), run.GetPolicy().GetVersion()))
		}
		run.Decision, err = decision.ApproveRun(c, run.GetId(), by)
		if err != nil {
			return err
		}
		run.State = approved
		tx.Result(run.GetId())
		tx.Subject(run.GetId())
		tx.Status(stateName(matched), stateName(approved))
		return tx.PutRun(run, rules.Today.String())
	})
	return err
}

// Cancel ends a run that is not approved.
func (n *Night) Cancel(ctx context.Context, stamp store.Stamp, id string) error {
	return n.end(ctx, stamp, id, cancelled, func(run *eilev1.Run) { run.Failure = "cancelled: " + stamp.Reason })
}

func (n *Night) end(ctx context.Context, stamp store.Stamp, id string, to eilev1.RunState, change func(*eilev1.Run)) error {
	_, _, err := n.register.Update(ctx, stamp, func(tx *store.Tx) error {
		run, err := store.Runs.Get(tx, id)
		if err != nil {
			return err
		}
		if state := run.GetState(); state != preparing && state != matched {
			return casework.Refuse("end run "+id, "WRONG_STATE", "it is "+stateName(state))
		}
		on, _, err := day.FromProto(run.GetOn())
		if err != nil {
			return err
		}
		nights, err := store.Nights(tx)
		if err != nil {
			return err
		}
		nights.Unfinished = ""
		if err := tx.PutNights(nights); err != nil {
			return err
		}
		tx.Status(stateName(run.GetState()), stateName(to))
		run.State, run.FinishedAt = to, timestamppb.New(tx.Now())
		change(run)
		tx.Result(id)
		tx.Subject(id)
		return tx.PutRun(run, on.String())
	})
	return err
}
