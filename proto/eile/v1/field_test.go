package eilev1_test

import (
	"slices"
	"strings"
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// fields yields every field of every message of the package.
func fields(yield func(protoreflect.FieldDescriptor) bool) {
	files := eilev1.File_eile_v1_application_proto.Package()
	protoregistry.GlobalFiles.RangeFilesByPackage(files, func(file protoreflect.FileDescriptor) bool {
		return fieldsOf(file.Messages(), yield)
	})
}

func fieldsOf(messages protoreflect.MessageDescriptors, yield func(protoreflect.FieldDescriptor) bool) bool {
	for i := range messages.Len() {
		message := messages.Get(i)
		if message.IsMapEntry() {
			continue
		}
		for j := range message.Fields().Len() {
			if !yield(message.Fields().Get(j)) {
				return false
			}
		}
		if !fieldsOf(message.Messages(), yield) {
			return false
		}
	}
	return true
}

func behaviours(field protoreflect.FieldDescriptor) []annotations.FieldBehavior {
	return proto.GetExtension(field.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
}

// Each field says who sets it: once, and only what goes together.
func TestFieldBehaviour(t *testing.T) {
	t.Parallel()
	seen := 0
	for field := range fields {
		seen++
		var primary []annotations.FieldBehavior
		for _, behaviour := range behaviours(field) {
			switch behaviour {
			case annotations.FieldBehavior_IMMUTABLE, annotations.FieldBehavior_INPUT_ONLY:
			default:
				primary = append(primary, behaviour)
			}
		}
		if len(primary) != 1 || primary[0] == 0 {
			t.Errorf("%s has the behaviours %v, want one of REQUIRED, OPTIONAL, OUTPUT_ONLY and IDENTIFIER", field.FullName(), behaviours(field))
		}
		if strings.HasSuffix(string(field.Parent().Name()), "Response") && !slices.Contains(primary, annotations.FieldBehavior_OUTPUT_ONLY) {
			t.Errorf("%s is of an answer and not OUTPUT_ONLY", field.FullName())
		}
	}
	if seen < 500 {
		t.Errorf("only %d fields were looked at", seen)
	}
}

// What validation asks for is REQUIRED, and nothing else is.
func TestRequired(t *testing.T) {
	t.Parallel()
	for field := range fields {
		rules := proto.GetExtension(field.Options(), validate.E_Field).(*validate.FieldRules)
		asked := rules.GetRequired() || rules.GetString().GetMinLen() > 0 || rules.GetRepeated().GetMinItems() > 0 || slices.Contains(rules.GetEnum().GetNotIn(), 0)
		if asked && !slices.Contains(behaviours(field), annotations.FieldBehavior_REQUIRED) {
			t.Errorf("%s must be given and is not REQUIRED", field.FullName())
		}
	}
}

// Keys of the register are short: what a request names has a bound.
func TestTextIsBounded(t *testing.T) {
	t.Parallel()
	for field := range fields {
		if field.Kind() != protoreflect.StringKind || !strings.HasSuffix(string(field.Parent().Name()), "Request") {
			continue
		}
		rules := proto.GetExtension(field.Options(), validate.E_Field).(*validate.FieldRules)
		text := rules.GetString()
		if field.IsList() {
			text = rules.GetRepeated().GetItems().GetString()
		}
		if text.GetMaxLen() == 0 && text.GetPattern() == "" && !text.GetUuid() {
			t.Errorf("%s may be of any length", field.FullName())
		}
	}
}

// Lists are asked for and answered in one way.
func TestLists(t *testing.T) {
	t.Parallel()
	seen := 0
	for field := range fields {
		name := string(field.Parent().Name())
		if field.Number() != 1 || !strings.HasPrefix(name, "List") {
			continue
		}
		var want []protoreflect.Name
		switch {
		case strings.HasSuffix(name, "Request"):
			want = []protoreflect.Name{"page_size", "page_token"}
		case strings.HasSuffix(name, "Response"):
			want = []protoreflect.Name{"next_page_token", "total_size", "total_size_is_minimum"}
		}
		for _, wanted := range want {
			seen++
			if field.ContainingMessage().Fields().ByName(wanted) == nil {
				t.Errorf("%s has no %s", name, wanted)
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d fields of lists were looked at", seen)
	}
}
