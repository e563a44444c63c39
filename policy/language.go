package policy

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Limits of one expression. Cost is bounded before anything runs: the estimate for the largest record that the register takes must stay below maxCost. One
// whose estimate is above countedCost, so one with loops in loops, is counted while it runs as well, in case the estimate is wrong; counting all would
// double the time of every rule.
const (
	maxExpression = 4_000
	maxASTNodes   = 2_000
	maxDepth      = 60
	maxCost       = 1_000_000
	countedCost   = 50_000
)

// newLanguage answers the CEL environment of a policy in one language: its variables, the structs that lists hold, and the functions of the domain. Only
// what formats for people differs between languages.
func (p *Policy) newLanguage(w writer) (*cel.Env, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	options := []cel.EnvOption{
		cel.CustomTypeProvider(&provider{Provider: registry, structs: p.structs}),
		cel.CustomTypeAdapter(registry),
		cel.ParserExpressionSizeLimit(maxExpression),
		cel.ExpressionNodeLimit(maxASTNodes),
		cel.ParserRecursionLimit(maxDepth),
		cel.RegexProgramSizeLimit(1000),
	}
	for _, s := range p.slots {
		options = append(options, cel.Variable(s.name, s.kind))
	}
	options = append(options, operatorOverloads()...)
	options = append(options, functions()...)
	options = append(options, macroFunctions()...)
	options = append(options, w.functions()...)
	return cel.NewEnv(options...)
}

// provider adds the structs of the policy, whose fields are partly declared by its file, to CEL's own types.
type provider struct {
	types.Provider
	structs map[string]structure
}

// structure is a struct type and its fields.
type structure struct {
	kind   *types.Type
	fields map[string]*types.FieldType
}

// field adds a field that get reads from a value of the struct.
func (s structure) field(name string, kind *types.Type, get func(any) ref.Val) {
	s.fields[name] = &types.FieldType{
		Type:    kind,
		IsSet:   func(target any) bool { return !types.IsUnknown(get(target)) },
		GetFrom: func(target any) (any, error) { return get(target), nil },
	}
}

// FindStructType finds a struct of the policy or of CEL.
func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if s, ok := p.structs[name]; ok {
		return types.NewTypeTypeWithParam(s.kind), true
	}
	return p.Provider.FindStructType(name)
}

// FindStructFieldNames lists the fields of a struct.
func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	s, ok := p.structs[name]
	if !ok {
		return p.Provider.FindStructFieldNames(name)
	}
	var names []string
	for field := range s.fields {
		names = append(names, field)
	}
	return names, true
}

// FindStructFieldType finds one field of a struct.
func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if s, ok := p.structs[name]; ok {
		f, ok := s.fields[field]
		return f, ok
	}
	return p.Provider.FindStructFieldType(name, field)
}
