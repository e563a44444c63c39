package rpc

import (
	"context"

	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
	"github.com/eile-housing/eile/server/rulebook"
	"github.com/eile-housing/eile/store"
)

// Office is where a handler works: the register, the rules of the day and the
// clock.
type Office struct {
	Register *store.Register
	Book     *rulebook.Book
	Clock    *rulebook.Clock
}

// View runs fn against one snapshot of the register.
func (o *Office) View(ctx context.Context, fn func(*store.View) error) error {
	return o.Register.View(ctx, fn)
}

// Recall is View for who reads the past: a few at a time, so that others are
// answered meanwhile.
func (o *Office) Recall(ctx context.Context, fn func(*store.View) error) error {
	return o.Register.Recall(ctx, fn)
}

// Stamp says who asks for what. The reason must not hold personal data; req is
// nil where nothing is to be recognised when it comes again.
func (o *Office) Stamp(ctx context.Context, req Mutation, action, reason string) (store.Stamp, error) {
	stamp := store.Stamp{Now: o.Clock.Now(), ID: o.Clock.NewID(), Actor: actor(ctx), Action: action, Reason: reason}
	if approving := approvalIn(ctx); approving != nil {
		req = approving.req
	}
	if req == nil || req.GetRequestId() == "" {
		return stamp, nil
	}
	sum, err := requestSum(req)
	stamp.RequestID, stamp.RequestSum = req.GetRequestId(), sum
	return stamp, err
}

// Change runs fn as one change of the register under the rules of the day. The
// result is what fn named, or what it named when the request came before.
func (o *Office) Change(ctx context.Context, req Mutation, action, reason string, fn func(casework.Change) error) (string, error) {
	stamp, err := o.Stamp(ctx, req, action, reason)
	if err != nil {
		return "", err
	}
	rules, err := o.Book.Today()
	if err != nil {
		return "", err
	}
	return decision.Change(ctx, o.Register, stamp, rules, askedIn(ctx, req), fn)
}

// Act runs fn as one change that the machine makes by itself.
func (o *Office) Act(ctx context.Context, action string, fn func(casework.Change) error) error {
	rules, err := o.Book.Today()
	if err != nil {
		return err
	}
	_, _, err = casework.Update(ctx, o.Register, o.machine(action), rules, fn)
	return err
}

// Each lets the machine change many records under the rules of the day, each in
// a transaction of its own; they share commits.
func (o *Office) Each(ctx context.Context, action string, ids []string, fn func(casework.Change, string) error) error {
	rules, err := o.Book.Today()
	if err != nil {
		return err
	}
	return casework.Each(ctx, o.Register, rules, func() store.Stamp { return o.machine(action) }, ids, fn)
}

func (o *Office) machine(action string) store.Stamp {
	return store.Stamp{Now: o.Clock.Now(), ID: o.Clock.NewID(), Actor: casework.Machine, Action: action}
}
