package evidence

import (
	"context"
	"fmt"

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

// Page returns what became of the matches of a run, in legal order: at most size
// of them, from a number on that counts from 0, and whether there are more.
func Page(ctx context.Context, register *store.Register, id string, from, size int) (page []*eilev1.RunMatch, more bool, err error) {
	matches, err := Matches(ctx, register, id)
	if err != nil {
		return nil, false, err
	}
	from = min(from, len(matches))
	until := min(from+size, len(matches))
	err = register.View(ctx, func(v *store.View) error {
		for number := from; number < until; number++ {
			batch, _, err := store.FindBatch(v, id, uint32(number))
			if err != nil {
				return err
			}
			page = append(page, became(matches[number], batch, Offer(id, number)))
		}
		return nil
	})
	return page, until < len(matches), err
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
