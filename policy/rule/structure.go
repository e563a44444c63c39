package rule

import (
	"slices"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Structure is a struct type of CEL, whose fields are partly declared by a policy. Values of the
// type answer from Value what the fields are read from.
type Structure struct {
	Type   *types.Type
	fields map[string]*types.FieldType
	names  []string // in order
}

// NewStructure begins a type without fields.
func NewStructure(t *types.Type) *Structure {
	return &Structure{Type: t, fields: map[string]*types.FieldType{}}
}

// Field adds a field that get reads; what get does not know it answers as unknown, or nil where
// there is nothing to say.
func (s *Structure) Field(name string, kind *types.Type, get func(any) ref.Val) {
	if i, twice := slices.BinarySearch(s.names, name); !twice {
		s.names = slices.Insert(s.names, i, name)
	}
	s.fields[name] = &types.FieldType{
		Type:    kind,
		IsSet:   func(target any) bool { return !types.IsUnknown(get(target)) },
		GetFrom: func(target any) (any, error) { return get(target), nil },
	}
}

// Names are the names of the fields, in order.
func (s *Structure) Names() []string { return s.names }

// Get returns a field of a value; null where there is nothing to say.
func (s *Structure) Get(target any, name string) ref.Val {
	v, err := s.fields[name].GetFrom(target)
	if val, ok := v.(ref.Val); ok && err == nil {
		return val
	}
	return types.NullValue
}

// provider adds the structs of a policy to CEL's own types.
type provider struct {
	types.Provider
	structures map[string]*Structure
}

// FindStructType finds a struct of the policy or of CEL.
func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if s, ok := p.structures[name]; ok {
		return types.NewTypeTypeWithParam(s.Type), true
	}
	return p.Provider.FindStructType(name)
}

// FindStructFieldNames lists the fields of a struct.
func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	if s, ok := p.structures[name]; ok {
		return s.names, true
	}
	return p.Provider.FindStructFieldNames(name)
}

// FindStructFieldType finds one field of a struct.
func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if s, ok := p.structures[name]; ok {
		f, ok := s.fields[field]
		return f, ok
	}
	return p.Provider.FindStructFieldType(name, field)
}
