package figures

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/waitlist"
)

// Past is the waiting list as it was at a moment.
type Past struct {
	at       time.Time
	index    *waitlist.Index
	places   map[string]*eilev1.Placement
	housed   map[string]int
	policy   *eilev1.PolicyName // in force then
	revision uint64             // up to which the history was read
}

// ReadPast replays the placements up to a moment. It costs time in proportion to
// the history. Days begin in zone.
func ReadPast(v *store.View, at time.Time, zone *time.Location) (*Past, error) {
	past := &Past{
		at: at, index: waitlist.NewIndex(), places: map[string]*eilev1.Placement{}, housed: map[string]int{}, revision: v.Revision(),
	}
	for moved, err := range v.Placements(at) {
		if err != nil {
			return nil, err
		}
		past.places[moved.After.GetReference()] = moved.After
	}
	var err error
	if past.policy, err = v.PolicyAt(at); err != nil {
		return nil, err
	}
	since := int32(day.Of(at, zone).AddYears(-1))
	for _, placement := range past.places {
		if placement.GetHousedOn() > since {
			past.housed[placement.GetList()]++
		}
	}
	return past, past.index.Build(past.revision, past.standing)
}

// standing yields who waited then.
func (p *Past) standing(yield func(waitlist.Placement) bool) {
	for reference, placement := range p.places {
		if !waits(placement) {
			continue
		}
		stood := waitlist.Placement{
			Reference: reference, List: placement.GetList(), Class: placement.GetNeedClass(),
			Key: string(placement.GetOrderKey()) + "\x00" + reference, Status: uint8(placement.GetStatus()), OutOfTurn: placement.GetOutOfTurn(),
		}
		if !yield(stood) {
			return
		}
	}
}

func waits(placement *eilev1.Placement) bool {
	return placement.GetStatus() == eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
}

// Lists names the lists on which somebody waited then.
func (p *Past) Lists() []string { return p.index.Lists() }

// Position answers the place that an application had then.
func (p *Past) Position(reference string) (*eilev1.Position, error) {
	placement, ok := p.places[reference]
	if !ok {
		return nil, told.NotFound(words.Say("what.application_at", words.Text("application", reference), words.Text("when", p.at.Format(time.RFC3339))))
	}
	position := &eilev1.Position{
		Reference: reference, List: placement.GetList(), AsOf: timestamppb.New(p.at), NeedClass: placement.GetNeedClass(),
		Status: placement.GetStatus(), Policy: p.policy, Revision: p.revision, HousedLast_12Months: int32(p.housed[placement.GetList()]),
	}
	if found, ok := p.index.Position(reference); ok {
		stand(position, found)
	} else {
		beside(position, p.index.Counts())
	}
	return position, nil
}

// Page answers so many households of a list as it was, in legal order, from
// after a key on, and the key of the last.
func (p *Past) Page(list, after string, size int) (positions []*eilev1.Position, last string, err error) {
	for _, placement := range p.index.QueueAfter(list, after, size).Placements {
		position, err := p.Position(placement.Reference)
		if err != nil {
			return nil, "", err
		}
		positions, last = append(positions, position), placement.Key
	}
	return positions, last, nil
}
