package e2e

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// groups are what duplicate list says: "A-1 A-2 NAME_AND_BIRTH_DATE EMAIL".
func (s *service) groups(args ...string) []string {
	s.t.Helper()
	var told []string
	for _, group := range s.duplicates(args...) {
		var words []string
		for _, application := range group.GetApplications() {
			words = append(words, application.GetReference())
		}
		for _, match := range group.GetMatches() {
			words = append(words, spell.Name(match.GetReason()))
		}
		told = append(told, strings.Join(slices.Compact(words), " "))
	}
	return told
}

func (s *service) duplicates(args ...string) []*eilev1.DuplicateGroup {
	s.t.Helper()
	return read(s, &eilev1.ListDuplicatesResponse{}, append([]string{"duplicate", "list"}, args...)...).GetGroups()
}

// groupOf is the id of the group of an application.
func (s *service) groupOf(reference string) string {
	s.t.Helper()
	groups := s.duplicates("--application", reference)
	if len(groups) != 1 {
		s.t.Fatalf("application %s is in %d groups", reference, len(groups))
	}
	return groups[0].GetId()
}

// flags checks the groups that wait for a decision.
func (s *service) flags(want ...string) {
	s.t.Helper()
	if got := s.groups(); !slices.Equal(got, want) {
		s.t.Errorf("flagged are %q, want %q", got, want)
	}
}

// families starts a service with a list on which some people stand twice.
func families(t *testing.T) *service {
	t.Helper()
	s := serve(t)
	s.do("policy", "activate", "taipei-points")
	zemyna := "self/F/1980-02-29"
	s.do("import", "applications", sheet(t, "applications.csv",
		[]string{"reference", "registered_at", "points", "unit_type", "members", "given_name", "family_name", "email", "personal_code", "address"},
		[]string{"A-1", "2025-04-01", "90", "1-bedroom", zemyna, "Žemyna", "Ąžuolė", "zemyna@example.lt", "", "Gedimino 1"},
		// As another clerk typed it, on another system.
		[]string{"A-2", "2025-04-02", "80", "1-bedroom", zemyna + ";child/M/2015-05-05", norm.NFD.String("ŽEMYNA "), "ąžuolė", "azuole@example.lt", "", "Gedimino 1"},
		[]string{"A-3", "2025-04-03", "70", "1-bedroom", "self/M/1979-01-01", "Jonas", "Ąžuolas", "Azuole@Example.LT", "", "Gedimino 1"},
		// The birth date is missing, so the name says nothing; an address never does.
		[]string{"A-4", "2025-04-04", "60", "1-bedroom", "", "Žemyna", "Ąžuolė", "", "", "Gedimino 1"},
		[]string{"A-5", "2025-04-05", "50", "1-bedroom", "self/F/1980-02-28", "Žemyna", "Ąžuolė", "", "C-5", "Gedimino 1"},
		[]string{"A-6", "2025-04-06", "40", "1-bedroom", "", "", "", "", "", ""},
	))
	return s
}

func TestDuplicatesAreFlaggedAndNothingElse(t *testing.T) {
	t.Parallel()
	s := families(t)
	all := []string{"A-1", "A-2", "A-3", "A-4", "A-5", "A-6"}
	s.same("looking for duplicates", func() { s.flags("A-1 A-2 A-3 NAME_AND_BIRTH_DATE EMAIL") })
	if got := s.order(); !slices.Equal(got, all) {
		t.Errorf("the queue is %v, want %v", got, all)
	}
	for _, format := range []string{"table", "csv", "json"} {
		said := s.do("duplicate", "list", "-o", format)
		for _, personal := range []string{"emyna", "example", "1980", "C-5", "Gedimino"} {
			if strings.Contains(said, personal) {
				t.Errorf("%q is told in %s", personal, said)
			}
		}
	}
	// The code of another application joins at once, and no longer when it is corrected.
	s.do("application", "register", "B-1", "--attr", "points=10", "--attr", "unit_type=1-bedroom", "--personal-code", "c-5")
	s.flags("A-1 A-2 A-3 NAME_AND_BIRTH_DATE EMAIL", "A-5 B-1 PERSONAL_CODE")
	s.do("application", "amend", "B-1", "--personal-code", "C-6")
	s.flags("A-1 A-2 A-3 NAME_AND_BIRTH_DATE EMAIL")
	// Who withdrew asks for nothing. The chain breaks where A-2 was.
	s.do("application", "withdraw", "A-2")
	s.flags()
	s.is("A-1", "WAITING")
	s.is("A-3", "WAITING")
}

