package server

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/waitlist"
)

// pastList is a list as it was at a moment.
type pastList struct {
	at      time.Time
	index   *waitlist.Index
	places  map[string]*eilev1.Placement
	housed  map[string]int
	policy  *eilev1.PolicyName // in force then
	updated uint64
}

// past replays the placements up to a moment. It costs time in proportion to
// the history.
func (s *Server) past(ctx context.Context, at time.Time) (*pastList, error) {
	in, err := s.inForce()
	if err != nil {
		return nil, err
	}
	// Who asks as of today's date means now: the end of the day is to come.
	if now := s.Now(); at.After(now) {
		if at.Sub(now) > 24*time.Hour {
			return nil, wrong("as_of", "%s is in the future", at.Format(time.RFC3339))
		}
		at = now
	}
	past := &pastList{at: at, index: waitlist.NewIndex(), places: map[string]*eilev1.Placement{}, housed: map[string]int{}}
	err = s.register.View(ctx, func(v *store.View) error {
		past.updated = v.Revision()
		for moved, err := range v.Placements(at) {
			if err != nil {
				return err
			}
			past.places[moved.After.GetReference()] = moved.After
		}
		past.policy, err = v.PolicyAt(at)
		return err
	})
	if err != nil {
		return nil, err
	}
	since := int32(day.Of(at, in.policy.Location()).AddYears(-1))
	err = past.index.Build(past.updated, func(yield func(waitlist.Placement) bool) {
		for reference, placement := range past.places {
			if placement.GetHousedOn() > since {
				past.housed[placement.GetList()]++
			}
			if placement.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING {
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
	})
	return past, err
}

func (s *Server) positionAsOf(ctx context.Context, reference string, at time.Time) (*eilev1.Position, error) {
	past, err := s.past(ctx, at)
	if err != nil {
		return nil, err
	}
	return past.position(reference)
}

func (p *pastList) position(reference string) (*eilev1.Position, error) {
	placement, ok := p.places[reference]
	if !ok {
		return nil, notFound("application " + reference + " at " + p.at.Format(time.RFC3339))
	}
	position := &eilev1.Position{
		Reference: reference, List: placement.GetList(), AsOf: timestamppb.New(p.at), NeedClass: placement.GetNeedClass(),
		Status: placement.GetStatus(), Policy: p.policy, Revision: p.updated, HousedLast_12Months: int32(p.housed[placement.GetList()]),
	}
	found, ok := p.index.Position(reference)
	if !ok {
		beside(position, p.index.Counts())
		return position, nil
	}
	position.Position, position.Waiting = int32(found.Ahead)+1, int32(found.Waiting)
	position.Ahead, position.AheadOutOfTurn = int32(found.Ahead), int32(found.AheadOutOfTurn)
	position.PositionInNeedClass, position.WaitingInNeedClass = int32(found.ClassAhead)+1, int32(found.ClassWaiting)
	return position, nil
}

func (s *queue) listAsOf(ctx context.Context, req *eilev1.ListPositionsRequest, size int, start string) (*eilev1.ListPositionsResponse, error) {
	past, err := s.past(ctx, req.GetAsOf().AsTime())
	if err != nil {
		return nil, err
	}
	lists := past.index.Lists()
	if list := req.GetList(); list != "" {
		// Another policy may have had other lists.
		if in, err := s.inForce(); err != nil || !slices.Contains(lists, list) && !slices.Contains(in.policy.Lists(), list) {
			return nil, wrong("list", "there was no list %q at %s, and the policy has none", list, past.at.Format(time.RFC3339))
		}
		lists = []string{list}
	}
	at, after, _ := strings.Cut(start, "\x00")
	number, _ := strconv.Atoi(at)
	answer := &eilev1.ListPositionsResponse{}
	for ; number < len(lists); number, after = number+1, "" {
		page := past.index.QueueAfter(lists[number], after, size-len(answer.Positions))
		for _, placement := range page.Placements {
			position, err := past.position(placement.Reference)
			if err != nil {
				return nil, err
			}
			answer.Positions = append(answer.Positions, position)
		}
		if len(answer.Positions) == size {
			answer.NextPageToken = nextPage(req, strconv.Itoa(number)+"\x00"+page.Placements[len(page.Placements)-1].Key)
			return answer, nil
		}
	}
	return answer, nil
}
