package eiletest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
)

// Domain is what the text of the domain says under a heading, in one line. A test
// is skipped where that text does not lie beside the project.
func Domain(t interface {
	T
	Skipf(format string, args ...any)
}, heading string) string {
	t.Helper()
	root, err := os.Getwd()
	for err == nil && root != filepath.Dir(root) {
		if _, missing := os.Stat(filepath.Join(root, "go.mod")); missing == nil {
			break
		}
		root = filepath.Dir(root)
	}
	text, err := os.ReadFile(filepath.Join(root, "..", "shared", "domain.md"))
	if err != nil {
		t.Skipf("the text of the domain is not beside the project: %v", err)
	}
	_, section, found := strings.Cut(string(text), "## "+heading+"\n")
	if !found {
		t.Fatalf("the domain has nothing about %q", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	return strings.Join(strings.Fields(section), " ")
}

// Drawn are the states that the domain draws in the first sentence about a noun,
// and the arrows between them.
type Drawn struct {
	States []string
	Arrows [][2]string
}

var (
	drawing = regexp.MustCompile("`([^`]+)`")
	word    = regexp.MustCompile(`[A-Z_]+|[→⇄·]`)
)

// Draw reads the states of a text: A → B, A → B · C to either, and A ⇄ B · C to
// and from either while A goes on. States that are left out are passed through.
func Draw(text string, leftOut ...string) Drawn {
	sentence, _, _ := strings.Cut(text, ". ")
	var drawn Drawn
	for _, span := range drawing.FindAllStringSubmatch(sentence, -1) {
		var from, to []string
		back, arrow := false, false
		for _, token := range word.FindAllString(span[1], -1) {
			switch token {
			case "→", "⇄":
				if arrow && !back {
					from = to
				}
				to, back, arrow = nil, token == "⇄", true
				continue
			case "·":
				continue
			}
			if slices.Contains(leftOut, token) {
				to = from
				continue
			}
			drawn.States = append(drawn.States, token)
			if !arrow {
				from = append(from[:0:0], token)
				continue
			}
			to = append(to, token)
			for _, before := range from {
				drawn.Arrows = append(drawn.Arrows, [2]string{before, token})
				if back {
					drawn.Arrows = append(drawn.Arrows, [2]string{token, before})
				}
			}
		}
	}
	return drawn
}

// Holds holds the steps of a noun against what the domain draws: the same states,
// every arrow, and for each event a sentence that lets it be.
func Holds[S casework.State](t T, steps casework.Steps[S], drawn Drawn, domain string, sentences map[string]string) {
	t.Helper()
	var states []string
	known := map[[2]string]bool{}
	for _, step := range steps.All {
		states = append(states, spell.Name(step.To))
		known[[2]string{spell.Name(step.From), spell.Name(step.To)}] = true
		if sentence := sentences[step.Event]; sentence == "" || !strings.Contains(domain, sentence) {
			t.Errorf("%s: no sentence of the domain lets it %s: %q", steps.Noun, step.Event, sentence)
		}
	}
	slices.Sort(states)
	if want := slices.Sorted(slices.Values(drawn.States)); !slices.Equal(slices.Compact(states), want) {
		t.Errorf("%s: the states are %v, the domain draws %v", steps.Noun, slices.Compact(states), want)
	}
	for _, arrow := range drawn.Arrows {
		if !known[arrow] {
			t.Errorf("%s: the domain draws %s → %s", steps.Noun, arrow[0], arrow[1])
		}
	}
}

// Road is how a record comes to where a step begins, nil for a record that is
// new, and the step.
type Road [2]func(w *World)

// Walks walks the road of each step in a world of its own, and reads the state of
// the record before and after. There is a road for each step and no other; its
// name is the state and the event, or the event alone for a record that is new.
func Walks[S casework.State](t T, steps casework.Steps[S], world func(T) *World, roads map[string]Road, read func(*World) S) {
	t.Helper()
	for _, step := range steps.All {
		name := step.Event
		if step.From.Number() != 0 {
			name = spell.Name(step.From) + " " + step.Event
		}
		road, known := roads[name]
		if !known {
			t.Errorf("%s: no road to %q", steps.Noun, name)
			continue
		}
		delete(roads, name)
		w := world(t)
		if road[0] != nil {
			road[0](w)
		}
		if got := read(w); got != step.From {
			t.Errorf("%s: the road to %q ends at %v", steps.Noun, name, got)
		}
		road[1](w)
		if got := read(w); got != step.To {
			t.Errorf("%s: after %q it is %v, want %v", steps.Noun, name, got, step.To)
		}
	}
	for name := range roads {
		t.Errorf("%s: there is no step %q", steps.Noun, name)
	}
}
