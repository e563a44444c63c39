package table

import (
	"bytes"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// full is an application with every field that a file can set.
func full() (*eilev1.Application, *eilev1.Person) {
	return &eilev1.Application{
			Reference: "A", List: "general", RegisteredAt: "2015-03-01", RegisterNumber: "7", Districts: []string{"x", "y"},
			Household: &eilev1.Household{Members: []*eilev1.Member{
				{Relation: eilev1.Relation_RELATION_SELF, Sex: eilev1.Sex_SEX_MALE, BirthDate: on("1985-02-03").Proto(), PartnerOf: 2},
			}},
			Attributes: map[string]*eilev1.Fact{
				"b": {Value: &eilev1.Fact_BoolValue{BoolValue: true}}, "i": {Value: &eilev1.Fact_IntValue{IntValue: 1}},
				"d": {Value: &eilev1.Fact_DecimalValue{DecimalValue: &eilev1.Decimal{Units: 125, Scale: 1}}},
				"s": {Value: &eilev1.Fact_StringValue{StringValue: "text"}}, "t": {Value: &eilev1.Fact_DateValue{DateValue: today.Proto()}},
			},
		}, &eilev1.Person{
			GivenName: "a", FamilyName: "b", PersonalCode: "c", Email: "d", Phone: "e", Address: "f", Language: "lt",
			Channel: eilev1.Channel_CHANNEL_WEB,
		}
}

func fullUnit() *eilev1.Unit {
	return &eilev1.Unit{
		Reference: "U", Status: eilev1.UnitStatus_UNIT_STATUS_LET, District: "x", Address: "y", Rooms: proto.Int32(2),
		AreaSqm: &eilev1.Decimal{Units: 455, Scale: 1}, Floor: proto.Int32(3), Lift: proto.Bool(true), Adapted: proto.Bool(true),
		Tenure: eilev1.Tenure_TENURE_RENTED_IN, Lease: &eilev1.Lease{EndsOn: today.Proto()}, WearPercent: proto.Int32(5),
		Amenities: &eilev1.Amenities{Present: []eilev1.Amenity{eilev1.Amenity_AMENITY_GAS}}, Earmark: "large",
		Attributes: map[string]*eilev1.Fact{"b": {Value: &eilev1.Fact_BoolValue{BoolValue: true}}},
	}
}

func fullInspection() *eilev1.Inspection {
	return &eilev1.Inspection{
		Unit: "U", InspectedOn: today.Proto(), Inspector: "x", Score: proto.Int32(5), Hazards: []string{"damp"},
		Attributes: map[string]*eilev1.Fact{"b": {Value: &eilev1.Fact_BoolValue{BoolValue: true}}},
	}
}

// cleared returns copies of a message, each without one of its fields, at any depth, by the path of
// that field.
func cleared(root proto.Message) map[string]proto.Message {
	copies := map[string]proto.Message{}
	// at finds the message whose fields are cleared, in a copy of the root.
	var walk func(path string, at func(protoreflect.Message) protoreflect.Message)
	walk = func(path string, at func(protoreflect.Message) protoreflect.Message) {
		at(root.ProtoReflect()).Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			name := path + "." + string(field.Name())
			c := proto.Clone(root)
			at(c.ProtoReflect()).Clear(field)
			copies[name] = c
			switch {
			case field.IsMap():
				v.Map().Range(func(k protoreflect.MapKey, _ protoreflect.Value) bool {
					walk(name+"."+k.String(), func(m protoreflect.Message) protoreflect.Message { return at(m).Get(field).Map().Get(k).Message() })
					return true
				})
			case field.IsList() && field.Message() != nil:
				walk(name, func(m protoreflect.Message) protoreflect.Message { return at(m).Get(field).List().Get(0).Message() })
			case !field.IsList() && field.Message() != nil:
				walk(name, func(m protoreflect.Message) protoreflect.Message { return at(m).Get(field).Message() })
			}
			return true
		})
	}
	walk(string(root.ProtoReflect().Descriptor().Name()), func(m protoreflect.Message) protoreflect.Message { return m })
	return copies
}

