package server

import (
	"context"
	"iter"
	"slices"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/server/filter"
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
	return pageOf(page, req, lists, s.office.Register.List().Generation(), now)
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
		answer, err = pageOf(page, req, lists, ended, past)
		return err
	})
	return answer, err
}

// ended is the generation of what was: its order stays.
const ended = 0

// ordered are lists that stand one after another.
type ordered interface {
	// Places yields the households of a list from after a key on, each with the key
	// of its place; about so many are asked for.
	Places(list, after string, asked int) iter.Seq2[store.Entry[*eilev1.Position], error]
	Waiting(lists []string, needClass string) int
}

// pageOf returns one page of lists, whose placements are of a generation.
func pageOf(page rpc.Page, req *eilev1.ListPositionsRequest, lists []string, generation uint32, from ordered) (*eilev1.ListPositionsResponse, error) {
	mark, err := figures.ReadMark(page.Start, generation)
	first := 0
	if mark.List != "" {
		first = slices.Index(lists, mark.List)
	}
	if err != nil || first < 0 {
		return nil, rpc.ForeignToken()
	}
	rows, err := rpc.Walk(page, inTurn(from, lists[first:], mark, page.Size+1), func(position *eilev1.Position) bool {
		return filter.Position(req, position)
	}, rpc.Total{Size: int32(from.Waiting(lists, req.GetNeedClass()))})
	return &eilev1.ListPositionsResponse{
		Positions: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, err
}

// inTurn yields list after list, from a mark on the first of them on. The id of an
// entry is the mark of its place, so that who comes in between is not missed.
func inTurn(from ordered, lists []string, mark figures.Mark, asked int) rpc.Entries[*eilev1.Position] {
	return func(yield func(store.Entry[*eilev1.Position], error) bool) {
		for _, list := range lists {
			mark.List = list
			for entry, err := range from.Places(list, mark.After, asked) {
				key := entry.ID
				entry.ID = mark.String()
				if !yield(entry, err) || err != nil {
					return
				}
				mark.After = key
			}
			mark.After = ""
		}
	}
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
