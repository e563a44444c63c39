package server

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/waitlist"
)

type queue struct {
	eilev1.UnimplementedQueueServiceServer
	*Server
}

func (s *queue) GetPosition(ctx context.Context, req *eilev1.GetPositionRequest) (*eilev1.Position, error) {
	if req.GetAsOf() != nil {
		return s.positionAsOf(ctx, req.GetReference(), req.GetAsOf().AsTime())
	}
	if err := s.register.List().WaitFor(ctx, req.GetMinRevision()); err != nil {
		return nil, err
	}
	return s.position(ctx, req.GetReference())
}

// position answers from memory; only one who has no place is looked up.
func (s *Server) position(ctx context.Context, reference string) (*eilev1.Position, error) {
	in, err := s.inForce()
	if err != nil {
		return nil, err
	}
	found, ok := s.register.List().Position(reference)
	if !ok {
		return s.noPlace(ctx, in, reference)
	}
	position := s.answer(in, found.List, found.Revision)
	position.Reference = reference
	position.NeedClass = found.Class
	position.Status = eilev1.ApplicationStatus(found.Status)
	position.Position, position.Waiting = int32(found.Ahead)+1, int32(found.Waiting)
	position.Ahead, position.AheadOutOfTurn = int32(found.Ahead), int32(found.AheadOutOfTurn)
	position.PositionInNeedClass, position.WaitingInNeedClass = int32(found.ClassAhead)+1, int32(found.ClassWaiting)
	return position, nil
}

// answer is what every position of a list has in common.
func (s *Server) answer(in *rules, list string, revision uint64) *eilev1.Position {
	now := s.Now()
	return &eilev1.Position{
		List: list, AsOf: timestamppb.New(now), Policy: in.identity, Revision: revision,
		HousedLast_12Months: int32(s.register.List().HousedSince(list, int32(day.Of(now, in.policy.Location()).AddYears(-1))+1)),
	}
}

// noPlace answers one who is not on the list: position 0, and why.
func (s *Server) noPlace(ctx context.Context, in *rules, reference string) (*eilev1.Position, error) {
	application, err := s.application(ctx, reference)
	if err != nil {
		return nil, err
	}
	position := s.answer(in, application.GetList(), s.register.List().Revision())
	position.Reference, position.Status, position.NeedClass = reference, application.GetStatus(), application.GetNeedClass()
	beside(position, s.register.List().Counts())
	return position, nil
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

// ListPositions answers one list, or all one after another, in legal order. The
// token holds the last key, so that pages neither skip nor repeat a household
// that stays, whatever happens between them.
func (s *queue) ListPositions(ctx context.Context, req *eilev1.ListPositionsRequest) (*eilev1.ListPositionsResponse, error) {
	size, start, err := page(req)
	if err != nil {
		return nil, err
	}
	if req.GetAsOf() != nil {
		return s.listAsOf(ctx, req, size, start)
	}
	in, err := s.inForce()
	if err != nil {
		return nil, err
	}
	if err := s.register.List().WaitFor(ctx, req.GetMinRevision()); err != nil {
		return nil, err
	}
	lists := in.policy.Lists()
	if req.GetList() != "" {
		if !slices.Contains(lists, req.GetList()) {
			return nil, wrong("list", "policy %s has no list %q: use one of %s", in.policy.Name(), req.GetList(), strings.Join(lists, ", "))
		}
		lists = []string{req.GetList()}
	}
	at, after, _ := strings.Cut(start, "\x00")
	number, _ := strconv.Atoi(at)
	answer := &eilev1.ListPositionsResponse{}
	for ; number < len(lists); number, after = number+1, "" {
		page := s.register.List().QueueAfter(lists[number], after, size-len(answer.Positions))
		for i, placement := range page.Placements {
			answer.Positions = append(answer.Positions, s.row(in, page, page.First+i, placement))
		}
		if len(answer.Positions) == size {
			answer.NextPageToken = nextPage(req, strconv.Itoa(number)+"\x00"+page.Placements[len(page.Placements)-1].Key)
			return answer, nil
		}
	}
	return answer, nil
}

// row is one household of a page of the list.
func (s *Server) row(in *rules, page waitlist.Page, ahead int, placement waitlist.Placement) *eilev1.Position {
	position := s.answer(in, placement.List, page.Revision)
	position.Reference, position.NeedClass = placement.Reference, placement.Class
	position.Status = eilev1.ApplicationStatus(placement.Status)
	position.Position, position.Ahead, position.Waiting = int32(ahead)+1, int32(ahead), int32(page.Waiting)
	if found, ok := s.register.List().Position(placement.Reference); ok {
		position.AheadOutOfTurn = int32(found.AheadOutOfTurn)
		position.PositionInNeedClass, position.WaitingInNeedClass = int32(found.ClassAhead)+1, int32(found.ClassWaiting)
	}
	return position
}

// GetOwnPosition answers an applicant who shows the access code. Whether the
// reference is known or the code wrong, the same work is done and the same is
// answered.
func (s *queue) GetOwnPosition(ctx context.Context, req *eilev1.GetOwnPositionRequest) (*eilev1.GetOwnPositionResponse, error) {
	answer := &eilev1.GetOwnPositionResponse{}
	err := s.register.View(ctx, func(v *store.View) error {
		application, known, err := store.Applications.Find(v, req.GetReference())
		if err != nil {
			return err
		}
		right := s.access.match(req.GetReference(), application.GetAccessGeneration(), req.GetAccessCode())
		if !known || !right {
			return notFound("place")
		}
		answer.Missing = application.GetMissing()
		answer.OpenOffer, err = ownOffer(v, application.GetOpenOffer())
		return err
	})
	if err != nil {
		return nil, err
	}
	answer.Position, err = s.position(ctx, req.GetReference())
	return answer, err
}

func ownOffer(v *store.View, id string) (*eilev1.OwnOffer, error) {
	if id == "" {
		return nil, nil
	}
	offer, err := store.Offers.Get(v, id)
	if err != nil {
		return nil, err
	}
	unit, err := store.Units.Get(v, offer.GetUnit())
	if err != nil {
		return nil, err
	}
	own := &eilev1.OwnOffer{Id: id, Unit: offer.GetUnit(), District: unit.GetDistrict()}
	if until, ok, err := day.FromProto(offer.GetRespondBy()); err == nil && ok {
		own.RespondBy = until.String()
	}
	return own, nil
}

func notFound(what string) error { return notFoundError(what) }

type notFoundError string

func (n notFoundError) Error() string { return string(n) + ": not found" }

func (n notFoundError) Is(target error) bool { return target == store.ErrNotFound }
