package policy

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
)

// termKind is what a term orders by.
type termKind uint8

const (
	byRegisteredAt termKind = iota
	byRegisterNumber
	byValue
	byBand
	byDraw
)

var termKinds = map[string]termKind{
	"registered_at": byRegisteredAt, "register_number": byRegisterNumber, "value": byValue, "band": byBand, "draw": byDraw,
}

// orderTerm is one step of the legal order. Each term writes its part of the key so that comparing bytes compares the parts in turn: parts have a fixed
// width or end themselves, and descending is the complement of every byte.
type orderTerm struct {
	kind       termKind
	expr       *expression
	descending bool
	bands      []string
}

func (c *compiler) terms(raw []term) []*orderTerm {
	var out []*orderTerm
	for i := range raw {
		t := &raw[i]
		kind, ok := termKinds[t.By.s]
		if !ok {
			c.add(t.By.position, "%q is no term of an order; use registered_at, register_number, value, band or draw", clip(t.By.s))
			continue
		}
		o := &orderTerm{kind: kind, descending: c.choice(t.Direction, "ascending", "descending") == "descending", bands: texts(t.Bands)}
		may := reachDate | reachHousehold
		switch kind {
		case byValue:
			o.expr = c.compileIn("en", t.Expr, may, types.IntType, types.StringType, types.BoolType, decimalType, dateType)
		case byBand:
			o.expr = c.compile(t.Expr, types.StringType, may)
		}
		if needsExpr := kind == byValue || kind == byBand; needsExpr != t.Expr.set() || t.Direction.set() && kind != byValue {
			c.add(t.position, "expr goes with value and band, and direction with value")
		}
		if (kind == byBand) != (len(o.bands) > 0) || len(o.bands) > 200 {
			c.add(t.position, "bands goes with band, at most 200")
		}
		out = append(out, o)
	}
	return out
}

// Marks before a part whose value may be absent. What is absent stands last, whatever the direction.
const (
	partPresent = 0x00
	partAbsent  = 0x01
)

// orderKey appends the key of an application under terms. What a term needs and is not known is merged into missing.
func (f *findings) orderKey(key []byte, terms []*orderTerm, seed string) []byte {
	for _, t := range terms {
		switch t.kind {
		case byRegisteredAt:
			key = f.arrivalKey(key)
		case byRegisterNumber:
			key = naturalKey(key, f.s.app.GetRegisterNumber())
		case byDraw:
			key = append(key, ticket(seed, f.s.app.GetReference())...)
		default:
			key = f.valueKey(key, t)
		}
	}
	return key
}

// arrivalKey orders by the local date in the policy's time zone; on one day a date alone stands before those with a time, and then the instant decides.
func (f *findings) arrivalKey(key []byte) []byte {
	a, ok := f.s.registration()
	if !ok {
		id := f.s.p.byName["registered_on"]
		f.need(f.s.p.slots[id].unset)
		return append(key, partAbsent)
	}
	key = binary.BigEndian.AppendUint32(append(key, partPresent), uint32(a.day)^1<<31)
	timed := byte(0)
	if a.timed {
		timed = 1
	}
	return binary.BigEndian.AppendUint64(append(key, timed), uint64(a.micros)^1<<63)
}

// parseArrival reads registered_at: RFC 3339 with offset, or a date alone. Digits beyond the microsecond do not order.
func parseArrival(s string, location *time.Location) (arrival, bool) {
	if s == "" {
		return arrival{}, false
	}
	if len(s) == len("2006-01-02") {
		d, err := day.Parse(s)
		return arrival{day: d}, err == nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return arrival{}, false
	}
	return arrival{day: day.Of(t, location), timed: true, micros: t.UnixMicro()}, true
}

func (f *findings) valueKey(key []byte, t *orderTerm) []byte {
	v := t.expr.eval(f.s)
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
	case *celDate:
		key = binary.BigEndian.AppendUint32(key, uint32(x.day)^1<<31)
	case *celDecimal:
		whole, nanos := x.split()
		key = binary.BigEndian.AppendUint64(key, uint64(whole)^1<<63)
		key = binary.BigEndian.AppendUint32(key, nanos)
	case types.String:
		if t.kind == byBand {
			return f.bandKey(key[:start-1], t, string(x))
		}
		key = textKey(key, string(x))
	}
	if t.descending {
		for i := start; i < len(key); i++ {
			key[i] = ^key[i]
		}
	}
	return key
}

// bandKey orders by the place of the band in the policy; another band stands behind all.
func (f *findings) bandKey(key []byte, t *orderTerm, band string) []byte {
	i := slices.Index(t.bands, band)
	if i < 0 {
		return append(key, partAbsent)
	}
	return append(key, partPresent, byte(i))
}

// split answers the greatest whole number not above d and the billionths that remain.
func (d *celDecimal) split() (whole int64, nanos uint32) {
	unit := int64(math.Pow10(int(d.scale)))
	whole, rest := d.units/unit, d.units%unit
	if rest < 0 {
		whole, rest = whole-1, rest+unit
	}
	return whole, uint32(rest * int64(math.Pow10(maxScale-int(d.scale))))
}

// need merges what an order term lacked into what the findings lack.
func (f *findings) need(v ref.Val) {
	if u, ok := v.(*types.Unknown); ok {
		f.unknown = types.MergeUnknowns(f.unknown, u)
		return
	}
	f.fail("order", errText(v))
}

// textKey appends s so that bytes order as the text does and the end is part of the key: 0x00 ends, and 0x00 and 0x01 inside are escaped.
func textKey(key []byte, s string) []byte {
	for i := range len(s) {
		if s[i] <= 1 {
			key = append(key, 1)
		}
		key = append(key, s[i])
	}
	return append(key, 0)
}

// naturalKey orders register numbers as people read them: runs of digits by their number, 9 before 10, the rest as text; an absent number stands last. Digit
// runs begin with the byte of the digit zero, so that they stand where digits stand among other characters, then their length, then their digits.
func naturalKey(key []byte, s string) []byte {
	if s == "" {
		return append(key, partAbsent)
	}
	key = append(key, partPresent)
	for s != "" {
		run := len(s) - len(strings.TrimLeft(s, "0123456789"))
		if run == 0 {
			key = textKey(key, s[:1])
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