func TestDigestSeesEveryField(t *testing.T) {
	a, p := full()
	seen := map[string]string{}
	check := func(path string, sum []byte) {
		before, ok := seen[string(sum)]
		// Clearing the only field of a message and the message itself can say the same.
		if ok && !strings.HasPrefix(before, path+".") && !strings.HasPrefix(path, before+".") {
			t.Errorf("without %s the digest is that of %s", path, before)
		}
		seen[string(sum)] = path
	}
	check("full application", Digest(a, p))
	for path, c := range cleared(a) {
		check(path, Digest(c.(*eilev1.Application), p))
	}
	for path, c := range cleared(p) {
		check(path, Digest(a, c.(*eilev1.Person)))
	}
	check("full unit", UnitDigest(fullUnit()))
	for path, c := range cleared(fullUnit()) {
		check(path, UnitDigest(c.(*eilev1.Unit)))
	}
	check("full inspection", InspectionDigest(fullInspection()))
	for path, c := range cleared(fullInspection()) {
		check(path, InspectionDigest(c.(*eilev1.Inspection)))
	}
	if len(seen) < 50 {
		t.Errorf("only %d digests were compared", len(seen))
	}
}

func TestDigestOfEqualValues(t *testing.T) {
	a, p := full()
	want := Digest(a, p)
	a.Attributes["d"] = &eilev1.Fact{Value: &eilev1.Fact_DecimalValue{DecimalValue: &eilev1.Decimal{Units: 12500, Scale: 3}}}
	if !bytes.Equal(Digest(a, p), want) {
		t.Error("12.500 and 12.5 differ")
	}
	a.Position, a.Etag, a.Status = 5, "x", eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
	if !bytes.Equal(Digest(a, p), want) {
		t.Error("the digest depends on fields that no file sets")
	}
	if !bytes.Equal(Digest(a, nil), Digest(a, &eilev1.Person{})) || !bytes.Equal(Digest(nil, p), Digest(&eilev1.Application{}, p)) ||
		!bytes.Equal(UnitDigest(nil), UnitDigest(&eilev1.Unit{})) || !bytes.Equal(InspectionDigest(nil), InspectionDigest(&eilev1.Inspection{})) {
		t.Error("nil and empty differ")
	}
	if bytes.Equal(Digest(&eilev1.Application{Reference: "AB"}, nil), Digest(&eilev1.Application{Reference: "A", List: "B"}, nil)) {
		t.Error("texts run into one another")
	}
	unassessed, none := &eilev1.Unit{Reference: "U"}, &eilev1.Unit{Reference: "U", Amenities: &eilev1.Amenities{}}
	if bytes.Equal(UnitDigest(unassessed), UnitDigest(none)) {
		t.Error("no amenities and none assessed are the same")
	}
}

// sheets draws files that say one row: its columns in any order, with or without those whose cells
// are empty, each cell quoted or bare, by either line end, with or without a mark before it.
func sheets(t *rapid.T, cells map[string]string, name string) string {
	columns := slices.DeleteFunc(slices.Sorted(maps.Keys(cells)), func(column string) bool {
		return cells[column] == "" && rapid.Bool().Draw(t, name+" without "+column)
	})
	columns = rapid.Permutation(columns).Draw(t, name)
	header, row := make([]string, len(columns)), make([]string, len(columns))
	for i, column := range columns {
		header[i], row[i] = column, cells[column]
		if strings.ContainsAny(row[i], "\",\n") || rapid.Bool().Draw(t, name+" quotes "+column) {
			row[i] = `"` + strings.ReplaceAll(row[i], `"`, `""`) + `"`
		}
	}
	end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, name+" end")
	mark := rapid.SampledFrom([]string{"", "\ufeff"}).Draw(t, name+" mark")
	return mark + strings.Join(header, ",") + end + strings.Join(row, ",") + end
}

