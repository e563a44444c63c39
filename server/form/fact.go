package form

import (
	"maps"
	"slices"

	"github.com/eile-housing/eile/policy/table"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// typeFacts gives facts that came as text the type that the policy declares for
// them, and lists those that it does not know or that are of another type. An
// empty text is unset, as an empty cell of a file is. A fact that is kept as it
// was is not asked for its form again.
func typeFacts(field string, kept, facts map[string]*eilev1.Fact, declared []table.Attribute) Faults {
	var faults Faults
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		at := slices.IndexFunc(declared, func(a table.Attribute) bool { return a.Name == name })
		if at < 0 {
			faults = append(faults, Fault{field + "." + name, words.Reason("UNKNOWN_ATTRIBUTE.undeclared")})
			continue
		}
		text, isText := facts[name].GetValue().(*eilev1.Fact_StringValue)
		if !isText {
			continue // policy.Validate checks the type
		}
		if text.StringValue == "" {
			delete(facts, name)
			continue
		}
		if declared[at].Type == table.String {
			if known := kept[name]; known != nil && known.GetStringValue() == text.StringValue {
				continue
			}
			if err := table.Clean(text.StringValue); err != nil {
				faults = append(faults, Fault{field + "." + name, words.Reason("WRONG_VALUE", words.Text("problem", err.Error()))})
			}
			continue // policy.Validate checks the values
		}
		typed, err := table.ParseFact(declared[at], text.StringValue)
		if err != nil {
			faults = append(faults, Fault{field + "." + name, words.Reason("WRONG_VALUE", words.Text("problem", err.Error()))})
			continue
		}
		typed.EffectiveOn, typed.RecordedAt = facts[name].GetEffectiveOn(), facts[name].GetRecordedAt()
		facts[name] = typed
	}
	return faults
}

// setFact copies one attribute; one that is not given is cleared.
func setFact(into *map[string]*eilev1.Fact, name string, from map[string]*eilev1.Fact) {
	fact, ok := from[name]
	if !ok {
		delete(*into, name)
		return
	}
	if *into == nil {
		*into = map[string]*eilev1.Fact{}
	}
	(*into)[name] = fact
}
