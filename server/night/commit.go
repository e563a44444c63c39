package night

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// batchSize is how many offers one transaction makes: each writes some ten keys.
const batchSize = 8

// commit makes the offers in batches. A batch that was made leaves a mark and
// is not made again.
func (n *Night) commit(ctx context.Context, run *eilev1.Run, rules casework.Rules) error {
	matches, err := n.Matches(ctx, run.GetId())
	if err != nil {
		return err
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for number, batch := range slices.Collect(slices.Chunk(matches.GetMatches(), batchSize)) {
		group.Go(func() error { return n.offer(gctx, run, rules, number, batch) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	var created int32
	var skipped []*eilev1.Run_Skip
	err = n.register.View(ctx, func(v *store.View) error {
		batches, err := v.Batches(run.GetId())
		for _, batch := range batches {
			created += batch.GetCreated()
			skipped = append(skipped, batch.GetSkipped()...)
		}
		return err
	})
	if err != nil {
		return err
	}
	return n.finish(ctx, run, rules, created, skipped)
}

// offer makes the offers of one batch. Household and home are checked again in
// the same transaction; what stands against an offer is kept with the run.
func (n *Night) offer(ctx context.Context, run *eilev1.Run, rules casework.Rules, number int, matches []*eilev1.Run_Match) error {
	_, _, err := n.register.Update(ctx, n.stamp("run.offer", run.GetId()), func(tx *store.Tx) error {
		_, made, err := tx.FindBatch(run.GetId(), uint32(number))
		if err != nil || made {
			return err
		}
		batch := &eilev1.RunBatch{}
		for i, match := range matches {
			offer := &eilev1.Offer{
				Id: fmt.Sprintf("%s-%05d", run.GetId(), number*batchSize+i+1), Application: match.GetApplication(),
				Unit: match.GetUnit(), Run: run.GetId(),
			}
			err := rules.MakeOffer(tx, offer, func(*eilev1.Application, *eilev1.Unit) []*eilev1.Reason { return nil })
			var refusal casework.Refusal
			switch {
			case errors.As(err, &refusal):
				batch.Skipped = append(batch.Skipped, &eilev1.Run_Skip{
					Application: match.GetApplication(), Unit: match.GetUnit(), Reason: refusal.Reasons[0],
				})
			case err != nil:
				return err
			default:
				batch.Created++
			}
		}
		return tx.PutBatch(run.GetId(), uint32(number), batch)
	})
	return err
}

func (n *Night) finish(ctx context.Context, run *eilev1.Run, rules casework.Rules, created int32, skipped []*eilev1.Run_Skip) error {
	_, _, err := n.register.Update(ctx, n.stamp("run.commit", run.GetId()), func(tx *store.Tx) error {
		stored, err := store.Runs.Get(tx, run.GetId())
		if err != nil || stored.GetState() != approved {
			return err
		}
		stored.State, stored.OffersCreated, stored.Skipped = committed, created, skipped
		stored.FinishedAt = timestamppb.New(tx.Now())
		nights, err := store.Nights(tx)
		if err != nil {
			return err
		}
		nights.Unfinished, nights.LastOn = "", int32(rules.Today)
		if err := tx.PutNights(nights); err != nil {
			return err
		}
		tx.Subject(run.GetId())
		tx.Status(stateName(approved), stateName(committed))
		return tx.PutRun(stored, rules.Today.String())
	})
	return err
}

// Matches reads whom a run matched with what, and its classes.
func (n *Night) Matches(ctx context.Context, run string) (*eilev1.RunMatches, error) {
	var file bytes.Buffer
	err := n.register.View(ctx, func(v *store.View) error {
		_, err := v.Evidence(&file, run, matchesFile)
		return err
	})
	if err != nil {
		return nil, err
	}
	matches := new(eilev1.RunMatches)
	return matches, proto.Unmarshal(file.Bytes(), matches)
}
