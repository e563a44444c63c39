package rulebook

import (
	"fmt"
	"strings"
	"testing"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// office is a world whose policies the book of its register puts in force.
type office struct {
	*eiletest.World
	book *Book
}

// bare is an office that has no policy yet.
func bare(t eiletest.T, text string) *office {
	t.Helper()
	w := eiletest.Bare(t, text)
	return &office{w, opened(w)}
}

// open is an office with a policy in force.
func open(t eiletest.T, text string) *office {
	t.Helper()
	o := bare(t, text)
	o.mustActivate(text, Wish{Seed: eiletest.Seed})
	return o
}

// opened is the book of a world as it is when a service starts.
func opened(w *eiletest.World) *Book {
	w.Helper()
	book := New(w.Register, NewClock(w.Now, true))
	if err := book.Load(w.Context()); err != nil {
		w.Fatal(err)
	}
	return book
}

func read(t eiletest.T, text string) Candidate {
	t.Helper()
	candidate, err := Read("policy.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return candidate
}

// activate puts a policy in force as a request does.
func (o *office) activate(text string, wish Wish) (*eilev1.Policy, error) {
	return o.book.Activate(o.Context(), o.Stamp("policy.activate"), read(o, text), wish)
}

func (o *office) mustActivate(text string, wish Wish) *eilev1.Policy {
	o.Helper()
	record, err := o.activate(text, wish)
	if err != nil {
		o.Fatal(err)
	}
	return record
}

// refused fails unless an error is a refusal for a reason.
func refused(t *testing.T, err error, code string) {
	t.Helper()
	if codes := eiletest.Codes(err); len(codes) != 1 || codes[0] != code {
		t.Errorf("%v, want it refused for %s", err, code)
	}
}

// places are the lists in their order.
func (o *office) places() string {
	var text strings.Builder
	list := o.Register.List()
	for _, name := range list.Lists() {
		fmt.Fprintf(&text, "%s:", name)
		for _, placement := range list.QueueAfter(name, "", 1000).Placements {
			text.WriteString(" " + placement.Reference)
		}
		text.WriteByte('\n')
	}
	return text.String()
}

var plain = eiletest.Town{Mode: "fill", Districts: "limit", Approval: "none"}.Text()

// stricter wants more points and turns the order round.
func stricter(t eiletest.T, version string) string {
	t.Helper()
	return eiletest.Version(plain, version, "require: points > 0", "require: points > 2", "direction: descending", "direction: ascending")
}

// households wait with 1 point and more, two of them with the same.
func (o *office) households(count int) {
	o.Helper()
	for i := range count {
		o.Household(fmt.Sprintf("A-%d", i), fmt.Sprintf("points=%d", i/2+1))
	}
}

// unsettled tells whether records speak of another policy than that in force.
func (o *office) unsettled() (yes bool) {
	o.View(func(v *store.View) error {
		yes = v.Unsettled()
		return nil
	})
	return yes
}

// today are the rules of the book.
func (o *office) today() casework.Rules {
	o.Helper()
	rules, err := o.book.Today()
	if err != nil {
		o.Fatal(err)
	}
	return rules
}
