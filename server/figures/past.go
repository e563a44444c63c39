package figures

import (
	"iter"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/history"
	"github.com/eile-housing/eile/store/waitlist"
)

// Past is the waiting list as it was at a moment.
type Past struct {
	at       time.Time
	past     *history.Past
	since    int32            // the day a year before
	housed   map[string]int32 // by list, as far as it was asked for
	policy   *eilev1.PolicyName
	revision uint64 // up to which the history was read
}

// ReadPast runs fn on the waiting list as it was at a moment; it may run more than
// once. Days begin in zone.
func ReadPast(v *store.View, at time.Time, zone *time.Location, fn func(*Past) error) error {
	policy, err := v.PolicyAt(at)
	if err != nil {
		return err
	}
	return v.Past(at, func(past *history.Past) error {
		return fn(&Past{
			at: at, past: past, since: int32(day.Of(at, zone).AddYears(-1)), housed: map[string]int32{},
			policy: policy, revision: v.Revision(),
		})
	})
}

// Lists names the lists on which somebody waited then.
func (p *Past) Lists() []string { return p.past.Lists() }

// Position returns the place that an application had then.
func (p *Past) Position(reference string) (*eilev1.Position, error) {
	placed, ok, err := p.past.Find(reference)
	if err == nil && !ok {
		err = told.NotFound(words.Say("what.application_at", words.Text("application", reference), words.Text("when", p.at.Format(time.RFC3339))))
	}
	if err != nil {
		return nil, err
	}
	found, err := p.past.Position(placed)
	if err != nil {
		return nil, err
	}
	position := p.answer(reference, found)
	if placed.Waits() {
		stand(position, found)
	}
	return position, nil
}

// answer is what every position has, whether there is a place or not.
func (p *Past) answer(reference string, found waitlist.Position) *eilev1.Position {
	housed, known := p.housed[found.List]
	if !known {
		housed = int32(p.past.HousedSince(found.List, p.since))
		p.housed[found.List] = housed
	}
	return &eilev1.Position{
		Reference: reference, List: found.List, AsOf: timestamppb.New(p.at), NeedClass: found.Class,
		Status: eilev1.ApplicationStatus(found.Status), Policy: p.policy, Revision: p.revision, HousedLast_12Months: housed,
		Waiting: int32(found.Waiting), WaitingInNeedClass: int32(found.ClassWaiting),
	}
}

// Places yields the households of a list as it was, in legal order, from after a
// key on, each with the key of its place.
func (p *Past) Places(list, after string, _ int) iter.Seq2[store.Entry[*eilev1.Position], error] {
	return func(yield func(store.Entry[*eilev1.Position], error) bool) {
		for row, err := range p.past.Queue(list, after) {
			entry := store.Entry[*eilev1.Position]{ID: row.Key}
			if err == nil {
				entry.Record = p.answer(row.Reference, row.Position)
				stand(entry.Record, row.Position)
			}
			if !yield(entry, err) || err != nil {
				return
			}
		}
	}
}
