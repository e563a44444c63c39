package flag

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
	"google.golang.org/protobuf/reflect/protoreflect"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// enum is a generated enumeration.
type enum interface {
	~int32
	protoreflect.Enum
}

// EnumVar adds a flag that is a value of an enumeration by its name without the prefix, in any
// case. An empty one is unset.
func EnumVar[E enum](flags *pflag.FlagSet, to *E, name, usage string) {
	flags.Var(&value{kind: "name", read: func(text string) error {
		*to = 0
		if text == "" {
			return nil
		}
		var err error
		*to, err = parseEnum[E](text)
		return err
	}, choices: enumNames[E]()}, name, usage+": "+strings.Join(enumNames[E](), " "))
}

func parseEnum[E enum](text string) (E, error) {
	text = strings.ReplaceAll(strings.ToUpper(text), "-", "_")
	values := E(0).Descriptor().Values()
	for i := 1; i < values.Len(); i++ {
		found := E(values.Get(i).Number())
		if text == string(values.Get(i).Name()) || text == spell.Name(found) {
			return found, nil
		}
	}
	return 0, fmt.Errorf("must be one of %s", strings.Join(enumNames[E](), " "))
}

func enumNames[E enum]() []string {
	values := E(0).Descriptor().Values()
	var names []string
	for i := 1; i < values.Len(); i++ {
		names = append(names, spell.Name(E(values.Get(i).Number())))
	}
	return names
}

// amenitiesVar adds the flag of amenities: none is assessed and found lacking, an empty one is not
// assessed.
func amenitiesVar(flags *pflag.FlagSet, to **eilev1.Amenities) {
	usage := "`AMENITIES` parted by semicolons, or none: " + strings.ToLower(strings.Join(enumNames[eilev1.Amenity](), " "))
	flags.Var(&value{kind: "list", read: unsettable(to, parseAmenities)}, "amenities", usage)
}

func parseAmenities(text string) (*eilev1.Amenities, error) {
	found := &eilev1.Amenities{}
	if text == "none" {
		return found, nil
	}
	for _, name := range semicolons(text) {
		amenity, err := parseEnum[eilev1.Amenity](name)
		if err != nil {
			return nil, err
		}
		found.Present = append(found.Present, amenity)
	}
	return found, nil
}
