package eiletest

import (
	"strconv"
	"strings"

	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// Fact reads an attribute that the policy declares, given as name=value.
func (w *World) Fact(kind policy.Kind, pair string) (name string, fact *eilev1.Fact) {
	w.Helper()
	name, value, _ := strings.Cut(pair, "=")
	for _, attribute := range w.InForce().Policy.Attributes(kind) {
		if attribute.Name != name {
			continue
		}
		fact, err := table.ParseFact(attribute, value)
		if err != nil {
			w.Fatalf("%s: %v", pair, err)
		}
		return name, fact
	}
	w.Fatalf("policy %s declares no attribute %s", w.InForce().Policy.Name, name)
	return "", nil
}

// Facts reads attributes that the policy declares, each given as name=value.
func (w *World) Facts(kind policy.Kind, pairs ...string) map[string]*eilev1.Fact {
	w.Helper()
	facts := map[string]*eilev1.Fact{}
	for _, pair := range pairs {
		name, fact := w.Fact(kind, pair)
		facts[name] = fact
	}
	return facts
}

// Applicant is an application that is not registered yet, of one grown-up: each
// pair is an attribute, or list=CODE, registered_at=DATE or district=NAME.
func (w *World) Applicant(reference string, pairs ...string) *eilev1.Application {
	w.Helper()
	applicant := &eilev1.Application{
		Reference: reference, List: w.InForce().Policy.DefaultList, RegisteredAt: "2020-01-01",
		Household:  &eilev1.Household{Members: []*eilev1.Member{{BirthDate: &date.Date{Year: 1980, Month: 5, Day: 5}}}},
		Attributes: map[string]*eilev1.Fact{},
	}
	w.tell(applicant, pairs)
	return applicant
}

func (w *World) tell(applicant *eilev1.Application, pairs []string) {
	w.Helper()
	for _, pair := range pairs {
		switch name, value, _ := strings.Cut(pair, "="); name {
		case "list":
			applicant.List = value
		case "registered_at":
			applicant.RegisteredAt = value
		case "district":
			applicant.Districts = append(applicant.Districts, value)
		default:
			name, fact := w.Fact(policy.ApplicationKind, pair)
			applicant.Attributes[name] = fact
		}
	}
}

// Household registers an Applicant.
func (w *World) Household(reference string, pairs ...string) {
	w.Helper()
	w.Must("application.register", func(c casework.Change) error {
		return application.Register(c, w.Applicant(reference, pairs...))
	})
}

// Amend corrects facts of an application, given as for an Applicant; those that
// are not named stay.
func (w *World) Amend(reference string, pairs ...string) {
	w.Helper()
	MustOn(w, "application.amend", store.Applications, reference, func(c casework.Change, stored *eilev1.Application) error {
		if stored.Attributes == nil {
			stored.Attributes = map[string]*eilev1.Fact{}
		}
		w.tell(stored, pairs)
		return state.Settle(c, stored)
	})
}

// Dwelling is a home that is not registered yet, of two rooms and little worn:
// each pair is an attribute, or rooms=N, worn=PERCENT, district=NAME,
// earmark=CODE, or until=DATE for one that is rented in.
func (w *World) Dwelling(reference string, pairs ...string) *eilev1.Unit {
	w.Helper()
	dwelling := &eilev1.Unit{
		Reference: reference, Rooms: new(int32(2)), WearPercent: new(int32(10)), AreaSqm: &eilev1.Decimal{Units: 30},
		Amenities: &eilev1.Amenities{Present: []eilev1.Amenity{1, 2, 3, 4, 5, 6, 7, 8, 9}}, Attributes: map[string]*eilev1.Fact{},
	}
	w.Furnish(dwelling, pairs...)
	return dwelling
}

// Furnish sets facts of a home, given as for a Dwelling.
func (w *World) Furnish(dwelling *eilev1.Unit, pairs ...string) {
	w.Helper()
	for _, pair := range pairs {
		switch name, value, _ := strings.Cut(pair, "="); name {
		case "rooms":
			dwelling.Rooms = w.number(value)
		case "worn":
			dwelling.WearPercent = w.number(value)
		case "district":
			dwelling.District = value
		case "earmark":
			dwelling.Earmark = value
		case "until":
			dwelling.Tenure, dwelling.Lease = eilev1.Tenure_TENURE_RENTED_IN, &eilev1.Lease{EndsOn: Day(w, value).Proto()}
		default:
			name, fact := w.Fact(policy.UnitKind, pair)
			dwelling.Attributes[name] = fact
		}
	}
}

func (w *World) number(text string) *int32 {
	w.Helper()
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		w.Fatal(err)
	}
	return new(int32(n))
}

// Home registers a Dwelling that is vacant.
func (w *World) Home(reference string, pairs ...string) {
	w.Helper()
	w.Must("unit.register", func(c casework.Change) error { return home.Register(c, w.Dwelling(reference, pairs...)) })
}

// Mend corrects facts of a home, given as for a Dwelling.
func (w *World) Mend(reference string, pairs ...string) {
	w.Helper()
	MustOn(w, "unit.amend", store.Units, reference, func(c casework.Change, stored *eilev1.Unit) error {
		if stored.Attributes == nil {
			stored.Attributes = map[string]*eilev1.Fact{}
		}
		w.Furnish(stored, pairs...)
		return home.Amend(c, stored, stored.GetStatus())
	})
}
