package duplicate

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// vector is one application of a case: what it has in place of an e-mail and of name and birth
// date, for the applicant and for the others of the household.
type vector struct {
	Email     string
	NameDOB   string `json:"name_dob"`
	Household []string
}

// people of an application. All are born on one day, so that the names must tell them apart.
func (v vector) people(reference string) []Person {
	born, _ := day.Parse("1980-02-29")
	named := func(name string) Person {
		return Person{Reference: reference, GivenName: name, FamilyName: "Kazlauskas", Birth: born, BirthKnown: true}
	}
	applicant := named(v.NameDOB)
	applicant.Email = v.Email
	people := []Person{applicant}
	for _, name := range v.Household {
		people = append(people, named(name))
	}
	return people
}

func find(people ...Person) []*eilev1.DuplicateGroup {
	var f Finder
	for _, p := range people {
		f.Add(p)
	}
	return f.Groups()
}

// members of a group, in order.
func members(group *eilev1.DuplicateGroup) []string {
	var references []string
	for _, application := range group.GetApplications() {
		references = append(references, application.GetReference())
	}
	return references
}

// rule is what the case files call the reasons of a group.
func rule(group *eilev1.DuplicateGroup) string {
	reasons := make(map[eilev1.DuplicateReason]bool)
	for _, match := range group.GetMatches() {
		reasons[match.GetReason()] = true
	}
	switch {
	case len(reasons) > 1:
		return "combination"
	case reasons[byEmail]:
		return "email"
	case reasons[byName]:
		return "nameAndDOB"
	}
	return "personalCode"
}

type caseFile struct {
	Cases []struct {
		ID       string
		Apps     map[string]vector
		Expected []struct {
			Members []string
			Rule    string
		} `json:"expected_sets"`
	}
	StateCases []struct{ ID, Fact string } `json:"state_cases"`
}

// vectors reads the case file that lies beside the project, or skips the test.
func vectors(t *testing.T) caseFile {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "vectors", "duplicate_detection.json"))
	if os.IsNotExist(err) {
		t.Skipf("the case files are not here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var file caseFile
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) == 0 || len(file.StateCases) == 0 {
		t.Fatal("the file has no cases")
	}
	return file
}

func TestSharedVectors(t *testing.T) {
	for _, c := range vectors(t).Cases {
		var f Finder
		for _, reference := range slices.Sorted(maps.Keys(c.Apps)) {
			for _, p := range c.Apps[reference].people(reference) {
				f.Add(p)
			}
		}
		groups := f.Groups()
		if len(groups) != len(c.Expected) {
			t.Errorf("%s: %v, want %v", c.ID, groups, c.Expected)
			continue
		}
		for i, want := range c.Expected {
			if !slices.Equal(members(groups[i]), want.Members) || rule(groups[i]) != want.Rule {
				t.Errorf("%s: %v is %s, want %v", c.ID, members(groups[i]), rule(groups[i]), want)
			}
		}
	}
}

// desk is a register with the decisions on its groups, for the cases about what becomes of a
// decided group.
type desk struct {
	t         *testing.T
	apps      map[string]vector
	decisions []*eilev1.DuplicateDecision
}

func (d *desk) groups() []*eilev1.DuplicateGroup {
	var f Finder
	for reference, app := range d.apps {
		for _, p := range app.people(reference) {
			f.Add(p)
		}
	}
	groups := f.Groups()
	Decide(groups, d.decisions)
	return groups
}

// resolve decides on every group that there is.
func (d *desk) resolve(outcome eilev1.DuplicateOutcome) {
	for _, group := range d.groups() {
		d.decide(group, outcome, members(group)...)
	}
}

func (d *desk) decide(group *eilev1.DuplicateGroup, outcome eilev1.DuplicateOutcome, references ...string) {
	d.decisions = append(d.decisions, &eilev1.DuplicateDecision{
		Id: string(rune('a' + len(d.decisions))), References: references, Reasons: Reasons(group, references), Outcome: outcome,
	})
}

