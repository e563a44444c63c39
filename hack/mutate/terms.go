package main

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// terms tell what a refusal is in the code of one package: a Refusal or what
// Refuse makes, an error that wraps no other one, a list of Reasons, a Reason.
type terms struct {
	info *types.Info
	// checks are the functions that do nothing but refuse.
	checks map[*types.Func]bool
}

// checksOf finds the functions with one result, an error, that answer none, a
// refusal, what another such function answers, or an error that they met.
func checksOf(loaded []*packages.Package) map[*types.Func]bool {
	checks := map[*types.Func]bool{}
	for before := -1; before < len(checks); {
		before = len(checks)
		for _, p := range loaded {
			t := terms{p.TypesInfo, checks}
			for _, file := range p.Syntax {
				for _, d := range file.Decls {
					if f, ok := d.(*ast.FuncDecl); ok && t.isCheck(f) {
						checks[p.TypesInfo.Defs[f.Name].(*types.Func)] = true
					}
				}
			}
		}
	}
	return checks
}

func (t terms) isCheck(f *ast.FuncDecl) bool {
	if f.Body == nil || f.Type.Results.NumFields() != 1 {
		return false
	}
	refuses, other := false, false
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if answer, ok := n.(*ast.ReturnStmt); ok && len(answer.Results) == 1 {
			name, _ := answer.Results[0].(*ast.Ident)
			asks := t.asks(answer.Results[0])
			refuses = refuses || asks
			other = other || !asks && (name == nil || name.Name != "nil" && name.Name != "err")
		}
		_, inner := n.(*ast.FuncLit)
		return !inner
	})
	return refuses && !other
}

// answers tells whether a result is a refusal, a longer list of reasons or a
// reason made here.
func (t terms) answers(e ast.Expr) bool {
	if made, ok := e.(*ast.UnaryExpr); ok && made.Op == token.AND {
		if literal, ok := made.X.(*ast.CompositeLit); ok && t.named(literal) == "Reason" {
			return true
		}
	}
	return t.refuses(e) || t.appends(e)
}

// refuses tells whether an expression makes a refusal, or an error that wraps no
// other one.
func (t terms) refuses(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CompositeLit:
			found = found || t.named(n) == "Refusal"
		case *ast.CallExpr:
			found = found || t.refusing(n)
		}
		return !found
	})
	return found
}

func (t terms) refusing(call *ast.CallExpr) bool {
	called := t.called(call)
	if called == nil {
		return false
	}
	switch name := called.Name(); {
	case name == "Refuse" && called.Signature().Recv() == nil:
		return t.ofTexts(called)
	case strings.EqualFold(name, "Refusal"):
		return t.receiver(called) == "reasons"
	case called.FullName() == "errors.New":
		return true
	case called.FullName() == "fmt.Errorf":
		format := t.info.Types[call.Args[0]].Value
		return format != nil && !strings.Contains(constant.StringVal(format), "%w")
	}
	return false
}

// ofTexts tells whether a function takes texts alone, as the maker of refusals
// does; another one of its name does more.
func (t terms) ofTexts(called *types.Func) bool {
	for parameter := range called.Signature().Params().Variables() {
		if !types.Identical(parameter.Type(), types.Typ[types.String]) {
			return false
		}
	}
	return true
}

// asks tells whether an expression makes a refusal, or calls a function that does
// nothing but refuse.
func (t terms) asks(e ast.Expr) bool {
	if t.refuses(e) {
		return true
	}
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	called := t.called(call)
	return called != nil && t.checks[called.Origin()]
}

// adds tells whether a call adds reasons to a list: the list's own, or one that
// gets the list.
func (t terms) adds(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	if called := t.called(call); called != nil && t.receiver(called) == "reasons" {
		return true
	}
	return slices.ContainsFunc(call.Args, func(e ast.Expr) bool {
		_, pointer := t.info.TypeOf(e).(*types.Pointer)
		return pointer && strings.EqualFold(t.named(e), "reasons")
	})
}

// appends tells whether an expression is a list of reasons with more appended.
func (t terms) appends(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	builtin, ok := call.Fun.(*ast.Ident)
	return ok && builtin.Name == "append" && strings.EqualFold(t.named(call), "reasons")
}

func (t terms) called(call *ast.CallExpr) *types.Func {
	var name *ast.Ident
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		name = fun
	case *ast.SelectorExpr:
		name = fun.Sel
	default:
		return nil
	}
	called, _ := t.info.Uses[name].(*types.Func)
	return called
}

// receiver is the name of the type that a method belongs to, in small letters;
// empty: it is no method.
func (t terms) receiver(called *types.Func) string {
	receiver := called.Signature().Recv()
	if receiver == nil {
		return ""
	}
	return strings.ToLower(nameOf(receiver.Type()))
}

// named is the name of the type of an expression; empty: it has none.
func (t terms) named(e ast.Expr) string { return nameOf(t.info.TypeOf(e)) }

func nameOf(t types.Type) string {
	if pointer, ok := t.(*types.Pointer); ok {
		t = pointer.Elem()
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj().Name()
	}
	return ""
}
