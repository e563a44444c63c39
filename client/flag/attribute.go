package flag

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Attributes are the values of --attr NAME=VALUE, which may be given many times. The types belong
// to the policy in force, which this program does not know: every value goes out as text, and the
// server reads it as the policy declares, as it reads a cell of a file.
type Attributes map[string]string

// NewAttributes adds the flag.
func NewAttributes(flags *pflag.FlagSet) Attributes {
	given := Attributes{}
	flags.Var(&value{kind: "attribute", read: given.add}, "attr",
		"attribute that the policy declares, `NAME=VALUE`; NAME= is unset; repeat for more")
	return given
}

func (a Attributes) add(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return errors.New("must be NAME=VALUE")
	}
	if _, twice := a[name]; twice {
		return fmt.Errorf("attribute %s is given twice", name)
	}
	a[name] = value
	return nil
}

// Facts are the attributes that have a value; an empty one is unset, like an empty cell.
func (a Attributes) Facts() map[string]*eilev1.Fact {
	facts := map[string]*eilev1.Fact{}
	for name, value := range a {
		if value != "" {
			facts[name] = &eilev1.Fact{Value: &eilev1.Fact_StringValue{StringValue: value}}
		}
	}
	return facts
}

// paths are the update_mask paths of every attribute that was named, also of those to clear.
func (a Attributes) paths() []string {
	var paths []string
	for name := range a {
		paths = append(paths, "attributes."+name)
	}
	return paths
}
