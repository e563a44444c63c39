package rule

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// scan cuts a template into literals and expressions. Braces are doubled to stand for themselves; a
// brace inside a CEL string does not end the expression.
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

// written is a figure of a text and how it is written there.
type written struct {
	figure
	by    string   // the function that writes it; empty: as it is
	forms []string // of a noun
}

// written compiles what stands in braces in the text of one language. Where a writing function is
// on top the figure is its inner value, which every language shares; where one is deeper inside the
// figure is that of the language alone.
func (l *Language) written(tongue *tongue, source string, may Reach) (w written, faults []Fault) {
	c, faults := l.check(tongue, source, may, []*types.Type{types.StringType, types.IntType, types.BoolType, DecimalType, DateType})
	if len(faults) > 0 {
		return w, faults
	}
	tree, text := c.tree.NativeRep(), strings.TrimSpace(source)
	value := tree
	if writes(tree, tree.Expr()) {
		inner := w.split(tree, text)
		if inner == nil {
			text = tongue.lang + ": " + text
		} else {
			text, value = w.name, ast.NewCheckedAST(ast.NewAST(inner, tree.SourceInfo()), tree.TypeMap(), tree.ReferenceMap())
		}
	}
	w.name = label(text)
	w.value, faults = c.plan(value)
	return w, faults
}

// split takes the writing function off the top of an expression, and answers what it writes; nil
// where that cannot be parted.
func (w *written) split(tree *ast.AST, text string) ast.Expr {
	if tree.Expr().Kind() != ast.CallKind {
		return nil
	}
	call := tree.Expr().AsCall()
	by := call.FunctionName()
	if by != moneyFunction && by != amountFunction && by != pluralFunction || writes(tree, call.Args()[0]) {
		return nil
	}
	given, ok := strings.CutPrefix(strings.TrimSpace(strings.TrimPrefix(text, by)), "(")
	given, closes := strings.CutSuffix(given, ")")
	if !ok || !closes || !strings.HasPrefix(text, by) {
		return nil
	}
	for _, form := range call.Args()[1:] {
		noun, ok := form.AsLiteral().(types.String)
		if form.Kind() != ast.LiteralKind || !ok {
			return nil
		}
		w.forms = append(w.forms, string(noun))
	}
	w.by, w.name, w.cents = by, strings.TrimSpace(given[:firstArgument(given)]), by != pluralFunction
	return call.Args()[0]
}

// firstArgument returns where the first of the arguments of a call ends.
func firstArgument(arguments string) int {
	depth, quote := 0, byte(0)
	for i := 0; i < len(arguments); i++ {
		switch c := arguments[i]; {
		case quote != 0:
			switch c {
			case '\\':
				i++
			case quote:
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		case c == ',' && depth == 0:
			return i
		}
	}
	return len(arguments)
}

// writes says whether an expression reads differently in each language.
func writes(tree *ast.AST, e ast.Expr) bool {
	found := false
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		for _, overload := range tree.GetOverloadIDs(e.ID()) {
			found = found || slices.Contains(overloads, overload)
		}
	}))
	return found
}

// label is the name of a figure; one that is too long for a name goes by its hash.
func label(text string) string {
	if len(text) <= maxDetail {
		return text
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text)))
}
