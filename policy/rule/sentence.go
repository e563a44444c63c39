package rule

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Sentence is text with figures, by language. Its figures are computed once, whatever the
// languages, and written in any of them later.
type Sentence struct {
	figures   []figure
	templates map[string]*template
}

// figure is what a sentence needs to know. Where a writing function is on top of an expression the
// figure is what it writes, so that each language can.
type figure struct {
	name  string
	value *Expression
	cents bool
}

// template is text and figures in turn, for readers of one language.
type template struct {
	writer Writer
	parts  []part
}

// part is a literal, or a figure and how it is written.
type part struct {
	literal string
	figure  int // in Sentence.figures; none: -1
	by      string
	forms   []string // of a noun
}

// Sentence compiles a sentence whose figures may read what may says, from its text in each
// language; an empty one is none. The faults of each language are those of its text.
func (l *Language) Sentence(texts map[string]string, may Reach) (Sentence, map[string][]Fault) {
	s, faults := Sentence{templates: map[string]*template{}}, map[string][]Fault{}
	for _, tongue := range l.tongues {
		if text := texts[tongue.lang]; text != "" {
			s.templates[tongue.lang], faults[tongue.lang] = l.template(&s, tongue, text, may)
		}
	}
	return s, faults
}

func (l *Language) template(s *Sentence, tongue *tongue, text string, may Reach) (*template, []Fault) {
	t := &template{writer: tongue.writer}
	var faults []Fault
	err := scan(text, func(literal string) {
		t.parts = append(t.parts, part{literal: literal, figure: -1})
	}, func(offset int, source string) {
		w, wrong := l.written(tongue, source, may)
		for _, f := range wrong {
			if f.Line <= 1 {
				f.Column += offset
			}
			faults = append(faults, f)
		}
		if len(wrong) == 0 {
			t.parts = append(t.parts, part{figure: s.take(w), by: w.by, forms: w.forms})
		}
	})
	if err != nil {
		faults = append(faults, whole("%s", err)...)
	}
	return t, faults
}

// take returns the number of a figure, which is new, or that of another language or place in the
// sentence.
func (s *Sentence) take(w written) int {
	at := slices.IndexFunc(s.figures, func(f figure) bool { return f.name == w.name })
	if at < 0 {
		at = len(s.figures)
		s.figures = append(s.figures, w.figure)
	}
	s.figures[at].cents = s.figures[at].cents || w.cents
	return at
}

// Has says whether the sentence has a text in a language.
func (s *Sentence) Has(lang string) bool { return s.templates[lang] != nil }

// Arguments computes the figures, in the order in which they stand in the text; one that is not
// known has no value.
func (s *Sentence) Arguments(variables cel.Activation) []*eilev1.Argument {
	if len(s.figures) == 0 {
		return nil
	}
	args := make([]*eilev1.Argument, len(s.figures))
	for i := range s.figures {
		f := &s.figures[i]
		args[i] = argument(f.name, f.value.Eval(variables), f.cents)
	}
	return args
}

// argument is a value of an expression under its name.
func argument(name string, v ref.Val, cents bool) *eilev1.Argument {
	arg := &eilev1.Argument{Name: name}
	switch x := v.(type) {
	case types.String:
		arg.Value = &eilev1.Argument_Text{Text: shorten(string(x))}
	case types.Int:
		if cents {
			arg.Value = &eilev1.Argument_Cents{Cents: int64(x)}
		} else {
			arg.Value = &eilev1.Argument_Number{Number: int64(x)}
		}
	case types.Bool:
		arg.Value = &eilev1.Argument_Truth{Truth: bool(x)}
	case *Decimal:
		arg.Value = &eilev1.Argument_Decimal{Decimal: x.Proto()}
	case *Date:
		arg.Value = &eilev1.Argument_Date{Date: x.Day.Proto()}
	}
	return arg
}

// maxDetail is the most characters of a reason that the register keeps.
const maxDetail = 1_000

// Write puts arguments that Arguments computed into a language; false: the sentence has no text in
// it.
func (s *Sentence) Write(lang string, args []*eilev1.Argument) (string, bool) {
	t := s.templates[lang]
	if t == nil {
		return "", false
	}
	var b strings.Builder
	for i := range t.parts {
		part := &t.parts[i]
		if part.figure < 0 {
			b.WriteString(part.literal)
			continue
		}
		b.WriteString(t.writer.put(part, named(args, part.figure, s.figures[part.figure].name)))
	}
	return shorten(b.String()), true
}

// named is the argument of a name, which is expected at a place; nil: there is none.
func named(args []*eilev1.Argument, at int, name string) *eilev1.Argument {
	if at < len(args) && args[at].GetName() == name {
		return args[at]
	}
	if at = slices.IndexFunc(args, func(a *eilev1.Argument) bool { return a.GetName() == name }); at < 0 {
		return nil
	}
	return args[at]
}

// put writes an argument as a part of a sentence asks.
func (w Writer) put(p *part, arg *eilev1.Argument) string {
	n := arg.GetNumber()
	switch v := arg.GetValue().(type) {
	case *eilev1.Argument_Number:
	case *eilev1.Argument_Cents:
		n = v.Cents
	default:
		return w.figure(arg)
	}
	switch p.by {
	case moneyFunction:
		return w.money(n)
	case amountFunction:
		return w.Amount(n)
	case pluralFunction:
		return p.forms[w.Form(n)]
	}
	return w.figure(arg)
}

func shorten(s string) string {
	if len(s) <= maxDetail {
		return s
	}
	if r := []rune(s); len(r) > maxDetail {
		return string(r[:maxDetail-1]) + "…"
	}
	return s
}
