package render

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/number"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// text is one value as a person writes it.
func text(fd protoreflect.FieldDescriptor, v protoreflect.Value) string {
	switch fd.Kind() {
	case protoreflect.EnumKind:
		if v.Enum() == 0 {
			return ""
		}
		return spell.NameOf(fd.Enum(), v.Enum())
	case protoreflect.BytesKind:
		return fmt.Sprintf("%x", v.Bytes())
	case protoreflect.MessageKind:
		return messageText(v.Message())
	default:
		return v.String()
	}
}

// messageText knows the messages that are one value for a person.
func messageText(m protoreflect.Message) string {
	switch m := m.Interface().(type) {
	case *date.Date:
		return fmt.Sprintf("%04d-%02d-%02d", m.GetYear(), m.GetMonth(), m.GetDay())
	case *timestamppb.Timestamp:
		return m.AsTime().UTC().Format(time.RFC3339)
	case *eilev1.Decimal:
		return number.Of(m).String()
	case *eilev1.Fact:
		return factText(m)
	case *eilev1.Reason:
		return m.GetCode()
	case *eilev1.Amenities:
		return amenitiesText(m)
	case *eilev1.PolicyName:
		return m.GetName() + "@" + m.GetVersion()
	case *eilev1.AuditEntry_Value:
		return valueText(m)
	case *eilev1.Household:
		return table.FormatMembers(m.GetMembers())
	default:
		panic(fmt.Sprintf("%T is not one value: a view must name its fields", m))
	}
}

// valueText is what became of a fact. Of a personal one only that it changed is known.
func valueText(v *eilev1.AuditEntry_Value) string {
	if v.GetFrom() == "" && v.GetTo() == "" {
		return v.GetName()
	}
	return fmt.Sprintf("%s: %s → %s", v.GetName(), cmp.Or(v.GetFrom(), "-"), cmp.Or(v.GetTo(), "-"))
}

// factText is the value of a fact; the type is the policy's affair.
func factText(f *eilev1.Fact) string {
	m := f.ProtoReflect()
	fd := m.WhichOneof(m.Descriptor().Oneofs().ByName("value"))
	if fd == nil {
		return ""
	}
	return text(fd, m.Get(fd))
}

// amenitiesText tells a home without amenities from one where nobody looked, which has no such
// message.
func amenitiesText(a *eilev1.Amenities) string {
	if len(a.GetPresent()) == 0 {
		return "none"
	}
	return cell(a.ProtoReflect(), []string{"present"}, nil)
}

// mapText is "name=value" in order of the names, joined by semicolons.
func mapText(value protoreflect.FieldDescriptor, entries protoreflect.Map) string {
	var cells []string
	for _, key := range spell.Keys(entries) {
		cells = append(cells, key.String()+"="+text(value, entries.Get(key)))
	}
	return strings.Join(cells, ";")
}
