package server

import (
	"context"
	"slices"
	"strconv"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/rpc"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

type queue struct {
	eilev1.UnimplementedQueueServiceServer
	office *rpc.Office
	codes  rpc.AccessCodes
}

func (s *queue) GetPosition(ctx context.Context, req *eilev1.GetPositionRequest) (*eilev1.Position, error) {
	if isPast(req) {
		return s.positionPast(ctx, req)
	}
	if err := s.office.Register.List().WaitFor(ctx, req.GetMinRevision()); err != nil {
		return nil, err
	}
	return s.position(ctx, req.GetReference())
}

// now is the waiting list as it is.
func (s *queue) now() (figures.Queue, casework.Rules, error) {
	rules, err := s.office.Book.Today()
	if err != nil {
		return figures.Queue{}, rules, err
	}
	return figures.NewQueue(s.office.Register.List(), rules, s.office.Clock.Now()), rules, nil
}

// position returns from memory; only one who has no place is looked up.
func (s *queue) position(ctx context.Context, reference string) (*eilev1.Position, error) {
	now, _, err := s.now()
	if err != nil {
		return nil, err
	}
	if position, ok := now.Position(reference); ok {
		return position, nil
	}
	application, err := rpc.Get(ctx, s.office, store.Applications, reference)
	if err != nil {
		return nil, err
	}
	return now.NoPlace(application), nil
}

// asPast is a request for what was so at a moment: a time, or a date alone.
type asPast interface {
	GetAsOf() *timestamppb.Timestamp
	GetAsOfDate() *date.Date
}

// isPast tells whether a moment is asked for.
func isPast(req asPast) bool {
	_, dated, err := day.FromProto(req.GetAsOfDate())
	return req.GetAsOf() != nil || dated || err != nil
}

// past runs fn on the waiting list as it was.
func (s *queue) past(ctx context.Context, req asPast, fn func(past *figures.Past, at time.Time) error) error {
	rules, err := s.office.Book.Today()
	if err != nil {
		return err
	}
	zone := rules.Policy.Location
	at, _, err := form.PastMoment("as_of", req.GetAsOf(), req.GetAsOfDate(), s.office.Clock.Now(), zone)
	if err != nil {
		return err
	}
	return s.office.Recall(ctx, func(v *store.View) error {
		return figures.ReadPast(v, at, zone, func(past *figures.Past) error { return fn(past, at) })
	})
}

func (s *queue) positionPast(ctx context.Context, req *eilev1.GetPositionRequest) (position *eilev1.Position, err error) {
	err = s.past(ctx, req, func(past *figures.Past, _ time.Time) error {
		position, err = past.Position(req.GetReference())
		return err
	})
	return position, err
}

// ListPositions returns one list, or all one after another, in legal order. The
// token holds the last key, so that pages neither skip nor repeat a household
// that stays, whatever happens between them.
func (s *queue) ListPositions(ctx context.Context, req *eilev1.ListPositionsRequest) (*eilev1.ListPositionsResponse, error) {
	if _, err := rpc.Order(req.GetOrderBy(), "position"); err != nil {
		return nil, err
	}
	page, err := rpc.PageOf(req)
	if err != nil {
		return nil, err
	}
	if isPast(req) {
		return s.listPast(ctx, req, page)
	}
	now, rules, err := s.now()
	if err != nil {
		return nil, err
	}
	if err := s.office.Register.List().WaitFor(ctx, req.GetMinRevision()); err != nil {
		return nil, err
	}
	lists := rules.Policy.Lists
	if list := req.GetList(); list != "" {
		if !slices.Contains(lists, list) {
			return nil, form.Wrong("list", words.Reason("UNKNOWN_LIST", words.Text("policy", rules.Policy.Name), words.Text("list", list), words.Items("known", lists...)))
		}
		lists = []string{list}
	}
	return pageOf(page, req, lists, now)
}

func (s *queue) listPast(ctx context.Context, req *eilev1.ListPositionsRequest, page rpc.Page) (answer *eilev1.ListPositionsResponse, err error) {
	rules, err := s.office.Book.Today()
	if err != nil {
		return nil, err
	}
	err = s.past(ctx, req, func(past *figures.Past, at time.Time) error {
		lists := past.Lists()
		if list := req.GetList(); list != "" {
			// Another policy may have had other lists.
			if !slices.Contains(lists, list) && !slices.Contains(rules.Policy.Lists, list) {
				return form.Wrong("list", words.Reason("UNKNOWN_LIST.past", words.Text("list", list), words.Text("when", at.Format(time.RFC3339))))
			}
			lists = []string{list}
		}
		answer, err = pageOf(page, req, lists, past)
		return err
	})
	return answer, err
}

// ordered are lists that stand one after another.
type ordered interface {
	// Page reads so many households of a list from after a key on, and answers the
	// key of the last.
	Page(list, after string, size int) ([]*eilev1.Position, string, error)
	Waiting(lists []string, needClass string) int
}

// pageOf returns one page of lists. It looks at no more households than one call
// may, so that a need class that nobody has does not walk them all.
func pageOf(page rpc.Page, req *eilev1.ListPositionsRequest, lists []string, from ordered) (*eilev1.ListPositionsResponse, error) {
	number, after, err := figures.ListStart(page.Start, len(lists))
	if err != nil {
		return nil, rpc.ForeignToken()
	}
	answer := &eilev1.ListPositionsResponse{TotalSize: int32(from.Waiting(lists, req.GetNeedClass()))}
	for looked := 0; number < len(lists); {
		size := page.Size - len(answer.Positions)
		positions, last, err := from.Page(lists[number], after, size)
		if err != nil {
			return nil, err
		}
		for _, position := range positions {
			if req.GetNeedClass() == "" || position.GetNeedClass() == req.GetNeedClass() {
				answer.Positions = append(answer.Positions, position)
			}
		}
		if looked, after = looked+len(positions), last; len(positions) < size {
			number, after = number+1, ""
			continue
		}
		if len(answer.Positions) == page.Size || looked >= rpc.MaxLooked {
			answer.NextPageToken = page.Token(strconv.Itoa(number)+"\x00"+last, rpc.Total{})
			break
		}
	}
	return answer, nil
}

// GetOwnPosition returns an applicant who shows the access code. Whether the
// reference is known or the code wrong, the same work is done and the same is
// answered.
func (s *queue) GetOwnPosition(ctx context.Context, req *eilev1.GetOwnPositionRequest) (*eilev1.GetOwnPositionResponse, error) {
	answer := &eilev1.GetOwnPositionResponse{TimeZone: s.office.Book.Zone().String()}
	err := s.office.View(ctx, func(v *store.View) error {
		application, known, err := store.Applications.Find(v, req.GetReference())
		if err != nil {
			return err
		}
		right := s.codes.Match(req.GetReference(), application.GetAccessGeneration(), req.GetAccessCode())
		if !known || !right {
			return told.NotFound(words.Say("what.place"))
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
		own.RespondBy, own.RespondByDate = until.String(), offer.GetRespondBy()
	}
	return own, nil
}
