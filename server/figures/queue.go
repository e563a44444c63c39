package figures

import (
	"iter"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
	"github.com/eile-housing/eile/store/waitlist"
)

// Queue is the waiting list as it is now, read from memory.
type Queue struct {
	list   *living.List
	policy *eilev1.PolicyName
	now    time.Time
	since  int32 // the first day of the last twelve months
}

// NewQueue reads the living list under the rules of today.
func NewQueue(list *living.List, rules casework.Rules, now time.Time) Queue {
	return Queue{list: list, policy: rules.Policy.Identity(), now: now, since: int32(rules.Today.AddYears(-1)) + 1}
}

// Position returns the place of an application; false where it has none.
func (q Queue) Position(reference string) (*eilev1.Position, bool) {
	found, ok := q.list.Position(reference)
	if !ok {
		return nil, false
	}
	position := q.answer(found.List, found.Revision)
	position.Reference = reference
	position.NeedClass = found.Class
	position.Status = eilev1.ApplicationStatus(found.Status)
	stand(position, found)
	return position, true
}

// stand fills in where somebody stands who waits.
func stand(position *eilev1.Position, found waitlist.Position) {
	position.Position, position.Waiting = int32(found.Ahead)+1, int32(found.Waiting)
	position.Ahead, position.AheadOutOfTurn = int32(found.Ahead), int32(found.AheadOutOfTurn)
	position.PositionInNeedClass, position.WaitingInNeedClass = int32(found.ClassAhead)+1, int32(found.ClassWaiting)
}

// answer is what every position of a list has in common.
func (q Queue) answer(list string, revision uint64) *eilev1.Position {
	return &eilev1.Position{
		List: list, AsOf: timestamppb.New(q.now), Policy: q.policy, Revision: revision,
		HousedLast_12Months: int32(q.list.HousedSince(list, q.since)),
	}
}

// NoPlace returns one who is not on the list: position 0, and why.
func (q Queue) NoPlace(application *eilev1.Application) *eilev1.Position {
	position := q.answer(application.GetList(), q.list.Revision())
	position.Reference, position.Status, position.NeedClass = application.GetReference(), application.GetStatus(), application.GetNeedClass()
	beside(position, q.list.Counts())
	return position
}

// beside fills in how many wait where somebody without a place would.
func beside(position *eilev1.Position, counts []waitlist.Count) {
	for _, count := range counts {
		if count.List != position.GetList() {
			continue
		}
		position.Waiting = int32(count.Waiting)
		for _, class := range count.Classes {
			if class.Class == position.GetNeedClass() {
				position.WaitingInNeedClass = int32(class.Waiting)
			}
		}
	}
}

// Places yields the households of a list in legal order, from after a key on,
// each with the key of its place. As many as are asked for come from one moment.
func (q Queue) Places(list, after string, asked int) iter.Seq2[store.Entry[*eilev1.Position], error] {
	return func(yield func(store.Entry[*eilev1.Position], error) bool) {
		for {
			page := q.list.QueueAfter(list, after, asked)
			for i, placement := range page.Placements {
				if !yield(store.Entry[*eilev1.Position]{ID: placement.Key, Record: q.row(page, page.First+i, placement)}, nil) {
					return
				}
				after = placement.Key
			}
			if len(page.Placements) < asked {
				return
			}
		}
	}
}

// row is one household of a page of the list.
func (q Queue) row(page waitlist.Page, ahead int, placement waitlist.Placement) *eilev1.Position {
	position := q.answer(placement.List, page.Revision)
	position.Reference, position.NeedClass = placement.Reference, placement.Class
	position.Status = eilev1.ApplicationStatus(placement.Status)
	position.Position, position.Ahead, position.Waiting = int32(ahead)+1, int32(ahead), int32(page.Waiting)
	if found, ok := q.list.Position(placement.Reference); ok {
		position.AheadOutOfTurn = int32(found.AheadOutOfTurn)
		position.PositionInNeedClass, position.WaitingInNeedClass = int32(found.ClassAhead)+1, int32(found.ClassWaiting)
	}
	return position
}

// Place fills in the position of an application.
func Place(list *living.List, application *eilev1.Application) {
	application.Position = 0
	if position, ok := list.Position(application.GetReference()); ok {
		application.Position = int32(position.Ahead) + 1
	}
}
