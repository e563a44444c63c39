package night

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/night/evidence"
	"github.com/eile-housing/eile/server/night/market"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv"
)

// offerers is how many offers are being made at a time.
const offerers = 256

// commitOffers makes the offers, each a change of its own, so that the history of a
// household names nobody else; they share commits of the store. A match that
// became an offer, or could not, leaves a mark and is not tried again.
func commitOffers(ctx context.Context, r *runs, run *eilev1.Run, rules casework.Rules) error {
	matches, err := evidence.Matches(ctx, r.register, run.GetId())
	if err != nil {
		return err
	}
	c := &commit{runs: r, run: run.GetId(), of: rules, today: rules, matches: matches}
	// An approval may come days after the run. Whether somebody still waits is
	// asked of the day on which the offer is made; whether a home suits, of the
	// run's day, since what was matched does not become wrong by waiting.
	c.today.Today = max(rules.Today, day.Of(r.book.Now(), rules.Policy.Location))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(offerers)
	for number := range c.matches {
		group.Go(func() error { return c.offer(gctx, number) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return finish(ctx, r, run, rules)
}

// commit is the offers of one run being made.
type commit struct {
	runs      *runs
	run       string
	of, today casework.Rules // of the run's day and of this
	matches   []*eilev1.Run_Match
}

// offer makes the offer of one match. Household and home are checked again in the
// same transaction; what stands against the offer is kept with the run.
func (c *commit) offer(ctx context.Context, number int) error {
	err := c.runs.update(ctx, "run.offer", c.run, c.today, func(change casework.Change) error { return c.offerOne(change, number) })
	if !errors.Is(err, kv.ErrTxTooLarge) && !errors.Is(err, kv.ErrTooManyOps) {
		return err
	}
	return c.runs.update(ctx, "run.offer", c.run, c.today, func(change casework.Change) error {
		return c.skip(change.Tx, number, words.Reason("TOO_LARGE.run", words.Text("error", err.Error())))
	})
}

func (c *commit) offerOne(change casework.Change, number int) error {
	tx := change.Tx
	_, done, err := store.FindBatch(tx, c.run, uint32(number))
	if err != nil || done {
		return err
	}
	match := c.matches[number]
	made := &eilev1.Offer{
		Id: evidence.Offer(c.run, number), Application: match.GetApplication(), Unit: match.GetUnit(), Run: c.run,
	}
	err = offer.Make(change, made, func(application *eilev1.Application, unit *eilev1.Unit) []*eilev1.Reason {
		return market.Against(c.of.Evaluator, c.of.Today, application, unit, match.GetReleased())
	})
	var refusal casework.Refusal
	if errors.As(err, &refusal) {
		return c.skip(tx, number, refusal.Reasons[0])
	}
	if err != nil {
		return err
	}
	return tx.PutBatch(c.run, uint32(number), &eilev1.RunBatch{Created: 1})
}

func (c *commit) skip(tx *store.Tx, number int, why *eilev1.Reason) error {
	match := c.matches[number]
	return tx.PutBatch(c.run, uint32(number), &eilev1.RunBatch{Skipped: []*eilev1.Run_Skip{
		{Application: match.GetApplication(), Unit: match.GetUnit(), Reason: why},
	}})
}

// finish counts what was made and ends the run.
func finish(ctx context.Context, r *runs, run *eilev1.Run, rules casework.Rules) error {
	created, err := r.offered(ctx, run.GetId())
	if err != nil {
		return err
	}
	return r.update(ctx, "run.commit", run.GetId(), rules, func(c casework.Change) error {
		tx := c.Tx
		stored, err := store.Runs.Get(tx, run.GetId())
		if err != nil || stored.GetState() != approved {
			return err
		}
		stored.OffersCreated, stored.FinishedAt = created, timestamppb.New(tx.Now())
		nights, err := store.Nights(tx)
		if err != nil {
			return err
		}
		nights.Unfinished, nights.LastOn = "", int32(rules.Today)
		nights.Lettings = market.Carry(nights.GetLettings(), stored.GetShares())
		if err := tx.PutNights(nights); err != nil {
			return err
		}
		if err := move(tx, stored, commitRun); err != nil {
			return err
		}
		return tx.PutRun(stored, rules.Today.String())
	})
}
