package rule

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/number"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Each figure is kept once, typed and without the language, under the name of what the policy
// writes.
func TestFiguresAreArguments(t *testing.T) {
	w := newWorld(t, "2025-03-01")
	s, faults := w.Sentence(map[string]string{
		"en": "{money(n)} {amount( n )} {n} {plural(n, 'a', 'b')} { text } {d} {on} {n == 3} {open} {1 / 0} {plural(n + 18, 'a', text)} {(money(n + 1))} {n > 1 ? 'x' : money(n)}",
		"lt": "{plural(n, 'a', 'b', 'c')} {money(n)} {n == 3} {n > 1 ? 'x' : money(n)} {size('lt')}",
	}, ReachDate)
	if len(faults["en"])+len(faults["lt"]) > 0 {
		t.Fatal(faults)
	}
	want := []*eilev1.Argument{
		{Name: "n", Value: &eilev1.Argument_Cents{Cents: 3}},
		{Name: "text", Value: &eilev1.Argument_Text{Text: "Ab"}},
		{Name: "d", Value: &eilev1.Argument_Decimal{Decimal: &eilev1.Decimal{Units: 1250, Scale: 2}}},
		{Name: "on", Value: &eilev1.Argument_Date{Date: on(t, "2025-03-01").Proto()}},
		{Name: "n == 3", Value: &eilev1.Argument_Truth{Truth: true}},
		{Name: "open"},
		{Name: "1 / 0"},
		{Name: "en: plural(n + 18, 'a', text)", Value: &eilev1.Argument_Text{Text: "Ab"}},
		{Name: "en: (money(n + 1))", Value: &eilev1.Argument_Text{Text: "0.04 EUR"}},
		{Name: "en: n > 1 ? 'x' : money(n)", Value: &eilev1.Argument_Text{Text: "x"}},
		{Name: "lt: n > 1 ? 'x' : money(n)", Value: &eilev1.Argument_Text{Text: "x"}},
		{Name: "size('lt')", Value: &eilev1.Argument_Number{Number: 2}},
	}
	got := s.Arguments(w.activation(t))
	if len(got) != len(want) {
		t.Fatalf("%d figures: %v", len(got), got)
	}
	for i := range want {
		if !proto.Equal(got[i], want[i]) {
			t.Errorf("%v, want %v", got[i], want[i])
		}
	}
}

// figures of a sentence, some of which only one language can write.
var figuresOf = map[string][]string{
	"": {
		"n", "d", "text", "on", "born", "open", "n == 3", "1 / 0", "money(n)", "amount(n * -123456)", "money( n+1 )", "string(n) + text", "{'a': text}['a']", "d * 3",
		"join(words, ', ')", "n > 1 ? ' + ' + string(n) : ''", "money(size('a,b)') + n)", "amount(least(n, 2))", "money(1 / 0)", "(amount(n))", "n > 2 ? money(n) : text",
		"open ? 'x' : 'y'", "'{' + text", "parts[0].part", "money(open ? 1 : 2)", "lower(amount(n))", "amount(size(money(n)))",
	},
	"en": {"plural(n, 'home', 'homes')", "plural(size(text), 'a', text)", "plural(n - 2, 'one', 'more')"},
	"lt": {"plural(n, 'namas', 'namai', 'namų')", "plural(1 / 0, 'a', 'b', 'c')", "text + plural(n, 'a', 'b', 'c')"},
}

// direct writes a text with its figures at once, as one language does.
func direct(t *rapid.T, w *world, tongue *tongue, figures []string, literal string) string {
	var b strings.Builder
	variables := w.activation(w.tb)
	for _, source := range figures {
		b.WriteString(literal)
		c, faults := w.check(tongue, source, ReachDate, nil)
		if len(faults) > 0 {
			t.Fatal(source, faults)
		}
		e, faults := c.plan(c.tree.NativeRep())
		if len(faults) > 0 {
			t.Fatal(source, faults)
		}
		if v := e.Eval(variables); types.IsUnknownOrError(v) {
			b.WriteString("–")
		} else {
			b.WriteString(tongue.writer.Write(v))
		}
	}
	return shorten(b.String())
}

// A sentence that is written from its arguments, in whatever order they come back, reads as one
// whose figures were written at once.
func TestArgumentsSayWhatTheSentenceDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "2025-03-01")
	rapid.Check(t, func(t *rapid.T) {
		w.compiled = 0
		w.values["n"] = types.Int(rapid.SampledFrom([]int64{0, 1, 2, 3, 11, 21, -1, 1_016_600, -1 << 62}).Draw(t, "n"))
		w.values["d"] = &Decimal{number.Decimal{Units: rapid.Int64().Draw(t, "units"), Scale: rapid.Int32Range(0, 9).Draw(t, "scale")}}
		w.values["text"] = types.String(rapid.SampledFrom([]string{"", "Ab", "{n}", strings.Repeat("ž", 999), strings.Repeat("ž", 1_200)}).Draw(t, "text"))
		literal := rapid.SampledFrom([]string{"", " ", " – ", "{", "}"}).Draw(t, "literal")
		drawn, texts := map[string][]string{}, map[string]string{}
		for _, tongue := range w.tongues {
			figures := rapid.SliceOfN(rapid.SampledFrom(append(figuresOf[""], figuresOf[tongue.lang]...)), 1, 6).Draw(t, tongue.lang)
			drawn[tongue.lang] = figures
			for _, source := range figures {
				texts[tongue.lang] += strings.NewReplacer("{", "{{", "}", "}}").Replace(literal) + "{ " + source + " }"
			}
		}
		s, faults := w.Sentence(texts, ReachDate)
		if len(faults["en"])+len(faults["lt"]) > 0 {
			t.Fatal(faults)
		}
		args := s.Arguments(w.activation(w.tb))
		if rapid.Bool().Draw(t, "shuffled") {
			args = rapid.Permutation(args).Draw(t, "order")
		}
		stored, err := proto.Marshal(&eilev1.Reason{Args: args})
		if err != nil {
			t.Fatal(err)
		}
		var kept eilev1.Reason
		if err := proto.Unmarshal(stored, &kept); err != nil {
			t.Fatal(err)
		}
		for _, tongue := range w.tongues {
			said, ok := s.Write(tongue.lang, kept.GetArgs())
			if want := direct(t, w, tongue, drawn[tongue.lang], literal); !ok || said != want {
				t.Fatalf("%s: %s\nsays  %q\nnot   %q\nfrom %v", tongue.lang, texts[tongue.lang], said, want, fmt.Sprint(kept.GetArgs()))
			}
		}
	})
}