func TestDuplicatesAreDecidedByAPerson(t *testing.T) {
	t.Parallel()
	s := families(t)
	group := s.groupOf("A-2")
	s.as = "ona"
	for want, args := range map[string][]string{
		"not found":                 {"0123456789abcdef0123", "--different"},
		"A-4 is not in the group":   {group, "--same", "A-1", "--only", "A-1,A-4"},
		"one of those that are":     {group, "--same", "A-3", "--only", "A-1,A-2"},
		"name at least two that do": {group, "--different", "--only", "A-1,A-3"},
	} {
		s.same("a refused decision", func() {
			mustHold(t, s.refused(append([]string{"duplicate", "decide", "--decision", "30-1"}, args...)...), want)
		})
	}

	// One household: linked, and each keeps its place until a decision of its own ends it.
	decided := read(s, &eilev1.DuplicateDecision{}, "duplicate", "decide", group, "--same", "A-1", "--only", "A-2,A-1", "--decision", "30-1", "--reason", "two forms")
	if decided.GetKept() != "A-1" || decided.GetNumber() != "30-1" || !slices.Equal(decided.GetReferences(), []string{"A-1", "A-2"}) {
		t.Errorf("decided: %v", decided)
	}
	s.flags("A-1 A-2 A-3 NAME_AND_BIRTH_DATE EMAIL")
	if one, other := s.application("A-1").GetLinked(), s.application("A-2").GetLinked(); !slices.Equal(one, []string{"A-2"}) || !slices.Equal(other, []string{"A-1"}) {
		t.Errorf("A-1 is linked with %v, A-2 with %v", one, other)
	}
	if got := s.order(); !slices.Equal(got, []string{"A-1", "A-2", "A-3", "A-4", "A-5", "A-6"}) {
		t.Errorf("a decision on duplicates changed the queue to %v", got)
	}
	const id = "5d3f6c1e-0b4e-4c55-9d52-0c3f4a5b6c7d"
	rest := []string{"duplicate", "decide", group, "--different", "--only", "A-2,A-3", "--decision", "30-2", "--reason", "one adviser", "--request-id", id}
	told := s.do(rest...)
	s.flags()
	if got := s.groups("--state", "confirmed"); !slices.Equal(got, []string{"A-1 A-2 A-3 NAME_AND_BIRTH_DATE EMAIL"}) {
		t.Errorf("confirmed are %q", got)
	}
	mustHold(t, s.do("application", "history", "A-3"), "duplicate.decide", "ona", "one adviser")

	s.do("application", "remove", "A-2", "--decision", "30-3", "--reason", "the same household as A-1")
	s.flags()
	s.is("A-1", "WAITING")
	s.same("the same request again, when its group is gone", func() {
		if again := s.do(rest...); again != told {
			t.Errorf("answered %q, before %q", again, told)
		}
	})
}

func TestDismissedDuplicatesOpenAgainForAnother(t *testing.T) {
	t.Parallel()
	s := families(t)
	s.do("duplicate", "decide", s.groupOf("A-1"), "--different", "--decision", "30-1")
	s.flags()
	s.stop()
	s.again()
	s.flags()
	register := func(reference string, person ...string) {
		t.Helper()
		s.do(append([]string{"application", "register", reference, "--attr", "points=10", "--attr", "unit_type=1-bedroom"}, person...)...)
	}
	register("B-1", "--email", "somebody.else@example.lt")
	s.flags()
	register("B-2", "--email", "azuole@example.lt")
	s.flags("A-1 A-2 A-3 B-2 NAME_AND_BIRTH_DATE EMAIL")
	s.do("duplicate", "decide", s.groupOf("B-2"), "--different", "--decision", "30-2")
	s.flags()
	// The same two, but for another reason than the one that was dismissed.
	s.do("application", "amend", "A-3", "--personal-code", "C-9")
	s.do("application", "amend", "A-1", "--personal-code", "C-9")
	s.flags("A-1 A-2 A-3 B-2 NAME_AND_BIRTH_DATE EMAIL PERSONAL_CODE")
}

func TestHousedThatAppliesAgainIsFlagged(t *testing.T) {
	t.Parallel()
	s := families(t)
	s.do("application", "withdraw", "A-2")
	s.do("import", "units", sheet(t, "units.csv", []string{"reference", "unit_type"}, []string{"U-1", "1-bedroom"}))
	s.night()
	s.do("offer", "accept", s.open("A-1").GetId())
	s.is("A-1", "HOUSED")
	s.flags()
	s.do("application", "register", "B-1", "--members", "self/F/1980-02-29", "--given-name", "žemyna", "--family-name", "ąžuolė",
		"--attr", "points=10", "--attr", "unit_type=1-bedroom")
	s.flags("A-1 B-1 NAME_AND_BIRTH_DATE")
	mustHold(t, s.do("duplicate", "list"), "HOUSED;WAITING")
	s.do("application", "withdraw", "B-1")
	s.flags()
	// That a sitting tenant asks for a transfer is no second household.
	if _, err := s.dial().Applications.RegisterApplication(t.Context(), &eilev1.RegisterApplicationRequest{
		Application: &eilev1.Application{Reference: "T-1", Transfer: &eilev1.Transfer{Unit: "U-1", Reason: "ADAPTED_HOME"}},
		Person:      &eilev1.Person{Email: "zemyna@example.lt"},
	}); err != nil {
		t.Fatal(err)
	}
	s.flags()
	s.do("application", "reinstate", "B-1", "--decision", "30-1", "--reason", "a slip")
	s.flags("A-1 B-1 T-1 NAME_AND_BIRTH_DATE EMAIL")
}

func TestDuplicatesComeInPages(t *testing.T) {
	t.Parallel()
	s := families(t)
	s.do("application", "amend", "A-5", "--email", "ona@example.lt")
	s.do("application", "amend", "A-6", "--email", "ona@example.lt")
	s.do("duplicate", "decide", s.groupOf("A-5"), "--different", "--decision", "30-1")
	s.do("application", "amend", "A-4", "--email", "ona@example.lt")
	for size := range int32(3) {
		var firsts []string
		for group, err := range s.dial().AllDuplicates(t.Context(), &eilev1.ListDuplicatesRequest{PageSize: size}) {
			if err != nil {
				t.Fatal(err)
			}
			firsts = append(firsts, group.GetApplications()[0].GetReference())
		}
		if !slices.Equal(firsts, []string{"A-1", "A-4"}) {
			t.Errorf("in pages of %d the groups begin with %v", size, firsts)
		}
	}
	if first := s.duplicates("--limit", "1"); len(first) != 1 || first[0].GetApplications()[0].GetReference() != "A-1" {
		t.Errorf("the first group is %v", first)
	}
}
