package server_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// outputFields are those of a kind of record that only the service sets.
func outputFields(record proto.Message) (found []protoreflect.FieldDescriptor) {
	fields := record.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		behaviours := proto.GetExtension(fields.Get(i).Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
		if slices.Contains(behaviours, annotations.FieldBehavior_OUTPUT_ONLY) {
			found = append(found, fields.Get(i))
		}
	}
	return found
}

// alter makes a field another than it is.
func alter(message protoreflect.Message, field protoreflect.FieldDescriptor) {
	switch {
	case field.IsList():
		list := message.Mutable(field).List()
		if field.Message() != nil && list.Len() > 0 {
			one := list.Get(0).Message()
			alter(one, one.Descriptor().Fields().Get(0))
			return
		}
		if field.Message() == nil {
			list.Append(protoreflect.ValueOfString("altered"))
			return
		}
		one := list.AppendMutable().Message()
		alter(one, one.Descriptor().Fields().Get(0))
	case field.Message() != nil:
		inner := message.Mutable(field).Message()
		alter(inner, inner.Descriptor().Fields().Get(0))
	case field.Kind() == protoreflect.StringKind:
		message.Set(field, protoreflect.ValueOfString(message.Get(field).String()+"X"))
	case field.Kind() == protoreflect.BytesKind:
		message.Set(field, protoreflect.ValueOfBytes(append(message.Get(field).Bytes(), 1)))
	case field.Kind() == protoreflect.EnumKind:
		message.Set(field, protoreflect.ValueOfEnum(1+message.Get(field).Enum()%2))
	case field.Kind() == protoreflect.Int64Kind:
		message.Set(field, protoreflect.ValueOfInt64(message.Get(field).Int()+1))
	default:
		message.Set(field, protoreflect.ValueOfInt32(int32(message.Get(field).Int()+1)))
	}
}

// named tells whether an error names a field, or what is below it, as wrong.
func named(err error, field string) bool {
	for _, detail := range status.Convert(err).Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			return slices.ContainsFunc(bad.GetFieldViolations(), func(v *errdetails.BadRequest_FieldViolation) bool { return strings.HasPrefix(v.GetField(), field) })
		}
	}
	return false
}

// busy is a town in which an application and two homes have most of what there is.
func busy(t *testing.T) *town {
	w := openTown(t, "2026-01-01", "mode: fill\n")
	w.waits("A", "2019-01-01", 2)
	w.waits("B", "2019-01-02", 9)
	w.home("U-1", 2, nil)
	w.home("U-2", 2, nil)
	ask(w, w.units.InspectUnit, &eilev1.InspectUnitRequest{Inspection: &eilev1.Inspection{Unit: "U-1", InspectedOn: dayOf("2026-01-01"), Score: new(int32(5))}})
	w.night("2026-01-02")
	return w
}

// What a client read it may send back as it is, in any language; whatever it
// changed of what only the service sets is refused by name, and nothing is changed.
func TestReadEditSendBack(t *testing.T) {
	t.Parallel()
	w := busy(t)
	for _, lang := range []string{"en", "lt"} {
		ctx := metadata.AppendToOutgoingContext(w.Context(), "accept-language", lang)
		for _, reference := range []string{"A", "B"} {
			read, err := w.applications.GetApplication(ctx, &eilev1.GetApplicationRequest{Reference: reference})
			if err != nil {
				t.Fatal(err)
			}
			sendsBack(t, read, func(record proto.Message) error {
				_, err := w.applications.AmendApplication(ctx, &eilev1.AmendApplicationRequest{
					Application: record.(*eilev1.Application), UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"districts"}},
				})
				return err
			}, "application.")
		}
		for _, reference := range []string{"U-1", "U-2"} {
			read, err := w.units.GetUnit(ctx, &eilev1.GetUnitRequest{Reference: reference})
			if err != nil {
				t.Fatal(err)
			}
			sendsBack(t, read, func(record proto.Message) error {
				_, err := w.units.AmendUnit(ctx, &eilev1.AmendUnitRequest{
					Unit: record.(*eilev1.Unit), UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"district"}},
				})
				return err
			}, "unit.")
		}
	}
}

// sendsBack amends a record with one output field altered, for each of them, and
// then as it was read.
func sendsBack(t *testing.T, read proto.Message, amend func(proto.Message) error, prefix string) {
	t.Helper()
	for _, field := range outputFields(read) {
		sent := proto.Clone(read)
		alter(sent.ProtoReflect(), field)
		if err := amend(sent); !named(err, prefix+field.TextName()) {
			t.Errorf("%s altered: %v", field.FullName(), err)
		}
	}
	if err := amend(read); err != nil {
		t.Errorf("sent back as it was read: %v", err)
	}
}

// The answer to Register has a code that is told once; it may come back too.
func TestRegisteredSentBack(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: fill\n")
	facts := map[string]*eilev1.Fact{"size": {Value: &eilev1.Fact_IntValue{IntValue: 2}}}
	registered := ask(w, w.applications.RegisterApplication, &eilev1.RegisterApplicationRequest{Application: &eilev1.Application{Reference: "A", Attributes: facts}})
	ask(w, w.applications.AmendApplication, &eilev1.AmendApplicationRequest{Application: registered, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"districts"}}})
}

// What only the service sets is refused of what is new, each field by name.
func TestNewRecordsHaveNoOutput(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: fill\n")
	w.home("U-1", 2, nil)
	facts := map[string]*eilev1.Fact{"size": {Value: &eilev1.Fact_IntValue{IntValue: 2}}}
	application := &eilev1.Application{Reference: "A", Attributes: facts}
	isNew(t, application, "application.", func(record *eilev1.Application) error {
		_, err := w.applications.RegisterApplication(w.Context(), &eilev1.RegisterApplicationRequest{Application: record})
		return err
	})
	isNew(t, &eilev1.Unit{Reference: "U-2"}, "unit.", func(record *eilev1.Unit) error {
		_, err := w.units.RegisterUnit(w.Context(), &eilev1.RegisterUnitRequest{Unit: record})
		return err
	})
	isNew(t, &eilev1.Inspection{Unit: "U-1", InspectedOn: dayOf("2026-01-01")}, "inspection.", func(record *eilev1.Inspection) error {
		_, err := w.units.InspectUnit(w.Context(), &eilev1.InspectUnitRequest{Inspection: record})
		return err
	})
}

// isNew sends a record with one output field or an etag set, for each of them, and
// then as it is.
func isNew[M proto.Message](t *testing.T, record M, prefix string, send func(M) error) {
	t.Helper()
	fields := outputFields(record)
	if etag := record.ProtoReflect().Descriptor().Fields().ByName("etag"); etag != nil {
		fields = append(fields, etag)
	}
	for _, field := range fields {
		sent := proto.CloneOf(record)
		alter(sent.ProtoReflect(), field)
		if err := send(sent); !named(err, prefix+field.TextName()) {
			t.Errorf("%s given: %v", field.FullName(), err)
		}
	}
	if err := send(record); err != nil {
		t.Errorf("without: %v", err)
	}
}
