package decision

import (
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// derived are the fields that the rules make of the others, each night anew: approving makes
// them again.
var derived = []protoreflect.Name{
	"etag", "update_time", "eligibility", "reasons", "missing", "need", "need_class", "policy", "proposed_decision", "next_due", "placed_on",
}

// unchanged refuses to approve where what the proposal rests on is no longer as its first person
// saw it, with each difference.
func unchanged(c casework.Change, decision *eilev1.Decision, rests []*eilev1.Proposal_Rest) error {
	changed, err := store.ChangedSince(c.Tx, rests)
	if err != nil {
		return err
	}
	var against casework.Reasons
	if now := c.Rules.Policy.Identity(); !proto.Equal(decision.GetPolicy(), now) {
		against.Add(words.Reason("CHANGED_SINCE_PROPOSED.policy", words.Text("policy", now.GetName()), words.Text("version", now.GetVersion())))
	}
	for _, one := range changed {
		record := []*eilev1.Argument{words.Term("noun", one.Noun), words.Text("id", one.ID)}
		switch {
		case one.Before == nil:
			against.Add(words.Reason("CHANGED_SINCE_PROPOSED", record...))
		case one.Now == nil:
			against.Add(words.Reason("CHANGED_SINCE_PROPOSED.gone", record...))
		default:
			for _, field := range differences(one.Before.ProtoReflect(), one.Now.ProtoReflect()) {
				against.Add(words.Reason("CHANGED_SINCE_PROPOSED.field", append(slices.Clone(record), field...)...))
			}
		}
	}
	return against.Refusal(named(decision))
}

// differences are the fields in which two states of a record differ, each with what it was and
// is where that is no personal data; of facts only their names are told.
func differences(before, now protoreflect.Message) (all [][]*eilev1.Argument) {
	fields := before.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if slices.Contains(derived, field.Name()) || before.Get(field).Equal(now.Get(field)) {
			continue
		}
		name := string(field.Name())
		if field.IsMap() {
			name += "." + strings.Join(changedKeys(before.Get(field).Map(), now.Get(field).Map()), ",")
		}
		all = append(all, []*eilev1.Argument{
			words.Text("field", name), words.Text("before", valueOf(field, before)), words.Text("now", valueOf(field, now)),
		})
	}
	return all
}

// changedKeys are the names of what differs in two maps.
func changedKeys(before, now protoreflect.Map) (names []string) {
	look := func(one, other protoreflect.Map) {
		one.Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
			if !other.Has(key) || !value.Equal(other.Get(key)) {
				names = append(names, key.String())
			}
			return true
		})
	}
	look(before, now)
	look(now, before)
	slices.Sort(names)
	return slices.Compact(names)
}

// references are the texts that name something of the register, or say when.
var references = []protoreflect.Name{
	"list", "registered_at", "open_offer", "reserved_tenancy", "application", "unit", "tenancy", "run", "basis",
}

// valueOf is a field as a difference tells it.
func valueOf(field protoreflect.FieldDescriptor, of protoreflect.Message) string {
	switch value := of.Get(field); {
	case !of.Has(field):
		return "–"
	case field.IsList(), field.IsMap(), field.Kind() == protoreflect.BytesKind:
		return "…"
	case field.Enum() != nil:
		return spell.NameOf(field.Enum(), value.Enum())
	case field.Message() != nil:
		return dayOf(value.Message().Interface())
	case field.Kind() == protoreflect.StringKind && !slices.Contains(references, field.Name()):
		return "…"
	default:
		return value.String()
	}
}

// dayOf is a date; of any other message nothing is told.
func dayOf(message proto.Message) string {
	on, isDate := message.(*date.Date)
	if day, ok := casework.DayOf(on); isDate && ok {
		return day.String()
	}
	return "…"
}
