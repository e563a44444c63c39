package audit

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/store/layout"
)

// Values are the facts that a change changed, with what they were and are.
type Values []*eilev1.AuditEntry_Value

// factual are the sorts of record whose facts people change.
var factual = []string{
	layout.Application, layout.Person, layout.Unit, layout.Inspection, layout.Offer, layout.Tenancy, layout.Decision,
	layout.DuplicateDecision, layout.Decommission, layout.Programme,
}

// Factual tells whether the old and the new values of a record are kept.
func Factual(key []byte) bool {
	return slices.ContainsFunc(factual, func(prefix string) bool { return layout.Begins(key, prefix) })
}

// silent are fields that say nothing of a fact: what every change changes, and
// what the rules make of the facts on the day, of which their reasons tell.
var silent = map[protoreflect.Name]bool{
	"etag": true, "policy": true, "import": true, "import_digest": true, "next_due": true, "reasons": true, "missing": true,
	"position": true, "create_time": true, "update_time": true, "recorded_at": true, "texts": true,
}

// Note puts the values of one record in place of those that an earlier step of the
// change noted. Of a person, and of what is being erased, it notes which fields
// changed, never what they hold.
func (v *Values) Note(key string, before, after proto.Message, erased bool) {
	personal := erased || strings.HasPrefix(key, layout.Person)
	*v = slices.DeleteFunc(*v, func(value *eilev1.AuditEntry_Value) bool { return value.GetKey() == key })
	was, is := facts{}, facts{}
	was.message("", before.ProtoReflect())
	is.message("", after.ProtoReflect())
	for _, name := range names(was, is) {
		if was[name] == is[name] {
			continue
		}
		value := &eilev1.AuditEntry_Value{Key: key, Name: name}
		if !personal {
			value.From, value.To = was[name], is[name]
		}
		*v = append(*v, value)
	}
}

func names(was, is facts) (all []string) {
	for name := range was {
		all = append(all, name)
	}
	for name := range is {
		all = append(all, name)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// facts are the texts of the fields of a record by their paths.
type facts map[string]string

func (f facts) message(path string, m protoreflect.Message) {
	if text, whole := asText(m.Interface()); whole {
		f[path] = text
		return
	}
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if !silent[field.Name()] {
			f.field(join(path, string(field.Name())), field, value)
		}
		return true
	})
}

func (f facts) field(path string, field protoreflect.FieldDescriptor, value protoreflect.Value) {
	switch {
	case field.IsMap():
		value.Map().Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
			f.one(join(path, key.String()), field.MapValue(), value)
			return true
		})
	case field.IsList() && field.Kind() != protoreflect.MessageKind:
		texts := make([]string, value.List().Len())
		for i := range texts {
			texts[i] = scalar(field, value.List().Get(i))
		}
		f[path] = strings.Join(texts, ";")
	case field.IsList():
		for i := range value.List().Len() {
			f.message(fmt.Sprintf("%s[%s]", path, place(i, value.List().Get(i).Message())), value.List().Get(i).Message())
		}
	default:
		f.one(path, field, value)
	}
}

func (f facts) one(path string, field protoreflect.FieldDescriptor, value protoreflect.Value) {
	switch {
	case field.Kind() == protoreflect.MessageKind && field.Message().FullName() == fact:
		f.fact(path, value.Message())
	case field.Kind() == protoreflect.MessageKind:
		f.message(path, value.Message())
	default:
		f[path] = scalar(field, value)
	}
}

var fact = (*eilev1.Fact)(nil).ProtoReflect().Descriptor().FullName()

// fact is named as the policy names it: what it says stands under its own name.
func (f facts) fact(path string, m protoreflect.Message) {
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case silent[field.Name()]:
		case field.ContainingOneof() != nil:
			f.one(path, field, value)
		default:
			f.one(join(path, string(field.Name())), field, value)
		}
		return true
	})
}

// place names an element of a list: by its code where it has one, so that one that
// goes does not seem to change those after it; else by its number from 1.
func place(i int, m protoreflect.Message) string {
	if code := m.Descriptor().Fields().ByName("code"); code != nil && m.Get(code).String() != "" {
		return m.Get(code).String()
	}
	return strconv.Itoa(i + 1)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// asText writes messages that people read as one word.
func asText(message proto.Message) (text string, whole bool) {
	switch message := message.(type) {
	case *date.Date:
		return fmt.Sprintf("%04d-%02d-%02d", message.GetYear(), message.GetMonth(), message.GetDay()), true
	case *timestamppb.Timestamp:
		return message.AsTime().Format(time.RFC3339Nano), true
	case *eilev1.Decimal:
		return decimal(message), true
	}
	return "", false
}

func scalar(field protoreflect.FieldDescriptor, value protoreflect.Value) string {
	switch field.Kind() {
	case protoreflect.EnumKind:
		return spell.NameOf(field.Enum(), value.Enum())
	case protoreflect.BytesKind:
		return fmt.Sprintf("%x", value.Bytes())
	default:
		return value.String()
	}
}

func decimal(d *eilev1.Decimal) string {
	number := new(big.Rat).SetFrac(big.NewInt(d.GetUnits()), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.GetScale())), nil))
	return number.FloatString(int(d.GetScale()))
}