// are checks the groups: members, rule and state of each.
func (d *desk) are(want ...string) {
	d.t.Helper()
	var got []string
	for _, group := range d.groups() {
		text := ""
		for _, reference := range members(group) {
			text += reference
		}
		got = append(got, text+" "+rule(group)+" "+spell.Name(group.GetState()))
	}
	if !slices.Equal(got, want) {
		d.t.Errorf("the groups are %q, want %q", got, want)
	}
}

const (
	different = eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_DIFFERENT
	same      = eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_SAME
)

func TestStateVectors(t *testing.T) {
	tests := map[string]func(d *desk){
		"edit-breaks-match": func(d *desk) {
			d.apps = map[string]vector{"a": {Email: "e1", NameDOB: "n1"}, "b": {Email: "e1", NameDOB: "n2"}}
			d.are("ab email OPEN")
			d.apps["b"] = vector{Email: "e2", NameDOB: "n2"}
			d.are()
		},
		"edit-one-of-three": func(d *desk) {
			d.apps = map[string]vector{"a": {Email: "e1", NameDOB: "n1"}, "b": {Email: "e1", NameDOB: "n2"}, "c": {Email: "e1", NameDOB: "n3"}}
			d.are("abc email OPEN")
			d.apps["b"] = vector{Email: "e2", NameDOB: "n2"}
			d.are("ac email OPEN")
		},
		"edit-moves": func(d *desk) {
			d.apps = map[string]vector{"a": {Email: "e1"}, "b": {Email: "e1"}, "c": {Email: "e1"}, "d": {Email: "e2"}}
			d.are("abc email OPEN")
			d.apps["b"] = vector{Email: "e2"}
			d.are("ac email OPEN", "bd email OPEN")
		},
		"rule-changes": func(d *desk) {
			d.apps = map[string]vector{"a": {Email: "e1", NameDOB: "n1"}, "b": {Email: "e1", NameDOB: "n2"}}
			before := d.groups()[0].GetId()
			d.resolve(different)
			d.are("ab email DISMISSED")
			d.apps["b"] = vector{Email: "e2", NameDOB: "n1"}
			d.are("ab nameAndDOB OPEN")
			if d.groups()[0].GetId() == before {
				t.Error("the group for the other reason has the id of the former one")
			}
			d.apps["b"] = vector{Email: "e1", NameDOB: "n2"}
			d.are("ab email DISMISSED")
		},
		"resolved-stays": func(d *desk) {
			d.apps = map[string]vector{"a": {Email: "e1"}, "b": {Email: "e1"}}
			d.resolve(different)
			before := d.groups()[0].GetId()
			d.apps["c"], d.apps["d"] = vector{Email: "e2"}, vector{Email: "e2"}
			d.are("ab email DISMISSED", "cd email OPEN")
			if d.groups()[0].GetId() != before {
				t.Error("the same group has another id")
			}
		},
		"resolved-reopens": func(d *desk) {
			d.apps = map[string]vector{"a": {Email: "e1"}, "b": {Email: "e1"}}
			d.resolve(different)
			d.apps["c"] = vector{Email: "e1"}
			d.are("abc email OPEN")
			delete(d.apps, "c")
			d.are("ab email DISMISSED")
		},
		// A register always takes applications, so there is no such time: a group that grows later
		// opens again instead.
		"open-listing": func(d *desk) {
			d.apps = map[string]vector{"a": {Email: "e1"}, "b": {Email: "e1"}}
			d.resolve(same)
			d.are("ab email CONFIRMED")
			d.apps["c"] = vector{Email: "e1"}
			d.are("abc email OPEN")
		},
	}
	for _, c := range vectors(t).StateCases {
		test := tests[c.ID]
		if test == nil {
			t.Errorf("no test for %s: %s", c.ID, c.Fact)
			continue
		}
		t.Run(c.ID, func(t *testing.T) { test(&desk{t: t}) })
	}
}
