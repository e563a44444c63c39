package form

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/eile-housing/eile/policy/words"
)

// NoOutput finds every field of a message that only the service sets.
func NoOutput(given proto.Message) error {
	reflected := given.ProtoReflect()
	return outputs("", reflected, reflected.Type().Zero()).err()
}

// SameOutput finds every field that only the service sets and that is not as the
// service shows it. Who reads a record, edits it and sends it back has them all.
func SameOutput(prefix string, given, shown proto.Message) error {
	return outputs(prefix, given.ProtoReflect(), shown.ProtoReflect()).err()
}

// outputs compares what is given of output fields with what is shown, down to the
// fields of fields. Members of a list are compared in their order.
func outputs(prefix string, given, shown protoreflect.Message) Faults {
	var faults Faults
	for _, field := range carriersOf(given.Descriptor()) {
		if !given.Has(field) {
			continue
		}
		name, value := prefix+field.TextName(), given.Get(field)
		switch {
		case isOutput(field):
			if !shown.Has(field) || !value.Equal(shown.Get(field)) {
				faults = append(faults, Fault{name, words.Reason("OUTPUT_ONLY")})
			}
		case field.IsList():
			faults = append(faults, listOutputs(name, value.List(), shown.Get(field).List())...)
		case field.IsMap():
			faults = append(faults, mapOutputs(name, value.Map(), shown.Get(field).Map())...)
		default:
			faults = append(faults, outputs(name+".", value.Message(), shown.Get(field).Message())...)
		}
	}
	return faults
}

func listOutputs(name string, given, shown protoreflect.List) Faults {
	var faults Faults
	for i := range given.Len() {
		one := given.Get(i).Message()
		other := one.Type().Zero()
		if i < shown.Len() {
			other = shown.Get(i).Message()
		}
		faults = append(faults, outputs(fmt.Sprintf("%s[%d].", name, i+1), one, other)...)
	}
	return faults
}

func mapOutputs(name string, given, shown protoreflect.Map) Faults {
	var faults Faults
	given.Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
		other := value.Message().Type().Zero()
		if shown.Has(key) {
			other = shown.Get(key).Message()
		}
		faults = append(faults, outputs(fmt.Sprintf("%s.%v.", name, key), value.Message(), other)...)
		return true
	})
	slices.SortFunc(faults, func(a, b Fault) int { return cmp.Compare(a.Field, b.Field) })
	return faults
}

// isOutput tells whether only the service sets a field.
func isOutput(field protoreflect.FieldDescriptor) bool {
	return behaves(field, annotations.FieldBehavior_OUTPUT_ONLY)
}

func behaves(field protoreflect.FieldDescriptor, as annotations.FieldBehavior) bool {
	behaviours, _ := proto.GetExtension(field.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	return slices.Contains(behaviours, as)
}

// carriers are, of each kind of message, the fields that are output only or have
// such fields below them: of protoreflect.FullName to []protoreflect.FieldDescriptor.
var carriers sync.Map

func carriersOf(kind protoreflect.MessageDescriptor) []protoreflect.FieldDescriptor {
	if known, ok := carriers.Load(kind.FullName()); ok {
		return known.([]protoreflect.FieldDescriptor)
	}
	var found []protoreflect.FieldDescriptor
	for i := range kind.Fields().Len() {
		if field := kind.Fields().Get(i); carries(field, map[protoreflect.FullName]bool{}) {
			found = append(found, field)
		}
	}
	carriers.Store(kind.FullName(), found)
	return found
}

// carries tells whether a field is output only or has such a field below it; seen
// are the kinds of message that are being looked at.
func carries(field protoreflect.FieldDescriptor, seen map[protoreflect.FullName]bool) bool {
	if isOutput(field) {
		return true
	}
	inner := field.Message()
	if field.IsMap() {
		inner = field.MapValue().Message()
	}
	if inner == nil || seen[inner.FullName()] {
		return false
	}
	seen[inner.FullName()] = true
	for i := range inner.Fields().Len() {
		if carries(inner.Fields().Get(i), seen) {
			return true
		}
	}
	return false
}
