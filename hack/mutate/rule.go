package main

import (
	"cmp"
	"go/ast"
	"go/token"
	"iter"
	"slices"
	"strings"
)

// rule is one place that refuses or states a reason.
type rule struct {
	number int // from 1
	file   string
	line   int
	text   string // the line on which it begins, and which side of an or it is
}

// edit inserts text at an offset of a file.
type edit struct {
	offset int
	text   string
}

// finder collects the rules of one file.
type finder struct {
	terms
	fset   *token.FileSet
	source string
	// stack holds the nodes around the one that is visited, the outermost first.
	stack []ast.Node
	seen  map[ast.Node]bool
	// add takes a rule, its text, and what puts a switch into it.
	add func(at token.Pos, text string, edits func(on string) []edit)
}

// visit sees each node once, before and, as nil, after what is below it.
func (f *finder) visit(n ast.Node) bool {
	if n == nil {
		f.stack = f.stack[:len(f.stack)-1]
		return true
	}
	switch n := n.(type) {
	case *ast.ReturnStmt:
		f.answer(n)
	case *ast.ExprStmt:
		if f.adds(n.X) {
			f.drop(n)
		}
	case *ast.AssignStmt:
		if n.Tok == token.ASSIGN && slices.ContainsFunc(n.Rhs, f.appends) {
			f.drop(n)
		}
	case *ast.IfStmt:
		if asks, ok := n.Init.(*ast.AssignStmt); ok && slices.ContainsFunc(asks.Rhs, f.asks) {
			f.never(n, n.Cond)
		}
	}
	f.stack = append(f.stack, n)
	return true
}

// answer finds the rule of a return that answers a refusal: the if or the case
// that it is in, or else the return itself.
func (f *finder) answer(n *ast.ReturnStmt) {
	if !slices.ContainsFunc(n.Results, f.answers) {
		return
	}
	if block, ok := f.around(1).(*ast.BlockStmt); ok {
		if branch, ok := f.around(2).(*ast.IfStmt); ok && branch.Body == block {
			f.never(branch, branch.Cond)
			return
		}
	}
	if clause, ok := f.around(1).(*ast.CaseClause); ok && len(clause.List) > 0 {
		if choice, ok := f.around(3).(*ast.SwitchStmt); ok && choice.Tag == nil {
			f.never(clause, clause.List...)
			return
		}
	}
	results := make([]string, len(n.Results))
	for i, result := range n.Results {
		results[i] = f.text(result)
		if f.answers(result) {
			results[i] = "nil"
		}
	}
	f.add(n.Pos(), f.line(n.Pos()), func(on string) []edit {
		return []edit{{f.offset(n.Pos()), "if !" + on + " { return " + strings.Join(results, ", ") + " }; "}}
	})
}

// around returns the node so many levels above the visited one; nil: none.
func (f *finder) around(levels int) ast.Node {
	if levels > len(f.stack) {
		return nil
	}
	return f.stack[len(f.stack)-levels]
}

// never makes conditions false, each side of an or by itself.
func (f *finder) never(n ast.Node, conditions ...ast.Expr) {
	if f.seen[n] {
		return
	}
	f.seen[n] = true
	for _, condition := range conditions {
		for side := range sides(condition) {
			text := f.line(side.Pos())
			if len(conditions) > 1 || side != condition {
				text += ", the part " + f.text(side)
			}
			f.add(side.Pos(), text, func(on string) []edit {
				return []edit{{f.offset(side.Pos()), "("}, {f.offset(side.End()), ") && " + on}}
			})
		}
	}
}

// sides are the conditions of which one is enough.
func sides(e ast.Expr) iter.Seq[ast.Expr] {
	return func(yield func(ast.Expr) bool) {
		if either, ok := e.(*ast.BinaryExpr); ok && either.Op == token.LOR {
			for _, e := range []ast.Expr{either.X, either.Y} {
				for side := range sides(e) {
					if !yield(side) {
						return
					}
				}
			}
			return
		}
		yield(e)
	}
}

// drop leaves a statement out.
func (f *finder) drop(n ast.Stmt) {
	f.add(n.Pos(), f.line(n.Pos()), func(on string) []edit {
		return []edit{{f.offset(n.Pos()), "if " + on + " { "}, {f.offset(n.End()), " }"}}
	})
}

// text is what the file has of a node.
func (f *finder) text(n ast.Node) string { return f.source[f.offset(n.Pos()):f.offset(n.End())] }

// line is the line of a position, without its indent.
func (f *finder) line(at token.Pos) string {
	before, after := f.source[:f.offset(at)], f.source[f.offset(at):]
	rest, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(before[strings.LastIndexByte(before, '\n')+1:] + rest)
}

func (f *finder) offset(at token.Pos) int { return f.fset.Position(at).Offset }

// apply makes all edits of one file.
func apply(source string, edits []edit) string {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.offset, b.offset) })
	var out strings.Builder
	from := 0
	for _, e := range edits {
		out.WriteString(source[from:e.offset])
		out.WriteString(e.text)
		from = e.offset
	}
	out.WriteString(source[from:])
	return out.String()
}
