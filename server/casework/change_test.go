package casework_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy/words"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

// A change is made under the policy that is in force, and under no other: its
// places could not be compared with those of another.
func TestAChangeIsMadeUnderThePolicyInForce(t *testing.T) {
	w := eiletest.Waiting(t, "strict")
	former := w.InForce()
	w.Activate(eiletest.Version(eiletest.Strict, "2"))
	ran := false
	fn := func(c casework.Change) error {
		ran = true
		c.Tx.Result("done")
		return nil
	}
	if _, _, err := casework.Update(w.Context(), w.Register, w.Stamp("test"), former, fn); !errors.Is(err, store.ErrStaging) || ran {
		t.Errorf("under a former policy: %v", err)
	}
	err := casework.Each(w.Context(), w.Register, former, func() store.Stamp { return w.Stamp("test") }, []string{"A-1"}, func(casework.Change, string) error { return nil })
	if !errors.Is(err, store.ErrStaging) {
		t.Errorf("each under a former policy: %v", err)
	}
	if _, result, err := casework.Update(w.Context(), w.Register, w.Stamp("test"), w.InForce(), fn); err != nil || result != "done" {
		t.Errorf("under the policy in force: %q, %v", result, err)
	}
}

// Each record is changed in a transaction and by a stamp of its own; the first
// error is told, and what was done by then stays.
func TestEach(t *testing.T) {
	w := eiletest.New(t, eiletest.Strict)
	var references []string
	for i := range 300 {
		references = append(references, fmt.Sprintf("A-%03d", i))
	}
	register := func(c casework.Change, reference string) error {
		return state.Settle(c, w.Applicant(reference, "income=50"))
	}
	stamp := func() store.Stamp { return w.Stamp("application.register") }
	if err := casework.Each(w.Context(), w.Register, w.InForce(), stamp, references, register); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, reference := range references {
		ids[w.Is(reference, "WAITING").GetEtag()] = true
	}
	if len(ids) != len(references) {
		t.Errorf("%d stamps for %d records", len(ids), len(references))
	}
	fails := errors.New("fails")
	var done atomic.Int64
	err := casework.Each(w.Context(), w.Register, w.InForce(), stamp, references, func(_ casework.Change, reference string) error {
		if reference == "A-256" { // it begins when one of the first 256 has ended
			return fails
		}
		done.Add(1)
		return nil
	})
	if !errors.Is(err, fails) || done.Load() == 0 {
		t.Errorf("%d done: %v", done.Load(), err)
	}
}

// A step that is not in the table is told with the record, where it stood and
// what happened.
func TestAMissingStep(t *testing.T) {
	w := eiletest.Waiting(t, "strict")
	applicant := w.Is("A-1", "WAITING")
	err := state.Step(applicant, state.House)
	if err == nil || err.Error() != `application A-1: no step "house" leads from WAITING` || spell.Name(applicant.GetStatus()) != "WAITING" {
		t.Errorf("a household that waits was housed, and is %v: %v", applicant.GetStatus(), err)
	}
}

// A refusal tells what it is about and every reason; without a reason there is
// none.
func TestARefusal(t *testing.T) {
	var none casework.Reasons
	if err := none.Refusal(words.Say("what.place")); err != nil {
		t.Errorf("refused for nothing: %v", err)
	}
	none.Add(words.Reason("GIVEN_UP", words.Text("unit", "U-1")))
	none.Add(words.Reason("ALREADY_ENDED.member", words.Text("application", "A-1"), words.Term("status", "WITHDRAWN")))
	what := words.Say("what.add_to_programme", words.Text("programme", "P"))
	err := none.Refusal(what)
	if got := strings.Join(eiletest.Codes(err), " "); got != "GIVEN_UP ALREADY_ENDED" ||
		err.Error() != "add to programme P: unit U-1 is given up already; application A-1 is WITHDRAWN" {
		t.Errorf("refused for %s: %v", got, err)
	}
	var refusal casework.Refusal
	if !errors.As(err, &refusal) || casework.Line(refusal.In("lt")) !=
		"programos P papildymas: būsto U-1 jau atsisakyta; prašymas A-1 jau baigtas (atsiimtas)" || len(none[0].GetTexts()) != 0 {
		t.Errorf("refused in Lithuanian: %v", casework.Line(refusal.In("lt")))
	}
	err = casework.Refuse(what, words.Reason("NOTHING_TO_PROPOSE"))
	if eiletest.Codes(err)[0] != "NOTHING_TO_PROPOSE" || err.Error() != "add to programme P: none of its homes is left to be proposed" {
		t.Errorf("refused: %v", err)
	}
	missing := told.NotFound(words.Say("what.place"))
	if missing.Error() != "place: not found" || !errors.Is(missing, store.ErrNotFound) || eiletest.Codes(missing) != nil {
		t.Errorf("not there: %v", missing)
	}
}

// A date that is none is unknown.
func TestDates(t *testing.T) {
	if _, known := casework.DayOf(&date.Date{Year: 2025, Month: 2, Day: 30}); known {
		t.Error("30 February is a day")
	}
	if _, known := casework.DayOf(nil); known {
		t.Error("no date is a day")
	}
}