// digestOf reads the digest of the only row of a sheet.
func digestOf(t *rapid.T, sheet string) string {
	o := options
	o.Hazards = []string{"damp", "mould"}
	sum := ""
	note := func(got []byte, fault *Fault) {
		if fault != nil || sum != "" {
			t.Fatalf("%v in %q", fault, sheet)
		}
		sum = hex.EncodeToString(got)
	}
	switch header, _, _ := strings.Cut(sheet, "\n"); {
	case strings.Contains(header, "members"):
		for row, fault := range Applications(strings.NewReader(sheet), o) {
			note(Digest(row.Application, row.Person), fault)
		}
	case strings.Contains(header, "inspected_on"):
		for row, fault := range Inspections(strings.NewReader(sheet), o) {
			note(InspectionDigest(row.Inspection), fault)
		}
	default:
		for row, fault := range Units(strings.NewReader(sheet), Options{Today: today, Now: o.Now}) {
			note(UnitDigest(row.Unit), fault)
		}
	}
	return sum
}

// TestDigestIsOfWhatARowSays: the same cells have one digest however a program saved them, and
// another one as soon as a cell says something else.
func TestDigestIsOfWhatARowSays(t *testing.T) {
	for _, cells := range []map[string]string{
		{"reference": "A", "registered_at": "2015-03-01", "members": "self/F/1985-02-03;child/M/", "given_name": "Ona", "family_name": "",
			"address": "Gatvė\n\"1\", Vilnius", "districts": "Centras;Antakalnis", "net_income_cents": "100", "email": "", "phone": "+370", "language": ""},
		{"reference": "U", "rooms": "2", "area_sqm": "45.50", "floor": "", "lift": "true", "tenure": "rented_in", "lease_ends_on": "2028-02-29",
			"wear_percent": "", "amenities": "cold_water;kitchen", "district": "", "status": "let", "address": "Gatvė 1, \"Vilnius\""},
		{"unit": "U", "inspected_on": "2026-11-21", "inspector": "Jonas, \"J\"", "score": "", "hazards": "damp;mould"},
	} {
		rapid.Check(t, func(t *rapid.T) {
			want := digestOf(t, sheets(t, cells, "first"))
			if got := digestOf(t, sheets(t, cells, "second")); got != want {
				t.Fatalf("one row has the digests %s and %s", got, want)
			}
			column := rapid.SampledFrom([]string{"given_name", "email", "phone", "rooms", "wear_percent", "inspector", "score"}).Draw(t, "column")
			if _, has := cells[column]; !has {
				return
			}
			other := maps.Clone(cells)
			if other[column] = "7"; cells[column] == "" && rapid.Bool().Draw(t, "empty") {
				other[column] = ""
			}
			if got := digestOf(t, sheets(t, other, "third")); (got == want) != (other[column] == cells[column]) {
				t.Fatalf("%s %q has the digest of %q", column, other[column], cells[column])
			}
		})
	}
}

// TestDigestIsStable holds the bytes themselves: stored digests are compared with those of later
// versions.
func TestDigestIsStable(t *testing.T) {
	a, p := full()
	for want, got := range map[string][]byte{
		"788db67a825915c0bcdcd0b29e2e32123c2d506f9b9241e1a73b52f281df8edb": Digest(a, p),
		"d03a1e4a27cbc718137d3a4078993e921a2e6c14dc216b87a3804c1b4c19f3cc": UnitDigest(fullUnit()),
		"16aa94972b01e66bc4e61a97622dbec6a25c6b8bdb9265dbfea055b7374d3041": InspectionDigest(fullInspection()),
	} {
		if hex.EncodeToString(got) != want {
			t.Errorf("digest is %x, want %s", got, want)
		}
	}
}
