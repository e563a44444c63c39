package rpc

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/form"
	told "github.com/eile-housing/eile/server/words"
)

// Every rule that stands in the proto is told in every language, in words of ours, with its bounds.
func TestEveryRuleOfTheProtoIsTold(t *testing.T) {
	t.Parallel()
	validator, err := protovalidate.New()
	if err != nil {
		t.Fatal(err)
	}
	broken := map[string]bool{}
	for message := range wrongMessages() {
		found, ok := errors.AsType[*protovalidate.ValidationError](validator.Validate(message))
		if !ok {
			continue
		}
		for _, violation := range found.Violations {
			id := violation.Proto.GetRuleId()
			reason := ruleBroken(violation)
			en, lt := told.Sentence("en", reason, nil), told.Sentence("lt", reason, nil)
			if len(reason.GetTexts()) > 0 || en == lt || slices.Contains([]string{en, lt}, reason.GetCode()) || strings.Contains(en+lt, "<no value>") {
				t.Errorf("%s of %s is told %q and %q", id, protovalidate.FieldPathString(violation.Proto.GetField()), en, lt)
			}
			if code := strings.ToUpper(strings.ReplaceAll(id, ".", "_")); !strings.HasPrefix(code, reason.GetCode()) {
				t.Errorf("%s has the code %s", id, reason.GetCode())
			}
			broken[id] = true
		}
	}
	if want := 16; len(broken) < want {
		t.Errorf("%d kinds of rules were broken, want %d: %v", len(broken), want, slices.Sorted(maps.Keys(broken)))
	}
}

// A bound is told as the proto has it.
func TestRulesAreToldWithTheirBounds(t *testing.T) {
	t.Parallel()
	validator, err := protovalidate.New()
	if err != nil {
		t.Fatal(err)
	}
	unit := &eilev1.Unit{Reference: "U 1", Rooms: new(int32(0)), WearPercent: new(int32(101)), District: strings.Repeat("ž", 201)}
	faults, ok := errors.AsType[form.Faults](rules{validator}.hold(&eilev1.RegisterUnitRequest{Unit: unit}))
	if !ok {
		t.Fatal("a wrong home is taken")
	}
	for _, want := range []string{
		"unit.reference: turi būti sudaryta iš 1–64 ženklų", "unit.rooms: turi būti nuo 1 iki 100",
		"unit.wear_percent: turi būti nuo 0 iki 100", "unit.district: per ilga reikšmė: daugiausia ženklų – 100",
	} {
		if got := faults.In("lt"); !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
}

// wrongMessages are messages of every kind of the API with one field wrong in each way that a rule
// could mind.
func wrongMessages() func(func(proto.Message) bool) {
	return func(yield func(proto.Message) bool) {
		protoregistry.GlobalTypes.RangeMessages(func(kind protoreflect.MessageType) bool {
			if kind.Descriptor().ParentFile().Package() != "eile.v1" {
				return true
			}
			fields := kind.Descriptor().Fields()
			for i := range fields.Len() {
				for _, message := range wrongIn(kind, fields.Get(i)) {
					if !yield(message) {
						return false
					}
				}
			}
			return yield(kind.New().Interface())
		})
	}
}

func wrongIn(kind protoreflect.MessageType, fd protoreflect.FieldDescriptor) (messages []proto.Message) {
	set := func(fill func(protoreflect.Message)) {
		m := kind.New()
		fill(m)
		messages = append(messages, m.Interface())
	}
	long := 2000
	if !fd.IsList() {
		long = 1 << 20
	}
	values := wrongValues(fd, long)
	switch {
	case fd.IsMap():
		set(func(m protoreflect.Message) {
			for i := range 300 {
				key := protoreflect.ValueOfString(strings.Repeat("k", i)).MapKey()
				m.Mutable(fd).Map().Set(key, m.Mutable(fd).Map().NewValue())
			}
		})
	case fd.IsList():
		for _, value := range values {
			for _, many := range []int{1, 2, 1100} {
				set(func(m protoreflect.Message) {
					for range many {
						m.Mutable(fd).List().Append(value)
					}
				})
			}
		}
	default:
		for _, value := range values {
			set(func(m protoreflect.Message) { m.Set(fd, value) })
		}
	}
	return messages
}

func wrongValues(fd protoreflect.FieldDescriptor, long int) (values []protoreflect.Value) {
	switch fd.Kind() {
	case protoreflect.StringKind:
		for _, text := range []string{"", "!", strings.Repeat("a", long)} {
			values = append(values, protoreflect.ValueOfString(text))
		}
	case protoreflect.BytesKind:
		values = append(values, protoreflect.ValueOfBytes(make([]byte, 2<<20)))
	case protoreflect.Int32Kind:
		values = append(values, protoreflect.ValueOfInt32(-100), protoreflect.ValueOfInt32(1<<30))
	case protoreflect.Int64Kind:
		values = append(values, protoreflect.ValueOfInt64(-100), protoreflect.ValueOfInt64(1<<60))
	case protoreflect.EnumKind:
		values = append(values, protoreflect.ValueOfEnum(0), protoreflect.ValueOfEnum(999))
	default:
	}
	return values
}
