package table

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Options of reading a file. A nil list allows any name; an empty one that is not nil allows none.
type Options struct {
	// Attributes that the policy declares for the kind of record; each is a column.
	Attributes []Attribute
	// Today is the last day that a birth or inspection can have.
	Today day.Day
	// Now is the last moment that a registration can have, and a date alone is one in Zone; nil:
	// UTC.
	Now  time.Time
	Zone *time.Location
	// Lists of the policy, for applications.
	Lists []string
	// Reserves of the policy, which units can be earmarked for.
	Reserves []string
	// Hazards of the policy, for inspections.
	Hazards []string
}

// ApplicationRow is one row of applications.csv.
type ApplicationRow struct {
	// Line on which the row begins, from 1.
	Line int
	// Application with what the row says, and nothing else. An empty list is left to the policy.
	Application *eilev1.Application
	// Person is nil where the row has no personal data.
	Person *eilev1.Person
}

// Applications streams applications.csv, once. Each row comes as it is read, or else each of its
// faults, with a zero row beside it; Fault.Line tells which faults belong together. The caller
// keeps what it is given.
func Applications(r io.Reader, o Options) iter.Seq2[ApplicationRow, *Fault] {
	s := sheet[ApplicationRow]{
		columns: applicationColumns(&o),
		begin:   func(line int) ApplicationRow { return ApplicationRow{Line: line, Application: &eilev1.Application{}} },
	}
	seen := references{}
	s.end = func(row *ApplicationRow, fault func(column, message string)) {
		seen.check(row.Application.GetReference(), row.Line, fault)
	}
	for i := range o.Attributes {
		a := &o.Attributes[i]
		s.columns = append(s.columns, attribute(a, func(row *ApplicationRow) *map[string]*eilev1.Fact { return &row.Application.Attributes }))
	}
	return s.read(r)
}

func applicationColumns(o *Options) []column[ApplicationRow] {
	type row = ApplicationRow
	return []column[row]{
		{name: "reference", required: true, read: func(r *row, cell string) error {
			r.Application.Reference = cell
			return checkReference(cell)
		}},
		{name: "registered_at", required: true, read: func(r *row, cell string) error {
			r.Application.RegisteredAt = cell
			return checkRegistered(cell, o)
		}},
		{name: "register_number", read: func(r *row, cell string) error {
			r.Application.RegisterNumber = cell
			return short(cell, 64)
		}},
		{name: "list", read: func(r *row, cell string) error {
			r.Application.List = cell
			return known(cell, "a list of the policy", o.Lists)
		}},
		{name: "members", read: func(r *row, cell string) error {
			members, faults := parseMembers(cell, o.Today)
			if len(faults) > 0 {
				return errors.New(strings.Join(faults, "; "))
			}
			r.Application.Household = &eilev1.Household{Members: members}
			return nil
		}},
		{name: "districts", read: func(r *row, cell string) (err error) {
			r.Application.Districts, err = splitNames(cell, "district")
			return err
		}},
		personal("given_name", 200, func(p *eilev1.Person) *string { return &p.GivenName }),
		personal("family_name", 200, func(p *eilev1.Person) *string { return &p.FamilyName }),
		personal("personal_code", 64, func(p *eilev1.Person) *string { return &p.PersonalCode }),
		personal("email", 320, func(p *eilev1.Person) *string { return &p.Email }),
		personal("phone", 64, func(p *eilev1.Person) *string { return &p.Phone }),
		personal("address", 500, func(p *eilev1.Person) *string { return &p.Address }),
		{name: "language", read: func(r *row, cell string) error {
			r.person().Language = cell
			return checkLanguage(cell)
		}},
		{name: "channel", read: func(r *row, cell string) error {
			channel, ok := channels[cell]
			if !ok {
				return errors.New("it is not post, email or web")
			}
			r.person().Channel = channel
			return nil
		}},
	}
}

var channels = map[string]eilev1.Channel{
	"post": eilev1.Channel_CHANNEL_POST, "email": eilev1.Channel_CHANNEL_EMAIL, "web": eilev1.Channel_CHANNEL_WEB,
}

func (r *ApplicationRow) person() *eilev1.Person {
	if r.Person == nil {
		r.Person = &eilev1.Person{}
	}
	return r.Person
}

// personal is a column of the applicant's data, which no message repeats.
func personal(name string, most int, field func(*eilev1.Person) *string) column[ApplicationRow] {
	return column[ApplicationRow]{name: name, lineBreaks: name == "address", read: func(r *ApplicationRow, cell string) error {
		*field(r.person()) = cell
		return short(cell, most)
	}}
}

// attribute is the column of an attribute in the map that at answers.
func attribute[R any](a *Attribute, at func(*R) *map[string]*eilev1.Fact) column[R] {
	return column[R]{name: a.Name, read: func(r *R, cell string) error {
		f, err := a.parse(cell)
		if err != nil {
			return err
		}
		m := at(r)
		if *m == nil {
			*m = make(map[string]*eilev1.Fact)
		}
		(*m)[a.Name] = f
		return nil
	}}
}

// references of a file, with the line of the first.
type references map[string]int

func (r references) check(reference string, line int, fault func(column, message string)) {
	if reference == "" {
		return
	}
	if first, ok := r[reference]; ok {
		fault("reference", fmt.Sprintf("%s stands in line %d already", quote(reference), first))
		return
	}
	// The cells of a row share one string; a key of its own does not keep the row in memory.
	r[strings.Clone(reference)] = line
}

// known says whether a name is one that the policy has.
func known(name, what string, names []string) error {
	if names == nil || slices.Contains(names, name) {
		return short(name, 64)
	}
	if len(names) == 0 {
		return fmt.Errorf("%s is not %s, which has none", quote(name), what)
	}
	return fmt.Errorf("%s is not %s: use one of %s", quote(name), what, strings.Join(names, ", "))
}
