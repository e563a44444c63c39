package server

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/server/filter"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
)

type applications struct {
	eilev1.UnimplementedApplicationServiceServer
	office *rpc.Office
	codes  rpc.AccessCodes
}

func (s *applications) RegisterApplication(ctx context.Context, req *eilev1.RegisterApplicationRequest) (*eilev1.Application, error) {
	rules, err := s.office.Book.Today()
	if err != nil {
		return nil, err
	}
	if req.GetApplication().GetEtag() != "" {
		return nil, form.Wrong("application.etag", words.Reason("OUTPUT_ONLY"))
	}
	now := s.office.Clock.Now()
	wanted := givenApplication(req.GetApplication(), rules.Policy, now)
	if err := form.Application(rules.Policy, nil, wanted, req.GetPerson(), now); err != nil {
		return nil, err
	}
	_, err = s.office.Change(ctx, req, "application.register", "", func(c casework.Change) error {
		return registerApplication(c, proto.CloneOf(wanted), req.GetPerson())
	})
	if err != nil {
		return nil, err
	}
	registered, err := s.placed(rpc.Get(ctx, s.office, store.Applications, wanted.GetReference()))
	if err != nil {
		return nil, err
	}
	registered.AccessCode = s.codes.Of(registered.GetReference(), 1)
	return registered, nil
}

func registerApplication(c casework.Change, wanted *eilev1.Application, person *eilev1.Person) error {
	reference := wanted.GetReference()
	_, taken, err := store.Applications.Find(c.Tx, reference)
	if err != nil {
		return err
	}
	if taken {
		return rpc.AlreadyRegistered(store.Applications.Noun, reference)
	}
	c.Tx.Result(reference)
	if person != nil {
		if err := store.Persons.Put(c.Tx, reference, person); err != nil {
			return err
		}
	}
	if wanted.GetTransfer() != nil {
		return application.RegisterTransfer(c, wanted)
	}
	return application.Register(c, wanted)
}

// givenApplication is what a caller wrote, with what the policy says where nothing is
// said.
func givenApplication(given *eilev1.Application, rules *policy.Policy, now time.Time) *eilev1.Application {
	wanted := proto.CloneOf(given)
	if wanted.GetRegisteredAt() == "" {
		wanted.RegisteredAt = application.RegisteredNow(now, rules.Location)
	}
	if wanted.GetList() == "" {
		wanted.List = rules.DefaultList
	}
	return wanted
}

// placed fills in the position of an application that was read.
func (s *applications) placed(application *eilev1.Application, err error) (*eilev1.Application, error) {
	if err == nil {
		figures.Place(s.office.Register.List(), application)
	}
	return application, err
}

// shown is a stored application with all that a caller may have been told of it:
// the access code too, which the answer to Register has.
func shown(list *living.List, codes rpc.AccessCodes, stored *eilev1.Application) *eilev1.Application {
	told := proto.CloneOf(stored)
	figures.Place(list, told)
	told.AccessCode = codes.Of(told.GetReference(), told.GetAccessGeneration())
	return told
}

func (s *applications) GetApplication(ctx context.Context, req *eilev1.GetApplicationRequest) (*eilev1.Application, error) {
	if err := s.office.Register.List().WaitFor(ctx, req.GetMinRevision()); err != nil {
		return nil, err
	}
	return s.placed(rpc.Get(ctx, s.office, store.Applications, req.GetReference()))
}

func (s *applications) ListApplications(ctx context.Context, req *eilev1.ListApplicationsRequest) (*eilev1.ListApplicationsResponse, error) {
	order, err := rpc.Order(req.GetOrderBy(), "reference", "position")
	if err != nil {
		return nil, err
	}
	asked, err := filter.NewApplications(req, s.office.Book.Zone())
	if err != nil {
		return nil, err
	}
	list := s.office.Register.List()
	listing := rpc.Listing[*eilev1.Application]{
		From: rpc.All(store.Applications), Count: rpc.Count(store.Applications),
		Keep: func(_ *store.View, application *eilev1.Application) (bool, error) {
			return asked.Keep(application), nil
		},
		Fill: func(_ *store.View, application *eilev1.Application) error {
			figures.Place(list, application)
			return nil
		},
	}
	if order == "position" {
		listing.From = func(v *store.View, start string) rpc.Entries[*eilev1.Application] {
			return figures.ByPosition(v, list, start)
		}
	}
	rows, err := rpc.List(ctx, s.office, req, listing)
	if errors.Is(err, figures.ErrNoStart) {
		err = rpc.ForeignToken()
	}
	return &eilev1.ListApplicationsResponse{
		Applications: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, err
}

func (s *applications) AmendApplication(ctx context.Context, req *eilev1.AmendApplicationRequest) (*eilev1.Application, error) {
	if _, err := s.office.Book.Today(); err != nil {
		return nil, err
	}
	given := req.GetApplication()
	if err := form.ApplicationMask(req.GetUpdateMask()); err != nil {
		return nil, err
	}
	corrects := slices.Contains(req.GetUpdateMask().GetPaths(), "registered_at")
	if corrects && req.GetDecision() == nil {
		return nil, casework.Refuse(words.Say("what.amend_application", words.Text("application", given.GetReference())), words.Reason("DECISION_NEEDED"))
	}
	return s.amend(ctx, req, "application.amend", cmp.Or(req.GetReason(), req.GetDecision().GetReason()), given.GetReference(),
		func(c casework.Change, stored *eilev1.Application) error {
			if err := casework.Seen(store.Applications.Noun, given.GetReference(), given.GetEtag(), stored); err != nil {
				return err
			}
			if err := rpc.Unchanged(ctx, "application", given, shown(s.office.Register.List(), s.codes, stored)); err != nil {
				return err
			}
			kept := proto.CloneOf(stored)
			form.AmendApplication(stored, given, req.GetUpdateMask())
			recorded, _, err := store.Persons.Find(c.Tx, stored.GetReference())
			if err != nil {
				return err
			}
			person := form.AmendedPerson(recorded, req.GetPerson(), req.GetUpdateMask())
			if err := form.Application(c.Rules.Policy, kept, stored, person, s.office.Clock.Now()); err != nil {
				return err
			}
			if corrects {
				if err := application.CorrectDate(c, stored, req.GetDecision()); err != nil {
					return err
				}
			}
			if person != nil {
				if err := store.Persons.Put(c.Tx, stored.GetReference(), person); err != nil {
					return err
				}
			}
			return state.Settle(c, stored)
		})
}

// amend changes one stored application and answers it as it is then.
func (s *applications) amend(ctx context.Context, req rpc.Mutation, action, reason, reference string, fn func(casework.Change, *eilev1.Application) error) (*eilev1.Application, error) {
	return s.placed(rpc.Amend(ctx, s.office, store.Applications, reference, req, action, reason, fn))
}
