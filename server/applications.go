package server

import (
	"context"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

type applications struct {
	eilev1.UnimplementedApplicationServiceServer
	*Server
}

func (s *applications) RegisterApplication(ctx context.Context, req *eilev1.RegisterApplicationRequest) (*eilev1.Application, error) {
	in, err := s.inForce()
	if err != nil {
		return nil, err
	}
	wanted, err := s.newApplication(in.policy, req)
	if err != nil {
		return nil, err
	}
	reference := wanted.GetReference()
	_, err = s.change(ctx, req, "application.register", "", func(c casework.Change) error {
		_, taken, err := store.Applications.Find(c.Tx, reference)
		if err != nil {
			return err
		}
		if taken {
			return exists("application " + reference)
		}
		c.Tx.Result(reference)
		if req.GetPerson() != nil {
			if err := store.Persons.Put(c.Tx, reference, req.GetPerson()); err != nil {
				return err
			}
		}
		if wanted.GetTransfer() != nil {
			return application.RegisterTransfer(c, fresh(wanted))
		}
		return application.Register(c, fresh(wanted))
	})
	if err != nil {
		return nil, err
	}
	registered, err := s.application(ctx, reference)
	if err != nil {
		return nil, err
	}
	registered.AccessCode = s.access.of(reference, 1)
	return registered, nil
}

// newApplication keeps what a caller may set and checks it under the policy.
func (s *applications) newApplication(rules *policy.Policy, req *eilev1.RegisterApplicationRequest) (*eilev1.Application, error) {
	given := req.GetApplication()
	wanted := &eilev1.Application{
		Reference: given.GetReference(), List: given.GetList(), RegisteredAt: given.GetRegisteredAt(), RegisterNumber: given.GetRegisterNumber(),
		Household: given.GetHousehold(), Districts: given.GetDistricts(), Attributes: given.GetAttributes(),
		Evidence: given.GetEvidence(), Transfer: given.GetTransfer(),
	}
	if wanted.GetRegisteredAt() == "" {
		wanted.RegisteredAt = application.RegisteredNow(s.Now(), rules.Location())
	}
	if wanted.GetList() == "" {
		wanted.List = rules.DefaultList()
	}
	return wanted, s.checkApplication(rules, wanted, req.GetPerson())
}

// checkApplication types the attributes and lists everything that is wrong.
func (s *Server) checkApplication(rules *policy.Policy, application *eilev1.Application, person *eilev1.Person) error {
	faults := typeFacts("application.attributes", application.GetAttributes(), rules.Attributes(policy.ApplicationKind))
	for _, member := range application.GetHousehold().GetMembers() {
		faults = append(faults, typeFacts("application.household.members.attributes", member.GetAttributes(), rules.Attributes(policy.MemberKind))...)
	}
	if fault := checkRegisteredAt(application.GetRegisteredAt(), s.Now()); fault != "" {
		faults = append(faults, fieldFault{"application.registered_at", fault})
	}
	faults = append(faults, checkTransfer(application.GetTransfer())...)
	faults = faults.with(against("application.", rules.Validate(application)))
	faults = append(faults, checkMembers(application, s.Now(), rules.Location())...)
	if person != nil {
		faults = faults.with(against("person.", rules.ValidatePerson(person, applicant(application))))
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// application reads one application with its place.
func (s *Server) application(ctx context.Context, reference string) (*eilev1.Application, error) {
	var application *eilev1.Application
	err := s.register.View(ctx, func(v *store.View) error {
		var err error
		application, err = store.Applications.Get(v, reference)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.place(application)
	return application, nil
}

// place fills in the position.
func (s *Server) place(application *eilev1.Application) {
	application.Position = 0
	if position, ok := s.register.List().Position(application.GetReference()); ok {
		application.Position = int32(position.Ahead) + 1
	}
}

func (s *applications) GetApplication(ctx context.Context, req *eilev1.GetApplicationRequest) (*eilev1.Application, error) {
	if err := s.register.List().WaitFor(ctx, req.GetMinRevision()); err != nil {
		return nil, err
	}
	return s.application(ctx, req.GetReference())
}

func (s *applications) ListApplications(ctx context.Context, req *eilev1.ListApplicationsRequest) (*eilev1.ListApplicationsResponse, error) {
	size, start, err := page(req)
	if err != nil {
		return nil, err
	}
	answer := &eilev1.ListApplicationsResponse{}
	err = s.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Applications.All(v, "", start) {
			if err != nil {
				return err
			}
			application := entry.Record
			if req.GetStatus() != 0 && application.GetStatus() != req.GetStatus() || req.GetList() != "" && application.GetList() != req.GetList() {
				continue
			}
			if len(answer.Applications) == size {
				answer.NextPageToken = nextPage(req, entry.ID)
				return nil
			}
			s.place(application)
			answer.Applications = append(answer.Applications, application)
		}
		return nil
	})
	return answer, err
}

// onApplication changes one stored application and answers it as it is then.
func (s *applications) onApplication(ctx context.Context, req mutation, action, reason, reference, etag string, fn func(casework.Change, *eilev1.Application) error) (*eilev1.Application, error) {
	_, err := s.change(ctx, req, action, reason, func(c casework.Change) error {
		application, err := store.Applications.Get(c.Tx, reference)
		if err != nil {
			return err
		}
		if etag != "" && etag != application.GetEtag() {
			return changed("application " + reference)
		}
		c.Tx.Result(reference)
		return fn(c, application)
	})
	if err != nil {
		return nil, err
	}
	return s.application(ctx, reference)
}

func (s *applications) AmendApplication(ctx context.Context, req *eilev1.AmendApplicationRequest) (*eilev1.Application, error) {
	in, err := s.inForce()
	if err != nil {
		return nil, err
	}
	given := req.GetApplication()
	if err := checkMask(req.GetUpdateMask()); err != nil {
		return nil, err
	}
	corrects := slices.Contains(req.GetUpdateMask().GetPaths(), "registered_at")
	if corrects && req.GetDecision() == nil {
		return nil, casework.Refusal{What: "amend application " + given.GetReference(), Reasons: []*eilev1.Reason{{
			Code: "DECISION_NEEDED", Detail: "registered_at is corrected only by a decision: give its number and reason",
		}}}
	}
	return s.onApplication(ctx, req, "application.amend", req.GetDecision().GetReason(), given.GetReference(), given.GetEtag(),
		func(c casework.Change, stored *eilev1.Application) error {
			amend(stored, given, req.GetUpdateMask())
			if err := s.checkApplication(in.policy, stored, req.GetPerson()); err != nil {
				return err
			}
			if corrects {
				if err := application.CorrectDate(c, stored, req.GetDecision()); err != nil {
					return err
				}
			}
			if req.GetPerson() != nil {
				if err := store.Persons.Put(c.Tx, stored.GetReference(), req.GetPerson()); err != nil {
					return err
				}
			}
			return state.Settle(c, stored)
		})
}

// amendable are the paths that a mask may name; attributes may be named one by
// one as attributes.NAME.
var amendable = []string{"household", "districts", "attributes", "evidence", "list", "register_number", "registered_at"}

func checkMask(mask *fieldmaskpb.FieldMask) error {
	if len(mask.GetPaths()) == 0 {
		return wrong("update_mask", "name what is to change: %s", strings.Join(amendable, ", "))
	}
	for _, path := range mask.GetPaths() {
		if !slices.Contains(amendable, path) && !strings.HasPrefix(path, "attributes.") && path != "person" {
			return wrong("update_mask", "%q cannot be amended: use one of %s", path, strings.Join(amendable, ", "))
		}
	}
	return nil
}

// amend copies what the mask names; an attribute named by itself and not given
// is cleared.
func amend(application, given *eilev1.Application, mask *fieldmaskpb.FieldMask) {
	for _, path := range mask.GetPaths() {
		switch path {
		case "household":
			application.Household = given.GetHousehold()
		case "districts":
			application.Districts = given.GetDistricts()
		case "attributes":
			application.Attributes = maps.Clone(given.GetAttributes())
		case "evidence":
			application.Evidence = given.GetEvidence()
		case "list":
			application.List = given.GetList()
		case "register_number":
			application.RegisterNumber = given.GetRegisterNumber()
		case "registered_at":
			application.RegisteredAt = given.GetRegisteredAt()
		default:
			setFact(&application.Attributes, strings.TrimPrefix(path, "attributes."), given.GetAttributes())
		}
	}
}

func setFact(into *map[string]*eilev1.Fact, name string, from map[string]*eilev1.Fact) {
	fact, ok := from[name]
	if !ok {
		delete(*into, name)
		return
	}
	if *into == nil {
		*into = map[string]*eilev1.Fact{}
	}
	(*into)[name] = fact
}
