package policy

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// template is a sentence with figures: text and expressions in turn.
type template struct {
	writer writer
	parts  []templatePart
}

type templatePart struct {
	literal string
	expr    *expression
}

// sentences are a template in each language of the policy; lt may be nil.
type sentences struct{ en, lt *template }

// sentence compiles a phrase whose figures may read what may says.
func (c *compiler) sentence(p phrase, may reach) sentences {
	return sentences{en: c.template("en", p.En, may), lt: c.template("lt", p.Lt, may)}
}

func (c *compiler) template(language string, t text, may reach) *template {
	if !t.set() {
		return nil
	}
	tmpl := &template{writer: c.writers[language]}
	err := scan(t.s, func(literal string) {
		tmpl.parts = append(tmpl.parts, templatePart{literal: literal})
	}, func(offset int, source string) {
		at := text{position{t.line, t.column + offset}, source}
		e := c.compileIn(language, at, may, types.StringType, types.IntType, types.BoolType, decimalType, dateType)
		tmpl.parts = append(tmpl.parts, templatePart{expr: e})
	})
	if err != nil {
		c.add(t.position, "%s", err)
	}
	return tmpl
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

// write fills in the figures; one that is not known shows as a dash.
func (t *template) write(s *scope) string {
	if t == nil {
		return ""
	}
	var b strings.Builder
	for _, part := range t.parts {
		if part.expr == nil {
			b.WriteString(part.literal)
			continue
		}
		b.WriteString(t.figure(part.expr.eval(s)))
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
	return t.writer.write(v)
}
