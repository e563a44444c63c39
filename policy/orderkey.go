package policy

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/rule"
)

// Marks before a part whose value may be absent. What is absent stands last, whatever the
// direction.
const (
	partPresent = 0x00
	partAbsent  = 0x01
)

// orderKey appends the key of an application under terms. What a term needs and is not known is
// merged into missing.
func (f *findings) orderKey(key []byte, terms []*orderTerm, seed string) []byte {
	app := f.scope.Application()
	for _, t := range terms {
		switch t.kind {
		case byRegisteredAt:
			key = f.arrivalKey(key)
		case byRegisterNumber:
			key = naturalKey(key, app.GetRegisterNumber())
		case byDraw:
			key = append(key, ticket(seed, app.GetReference())...)
		default:
			key = f.valueKey(key, t)
		}
	}
	return key
}

// arrivalKey orders by the local date in the policy's time zone; on one day a date alone stands
// before those with a time, and then the instant decides.
func (f *findings) arrivalKey(key []byte) []byte {
	a, ok := f.scope.Registered()
	if !ok {
		f.need(f.scope.Value(f.scope.Vocabulary().Registered))
		return append(key, partAbsent)
	}
	return a.AppendKey(append(key, partPresent), f.scope.Zone())
}

func (f *findings) valueKey(key []byte, t *orderTerm) []byte {
	v := t.expr.Eval(f.scope)
	if types.IsUnknownOrError(v) {
		f.need(v)
		return append(key, partAbsent)
	}
	start := len(key) + 1
	key = append(key, partPresent)
	switch x := v.(type) {
	case types.Int:
		key = binary.BigEndian.AppendUint64(key, uint64(x)^1<<63)
	case types.Bool:
		b := byte(0)
		if x {
			b = 1
		}
		key = append(key, b)
	case *rule.Date:
		key = binary.BigEndian.AppendUint32(key, uint32(x.Day)^1<<31)
	case *rule.Decimal:
		whole, nanos := x.Split()
		key = binary.BigEndian.AppendUint64(key, uint64(whole)^1<<63)
		key = binary.BigEndian.AppendUint32(key, nanos)
	case types.String:
		if t.kind == byBand {
			return bandKey(key[:start-1], t, string(x))
		}
		key = fact.AppendText(key, string(x))
	}
	if t.descending {
		for i := start; i < len(key); i++ {
			key[i] = ^key[i]
		}
	}
	return key
}

// bandKey orders by the place of the band in the policy; another band stands behind all.
func bandKey(key []byte, t *orderTerm, band string) []byte {
	i := slices.Index(t.bands, band)
	if i < 0 {
		return append(key, partAbsent)
	}
	return append(key, partPresent, byte(i))
}

// naturalKey orders register numbers as people read them: runs of digits by their number, 9 before
// 10, the rest as text; an absent number stands last. Digit runs begin with the byte of the digit
// zero, so that they stand where digits stand among other characters, then their length, then their
// digits.
func naturalKey(key []byte, s string) []byte {
	if s == "" {
		return append(key, partAbsent)
	}
	key = append(key, partPresent)
	for s != "" {
		run := len(s) - len(strings.TrimLeft(s, "0123456789"))
		if run == 0 {
			key = fact.AppendText(key, s[:1])
			key = key[:len(key)-1]
			s = s[1:]
			continue
		}
		digits := strings.TrimLeft(s[:run], "0")
		key = append(key, '0', byte(len(digits)+1))
		key = append(key, digits...)
		s = s[run:]
	}
	return append(key, 0)
}

// ticket is the draw that anyone can repeat: SHA-256(seed ‖ 0x00 ‖ reference).
func ticket(seed, reference string) []byte {
	buf := make([]byte, 0, 128)
	buf = append(append(append(buf, seed...), 0), reference...)
	sum := sha256.Sum256(buf)
	return sum[:]
}
