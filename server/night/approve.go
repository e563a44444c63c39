package night

import (
	"context"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
	"github.com/eile-housing/eile/store"
)

// approve lets a matched run make its offers, by decision; nil: by itself.
func (r *runs) approve(ctx context.Context, stamp store.Stamp, run *eilev1.Run, rules casework.Rules, etag string, by *eilev1.ByDecision) error {
	_, _, err := casework.Update(ctx, r.register, stamp, rules, func(c casework.Change) error {
		tx := c.Tx
		run, err := store.Runs.Get(tx, run.GetId())
		if err != nil {
			return err
		}
		if err := casework.Seen(store.Runs.Noun, run.GetId(), etag, run); err != nil {
			return err
		}
		what := words.Say("what.approve_run", words.Text("run", run.GetId()))
		if state := run.GetState(); state != matched {
			return casework.Refuse(what, words.Reason("WRONG_STATE", words.Term("state", spell.Name(state))))
		}
		if !proto.Equal(run.GetPolicy(), rules.Policy.Identity()) {
			return casework.Refuse(what, words.Reason("POLICY_CHANGED", words.Text("policy", run.GetPolicy().GetName()), words.Text("version", run.GetPolicy().GetVersion())))
		}
		switch actor := words.Text("person", tx.Actor()); {
		case by == nil: // the policy approves
		case !casework.IsPerson(tx.Actor()):
			return casework.Refuse(what, words.Reason("NO_PERSON", actor))
		case casework.SamePerson(run.GetStartedBy(), tx.Actor()):
			return casework.Refuse(what, words.Reason("SAME_PERSON.run", actor))
		}
		run.Decision, err = decision.ApproveRun(c, run.GetId(), by)
		if err != nil {
			return err
		}
		if err := move(tx, run, approveRun); err != nil {
			return err
		}
		tx.Result(run.GetId())
		return tx.PutRun(run, rules.Today.String())
	})
	return err
}

// end ends a run that is not approved, by an event, and says why.
func (r *runs) end(ctx context.Context, stamp store.Stamp, id, etag, event, why string) error {
	_, _, err := r.register.Update(ctx, stamp, func(tx *store.Tx) error {
		run, err := store.Runs.Get(tx, id)
		if err != nil {
			return err
		}
		if err := casework.Seen(store.Runs.Noun, id, etag, run); err != nil {
			return err
		}
		if state := run.GetState(); state != preparing && state != matched {
			return casework.Refuse(words.Say("what.end_run", words.Text("run", id)), words.Reason("WRONG_STATE", words.Term("state", spell.Name(state))))
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
		if err := move(tx, run, event); err != nil {
			return err
		}
		run.FinishedAt, run.Failure = timestamppb.New(tx.Now()), why
		tx.Result(id)
		return tx.PutRun(run, on.String())
	})
	return err
}
