package rule

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Sentence is text with figures, in each language of the policy; Lithuanian may be lacking.
type Sentence struct{ en, lt *template }

// template is text and expressions in turn, for readers of one language.
type template struct {
	writer Writer
	parts  []part
}

type part struct {
	literal string
	expr    *Expression
}

// Sentence compiles a sentence whose figures may read what may says. The faults of each language are those of its text.
func (l *Language) Sentence(en, lt string, may Reach) (s Sentence, inEnglish, inLithuanian []Fault) {
	s.en, inEnglish = l.template(english, en, may)
	s.lt, inLithuanian = l.template(lithuanian, lt, may)
	return s, inEnglish, inLithuanian
}

func (l *Language) template(language, text string, may Reach) (*template, []Fault) {
	if text == "" {
		return nil, nil
	}
	t := &template{writer: l.tongues[language].writer}
	var faults []Fault
	err := scan(text, func(literal string) {
		t.parts = append(t.parts, part{literal: literal})
	}, func(offset int, source string) {
		e, wrong := l.compile(language, source, may, []*types.Type{types.StringType, types.IntType, types.BoolType, DecimalType, DateType})
		for _, f := range wrong {
			if f.Line <= 1 {
				f.Column += offset
			}
			faults = append(faults, f)
		}
		t.parts = append(t.parts, part{expr: e})
	})
	if err != nil {
		faults = append(faults, whole("%s", err)...)
	}
	return t, faults
}

// scan cuts a template into literals and expressions. Braces are doubled to stand for themselves; a brace inside a CEL string does not end the expression.
func scan(s string, literal func(string), expr func(offset int, source string)) error {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "{{"), strings.HasPrefix(s[i:], "}}"):
			b.WriteByte(s[i])
			i++
		case s[i] == '{':
			if b.Len() > 0 {
				literal(b.String())
				b.Reset()
			}
			end := closing(s[i+1:])
			if end < 0 {
				return fmt.Errorf("the brace at character %d is not closed", i+1)
			}
			expr(i+1, s[i+1:i+1+end])
			i += 1 + end
		case s[i] == '}':
			return fmt.Errorf("the brace at character %d closes nothing; write }} for a brace", i+1)
		default:
			b.WriteByte(s[i])
		}
	}
	if b.Len() > 0 {
		literal(b.String())
	}
	return nil
}

// closing finds the brace that ends an expression, outside quotes and inner braces.
func closing(s string) int {
	depth, quote := 0, byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			switch c {
			case '\\':
				i++
			case quote:
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == '}':
			return i
		}
	}
	return -1
}

// maxDetail is the most characters of a reason that the register keeps.
const maxDetail = 1_000

// Write fills in the figures in both languages; one that is not known shows as a dash.
func (s Sentence) Write(variables cel.Activation) (en, lt string) {
	return s.en.write(variables), s.lt.write(variables)
}

func (t *template) write(variables cel.Activation) string {
	if t == nil {
		return ""
	}
	var b strings.Builder
	for _, part := range t.parts {
		if part.expr == nil {
			b.WriteString(part.literal)
			continue
		}
		b.WriteString(t.figure(part.expr.Eval(variables)))
	}
	if b.Len() <= maxDetail {
		return b.String()
	}
	return shorten(b.String())
}

func shorten(s string) string {
	if r := []rune(s); len(r) > maxDetail {
		return string(r[:maxDetail-1]) + "…"
	}
	return s
}

func (t *template) figure(v ref.Val) string {
	if types.IsUnknownOrError(v) {
		return "–"
	}
	return t.writer.Write(v)
}
