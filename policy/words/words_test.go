package words_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func on(t *testing.T, text string) day.Day {
	t.Helper()
	d, err := day.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func book(t *testing.T, en, lt string) *words.Book {
	t.Helper()
	b, err := words.Read(fstest.MapFS{"page.en.yaml": {Data: []byte(en)}, "page.lt.yaml": {Data: []byte(lt)}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Every kind of argument is written as the language writes it.
func TestArguments(t *testing.T) {
	b := book(t, "X: '{{.text}} {{.term}} {{.number}} {{.day}} {{.items}} {{.rent}} {{.area}} {{.lacks}}{{if .is}} yes{{end}}'\nterm.ON_HOLD: on hold",
		"X: '{{.text}} {{.term}} {{.number}} {{.day}} {{.items}} {{.rent}} {{.area}} {{.lacks}}{{if .is}} taip{{end}}'\nterm.ON_HOLD: sustabdytas")
	args := []*eilev1.Argument{
		words.Text("text", "{{.number}}"), words.Term("term", "ON_HOLD"), words.Number("number", 1234567), words.Day("day", on(t, "2026-02-28")),
		words.Items("items", "a", "b"), {Name: "rent", Value: &eilev1.Argument_Cents{Cents: -1016605}},
		{Name: "area", Value: &eilev1.Argument_Decimal{Decimal: &eilev1.Decimal{Units: 5, Scale: 2}}}, {Name: "lacks"},
		{Name: "is", Value: &eilev1.Argument_Truth{Truth: true}},
	}
	for lang, want := range map[string]string{
		"en": "{{.number}} on hold 1234567 2026-02-28 a, b -10,166.05 0.05 – yes",
		"lt": "{{.number}} sustabdytas 1234567 2026-02-28 a, b -10\u00a0166,05 0,05 – taip",
	} {
		if said, ok := b.Write(lang, "X", args); !ok || said != want {
			t.Errorf("%s: %q, %t; want %q", lang, said, ok, want)
		}
	}
}

// Counts have their thousands grouped, and amounts group the same count before their
// hundredths.
func TestCount(t *testing.T) {
	for n, want := range map[int64]string{0: "0", -7: "-7", 999: "999", 1000: "1,000", 12345: "12,345", -1234567: "-1,234,567"} {
		if got := words.Rules.Hand("en").Count(n); got != want {
			t.Errorf("%d is written %q, want %q", n, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n, hand := rapid.Int64Range(-1e15, 1e15).Draw(t, "n"), words.Rules.Hand(rapid.SampledFrom(words.Rules.Languages()).Draw(t, "lang"))
		counted := hand.Count(n)
		if amount := hand.Amount(100 * n); !strings.HasPrefix(amount, counted) || len(amount) != len(counted)+len(".00") {
			t.Errorf("%q and %q", counted, amount)
		}
	})
}

// A language that does not say how it writes figures would write them as another one.
func TestFiguresOfALanguage(t *testing.T) {
	_, err := words.Read(fstest.MapFS{"page.lv.yaml": {Data: []byte("X: x\nfigure.group: ' '\nfigure.point: ','")}})
	if err == nil || !strings.Contains(err.Error(), "lv") || !strings.Contains(err.Error(), "figure.yes, figure.no") || strings.Contains(err.Error(), "figure.group") {
		t.Error(err)
	}
}

// A noun beside a number has the form of the number in each language.
func TestForms(t *testing.T) {
	en, lt := words.Rules.Hand("en"), words.Rules.Hand("lt")
	if en.Forms() != 2 || lt.Forms() != 3 {
		t.Fatalf("%d and %d forms", en.Forms(), lt.Forms())
	}
	for n, want := range map[int64][2]int{0: {1, 2}, 1: {0, 0}, 2: {1, 1}, 9: {1, 1}, 10: {1, 2}, 11: {1, 2}, 19: {1, 2}, 20: {1, 2}, 21: {1, 0}, 111: {1, 2}, -1: {0, 0}, 1_000_001: {1, 0}, 10_000_011: {1, 2}} {
		if got := [2]int{en.Form(n), lt.Form(n)}; got != want {
			t.Errorf("%d: %v, want %v", n, got, want)
		}
	}
}

// speaker is a policy that has one sentence, in English.
type speaker struct{}

func (speaker) Write(lang string, reason *eilev1.Reason) (string, bool) {
	return "the policy says " + reason.GetCode(), lang == "en" && reason.GetCode() == "OWN"
}

// A reason is as it was told, in its policy's words, or in those of the book; the
// reason behind it stands in its sentence with its code.
func TestShow(t *testing.T) {
	b := book(t, "BOOK: 'the book says {{.of}}'\nOWN: wrong", "BOOK: 'knyga sako {{.of}}'\nOWN: wrong")
	known := words.Of("abc", speaker{})
	of := func(reason *eilev1.Reason) *eilev1.Reason { return words.Reason("BOOK", words.Because("of", reason)) }
	own := func(code, sha string) *eilev1.Reason { return &eilev1.Reason{Code: code, PolicySha256: sha} }
	for name, test := range map[string]struct {
		reason *eilev1.Reason
		en, lt string
	}{
		"of the book":              {words.Reason("BOOK", words.Text("of", "x")), "the book says x", "knyga sako x"},
		"of the policy":            {own("OWN", "abc"), "the policy says OWN", ""},
		"not of the policy":        {own("BOOK", "abc"), "", ""},
		"of a policy not known":    {own("OWN", "def"), "", ""},
		"of no file":               {words.Reason("NOWHERE"), "", ""},
		"of an older register":     {&eilev1.Reason{Code: "BOOK", Detail: "it was so", DetailLt: "taip buvo"}, "it was so", "taip buvo"},
		"old, in English alone":    {&eilev1.Reason{Code: "BOOK", Detail: "it was so"}, "it was so", ""},
		"told":                     {&eilev1.Reason{Code: "BOOK", Texts: []*eilev1.Text{{Lang: "en", Text: "told"}, {Lang: "lt", Text: "pasakyta"}}}, "told", "pasakyta"},
		"behind it the book's":     {of(words.Reason("BOOK", words.Text("of", "x"))), "the book says BOOK: the book says x", "knyga sako BOOK: knyga sako x"},
		"behind it the policy's":   {of(own("OWN", "abc")), "the book says OWN: the policy says OWN", ""},
		"behind it an older one":   {of(&eilev1.Reason{Code: "OLD", Detail: "so", DetailLt: "taip"}), "the book says OLD: so", "knyga sako OLD: taip"},
		"behind it what is behind": {of(of(words.Reason("BOOK", words.Text("of", "x")))), "the book says BOOK: the book says BOOK: the book says x", "knyga sako BOOK: knyga sako BOOK: knyga sako x"},
	} {
		detail := func(en string) string {
			if en == "" {
				return test.reason.GetCode()
			}
			return en
		}
		lt := test.lt
		if lt == "" {
			lt = detail(test.en)
		}
		for range 2 { // to be shown twice changes nothing
			b.Show("lt", test.reason, known)
			if test.reason.GetDetail() != lt || test.reason.GetDetailLt() != test.lt {
				t.Errorf("%s, in Lithuanian: %v", name, test.reason)
			}
			b.Show("en", test.reason, known)
			if test.reason.GetDetail() != detail(test.en) || test.reason.GetDetailLt() != test.lt {
				t.Errorf("%s, in English: %v", name, test.reason)
			}
		}
	}
}

// Several reasons may stand in one sentence, with their codes or without; one that a
// language lacks is no matter where its sentence does not write it.
func TestReasonsBehind(t *testing.T) {
	b := book(t, "X.codes: '{{.why}}'\nX.says: '{{if .why}}since {{.why.Text}}{{else}}for nothing{{end}}'\nY: the book says {{.of}}\nZ: z",
		"X.codes: '{{.why}}'\nX.says: nežinia\nY: knyga sako {{.of}}")
	why := []*eilev1.Reason{words.Reason("Y", words.Text("of", "x")), {Code: "OLD", Detail: "old"}}
	for key, want := range map[string][2]string{
		"X.codes": {"Y: the book says x; OLD: old", ""},
		"X.says":  {"since the book says x; old", "nežinia"},
	} {
		reason := words.Reason(key, words.Behind("why", why)...)
		en, _ := b.Sentence("en", reason, nil)
		lt, ok := b.Sentence("lt", reason, nil)
		if en != want[0] || ok != (want[1] != "") || ok && lt != want[1] {
			t.Errorf("%s: %q, %q %t", key, en, lt, ok)
		}
	}
	if en, ok := b.Sentence("en", words.Reason("X.says"), nil); !ok || en != "for nothing" {
		t.Errorf("%q, %t", en, ok)
	}
}

// Then adds what can be done to what can be done already.
func TestThen(t *testing.T) {
	reason := words.Then(words.Then(words.Reason("X"), words.Next("A")), words.Next("B", words.Text("unit", "U-1")))
	if len(reason.GetNext()) != 2 || reason.GetNext()[1].GetCode() != "B" || reason.GetNext()[1].GetArgs()[0].GetText() != "U-1" {
		t.Error(reason)
	}
}
