package evidence

import (
	"context"
	"fmt"
	"iter"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// Matches reads whom a run matched with what; none before it has matched.
func Matches(ctx context.Context, register *store.Register, id string) ([]*eilev1.Run_Match, error) {
	run, err := stored(ctx, register, id)
	if err != nil || run.GetMatchedAt() == nil {
		return nil, err
	}
	file, err := readFile(ctx, register, id, matchesFile)
	if err != nil {
		return nil, err
	}
	matches := new(eilev1.RunMatches)
	if err := proto.Unmarshal(file, matches); err != nil {
		return nil, fmt.Errorf("evidence of run %s: %w", id, err)
	}
	return matches.GetMatches(), nil
}

// Skips reads the matches of a run that could not become offers, in legal order.
func Skips(ctx context.Context, register *store.Register, id string) ([]*eilev1.Run_Skip, error) {
	var skips []*eilev1.Run_Skip
	err := register.View(ctx, func(v *store.View) error {
		batches, err := v.Batches(id)
		for _, batch := range batches {
			skips = append(skips, batch.GetSkipped()...)
		}
		return err
	})
	return skips, err
}

// Offer is the id of the offer that a match of a run became, by its number from 0.
func Offer(run string, number int) string { return fmt.Sprintf("%s-%05d", run, number+1) }

// Outcomes yields what became of the matches of a run, in legal order, from a
// number on that counts from 0. The id of an entry is its number as text that
// orders by it.
func Outcomes(v *store.View, run string, matches []*eilev1.Run_Match, from int) iter.Seq2[store.Entry[*eilev1.RunMatch], error] {
	return func(yield func(store.Entry[*eilev1.RunMatch], error) bool) {
		for number := from; number < len(matches); number++ {
			batch, _, err := store.FindBatch(v, run, uint32(number))
			entry := store.Entry[*eilev1.RunMatch]{ID: fmt.Sprintf("%08d", number)}
			if err == nil {
				entry.Record = became(matches[number], batch, Offer(run, number))
			}
			if !yield(entry, err) || err != nil {
				return
			}
		}
	}
}

// became says what became of a match: the offer of that id was made, or could not
// be made, or neither yet.
func became(match *eilev1.Run_Match, batch *eilev1.RunBatch, offer string) *eilev1.RunMatch {
	told := &eilev1.RunMatch{Application: match.GetApplication(), Unit: match.GetUnit(), Released: match.GetReleased()}
	if batch.GetCreated() > 0 {
		told.Offer = offer
	}
	for _, skip := range batch.GetSkipped() {
		told.Skipped = skip.GetReason()
	}
	return told
}
