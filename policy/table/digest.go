package table

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/number"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Digest returns the SHA-256 of what a row of applications.csv says, so that a row that was
// imported before is known again. It covers the fields that a file can set, and is the same for the
// same values in any process and version: it does not depend on how messages are marshalled. A
// decimal counts by its value, 12.5 like 12.50. A nil message counts like an empty one, so that the
// digest of an application or a person alone can be had; a digest over personal data is personal
// data.
func Digest(a *eilev1.Application, p *eilev1.Person) []byte {
	d := newDigest("application")
	d.texts(a.GetReference(), a.GetList(), a.GetRegisteredAt(), a.GetRegisterNumber())
	members := a.GetHousehold().GetMembers()
	d.number(int64(len(members)))
	for _, m := range members {
		d.number(int64(m.GetRelation()), int64(m.GetSex()), int64(m.GetPartnerOf()))
		d.date(m.GetBirthDate())
		d.facts(m.GetAttributes())
	}
	d.list(a.GetDistricts())
	d.facts(a.GetAttributes())
	d.texts(p.GetGivenName(), p.GetFamilyName(), p.GetPersonalCode(), p.GetEmail(), p.GetPhone(), p.GetAddress(), p.GetLanguage())
	d.number(int64(p.GetChannel()))
	return d.sum()
}

// UnitDigest returns the SHA-256 of what a row of units.csv says, as Digest does.
func UnitDigest(u *eilev1.Unit) []byte {
	d := newDigest("unit")
	d.texts(u.GetReference(), u.GetDistrict(), u.GetAddress(), u.GetEarmark())
	d.number(int64(u.GetStatus()), int64(u.GetTenure()))
	if u == nil {
		u = &eilev1.Unit{}
	}
	d.optional(u.Rooms != nil, func() { d.number(int64(u.GetRooms())) })
	d.optional(u.Floor != nil, func() { d.number(int64(u.GetFloor())) })
	d.optional(u.WearPercent != nil, func() { d.number(int64(u.GetWearPercent())) })
	d.optional(u.Lift != nil, func() { d.truth(u.GetLift()) })
	d.optional(u.Adapted != nil, func() { d.truth(u.GetAdapted()) })
	d.optional(u.GetAreaSqm() != nil, func() { d.decimal(u.GetAreaSqm()) })
	d.date(u.GetLease().GetEndsOn())
	d.optional(u.GetAmenities() != nil, func() {
		present := slices.Sorted(slices.Values(u.GetAmenities().GetPresent()))
		d.number(int64(len(present)))
		for _, a := range present {
			d.number(int64(a))
		}
	})
	d.facts(u.GetAttributes())
	return d.sum()
}

// InspectionDigest returns the SHA-256 of what a row of inspections.csv says, as Digest does.
func InspectionDigest(i *eilev1.Inspection) []byte {
	d := newDigest("inspection")
	d.texts(i.GetUnit(), i.GetInspector())
	d.date(i.GetInspectedOn())
	d.optional(i != nil && i.Score != nil, func() { d.number(int64(i.GetScore())) })
	d.list(slices.Sorted(slices.Values(i.GetHazards())))
	d.facts(i.GetAttributes())
	return d.sum()
}

// digest hashes values so that no two sequences of values give the same bytes: texts and lists
// carry their length, and what may be absent a mark.
type digest struct {
	buf []byte
}

func newDigest(kind string) *digest {
	d := &digest{buf: make([]byte, 0, 512)}
	d.texts("eile/table/v1", kind)
	return d
}

func (d *digest) sum() []byte {
	sum := sha256.Sum256(d.buf)
	return sum[:]
}

func (d *digest) number(numbers ...int64) {
	for _, n := range numbers {
		d.buf = binary.AppendVarint(d.buf, n)
	}
}

func (d *digest) truth(b bool) {
	if b {
		d.number(1)
	} else {
		d.number(0)
	}
}

func (d *digest) texts(texts ...string) {
	for _, s := range texts {
		d.number(int64(len(s)))
		d.buf = append(d.buf, s...)
	}
}

func (d *digest) list(texts []string) {
	d.number(int64(len(texts)))
	d.texts(texts...)
}

func (d *digest) optional(there bool, write func()) {
	d.truth(there)
	if there {
		write()
	}
}

func (d *digest) date(v *date.Date) {
	d.number(int64(v.GetYear()), int64(v.GetMonth()), int64(v.GetDay()))
}

// decimal hashes the value, without the zeros at its end.
func (d *digest) decimal(v *eilev1.Decimal) {
	least := number.Of(v).Reduced()
	d.number(least.Units, int64(least.Scale))
}

func (d *digest) facts(facts map[string]*eilev1.Fact) {
	d.number(int64(len(facts)))
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		d.texts(name)
		switch v := facts[name].GetValue().(type) {
		case *eilev1.Fact_BoolValue:
			d.number(int64(Bool))
			d.truth(v.BoolValue)
		case *eilev1.Fact_IntValue:
			d.number(int64(Int), v.IntValue)
		case *eilev1.Fact_DecimalValue:
			d.number(int64(Decimal))
			d.decimal(v.DecimalValue)
		case *eilev1.Fact_StringValue:
			d.number(int64(String))
			d.texts(v.StringValue)
		case *eilev1.Fact_DateValue:
			d.number(int64(Date))
			d.date(v.DateValue)
		default:
			d.number(0)
		}
	}
}
