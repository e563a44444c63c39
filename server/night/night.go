package night

import (
	"context"
	"fmt"

	"github.com/rs/zerolog"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/night/evidence"
	"github.com/eile-housing/eile/server/night/prepare"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

// Night runs the nights of one register, one at a time.
type Night struct {
	runs   *runs
	worker *worker
}

// New returns the nights of a register. Pseudonyms are derived from key; what
// keeps a run in the background from going on is logged.
func New(register *store.Register, key []byte, book Rulebook, log zerolog.Logger) *Night {
	r := &runs{register: register, key: key, book: book, keep: evidence.Keep}
	return &Night{runs: r, worker: newWorker(r, log)}
}

// Start begins the run of a day, or answers the one that the day already has. It
// is carried on in the background.
func (n *Night) Start(ctx context.Context, stamp store.Stamp, on day.Day) (*eilev1.Run, error) {
	rules, err := n.runs.book.Rules(on)
	if err != nil {
		return nil, err
	}
	if err := prepare.Supported(rules.Policy); err != nil {
		return nil, err
	}
	id, err := n.runs.start(ctx, stamp, rules)
	if err != nil {
		return nil, err
	}
	n.worker.wake()
	return n.Get(ctx, id)
}

// Approve lets a matched run make its offers, by decision; they are made in the
// background. The etag is that of the run which the caller read; empty: any.
func (n *Night) Approve(ctx context.Context, stamp store.Stamp, id, etag string, by *eilev1.ByDecision) error {
	run, err := n.runs.get(ctx, id)
	if err != nil {
		return err
	}
	rules, err := n.runs.rules(run)
	if err != nil {
		return err
	}
	if err := n.runs.approve(ctx, stamp, run, rules, etag, by); err != nil {
		return err
	}
	n.worker.wake()
	return nil
}

// Cancel ends a run that is not approved. The etag is as that of Approve.
func (n *Night) Cancel(ctx context.Context, stamp store.Stamp, id, etag string) error {
	return n.runs.end(ctx, stamp, id, etag, cancelRun, told.Note(words.Say("note.cancelled", words.Text("reason", stamp.Reason))))
}

// Get returns a run as it is. Of one that needs nobody to approve it the decision
// is told beforehand, of one that makes its offers how many are made so far.
func (n *Night) Get(ctx context.Context, id string) (*eilev1.Run, error) {
	run, err := n.runs.get(ctx, id)
	if err != nil {
		return nil, err
	}
	switch run.GetState() {
	case matched:
		rules, err := n.runs.rules(run)
		if err == nil && !rests(matched, rules) {
			run.Decision = automatic(run)
		}
		return run, err
	case approved:
		run.OffersCreated, err = n.runs.offered(ctx, id)
		return run, err
	default:
		return run, nil
	}
}

// automatic is the decision that nobody needs to make.
func automatic(run *eilev1.Run) *eilev1.Decision {
	return &eilev1.Decision{
		Kind: eilev1.DecisionKind_DECISION_KIND_APPROVE_RUN, State: eilev1.DecisionState_DECISION_STATE_PROPOSED,
		Subject: run.GetId(), ProposedBy: casework.Machine, Automatic: true, Policy: run.GetPolicy(),
	}
}

// Hindrance is what keeps a run from going on for the time being; nil: nothing, or
// it rests. It is any error, and not for every ear.
func (n *Night) Hindrance(run *eilev1.Run) error {
	last, _ := n.worker.seen()
	if !last.hinders(run.GetId()) {
		return nil
	}
	if rules, err := n.runs.rules(run); err != nil || rests(run.GetState(), rules) {
		return err
	}
	return last.why
}

// Unfinished returns the run that is not at its end; empty: there is none. lastOn
// is the day of the last one that is committed.
func (n *Night) Unfinished(ctx context.Context) (id string, lastOn day.Day, err error) {
	return n.runs.unfinished(ctx)
}

// Resume carries the unfinished run on until it rests, before anything else is
// accepted. One that fails for good is logged: the service need not.
func (n *Night) Resume(ctx context.Context) error {
	_, err := n.worker.carryOn(ctx)
	return err
}

// Wait has the unfinished run carried on and answers a run once it rests. The
// error is what keeps it from going on.
func (n *Night) Wait(ctx context.Context, id string) (*eilev1.Run, error) {
	_, tried := n.worker.seen()
	n.worker.wake()
	for {
		var closed error
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-n.worker.closing:
			closed = fmt.Errorf("run %s: the service ends; it is resumed with the next start", id)
		case <-tried:
		}
		// Asked before the run is read: what is tried after that ends the next round.
		var last try
		last, tried = n.worker.seen()
		run, err := n.runs.get(ctx, id)
		if err != nil {
			return nil, err
		}
		rules, err := n.runs.rules(run)
		if err != nil || rests(run.GetState(), rules) {
			return run, err
		}
		if last.hinders(id) {
			closed = last.why
		}
		if closed != nil {
			return nil, closed
		}
	}
}

// Close waits for the step that is under way. The run is left to be resumed.
func (n *Night) Close() { n.worker.close() }
