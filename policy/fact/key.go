package fact

import (
	"encoding/binary"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/eile-housing/eile/policy/rule"
)

// AppendKey writes a variable into a key, so that different values of one type differ and the end
// is part of it.
func (s *Scope) AppendKey(key []byte, variable int) []byte {
	return s.appendValue(key, s.Value(variable))
}

func (s *Scope) appendValue(key []byte, v ref.Val) []byte {
	switch x := v.(type) {
	case types.Bool:
		if x {
			return append(key, 't')
		}
		return append(key, 'f')
	case types.Int:
		return binary.AppendVarint(append(key, 'i'), int64(x))
	case types.String:
		return AppendText(append(key, 's'), string(x))
	case *rule.Date:
		return binary.AppendVarint(append(key, 'd'), int64(x.Day))
	case *rule.Decimal:
		return AppendText(append(key, 'n'), x.Reduced().String())
	case *member:
		key = append(key, 'm')
		for _, name := range s.vocabulary.members.Names() {
			key = s.appendValue(key, s.vocabulary.members.Get(x, name))
		}
		return key
	case traits.Lister:
		key = append(key, '[')
		for it := x.Iterator(); it.HasNext() == types.True; {
			key = s.appendValue(key, it.Next())
		}
		return append(key, ']')
	}
	if fields, ok := rule.Fields(v); ok {
		key = append(key, 'r')
		for _, field := range fields {
			key = s.appendValue(key, field)
		}
		return key
	}
	return append(key, '?')
}

// AppendText appends s so that bytes order as the text does and the end is part of the key: 0x00
// ends, and 0x00 and 0x01 inside are escaped.
func AppendText(key []byte, s string) []byte {
	for i := range len(s) {
		if s[i] <= 1 {
			key = append(key, 1)
		}
		key = append(key, s[i])
	}
	return append(key, 0)
}
