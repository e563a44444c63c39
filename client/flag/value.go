package flag

import (
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/pflag"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/eile-housing/eile/client/render"
	"github.com/eile-housing/eile/policy/number"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// value is a flag whose text is read by a function, so that a bad one is bad usage.
type value struct {
	kind    string
	text    string
	read    func(string) error
	choices []string
}

func (v *value) String() string { return v.text }
func (v *value) Type() string   { return v.kind }

// Choices are the texts that the flag takes, where these can be listed.
func (v *value) Choices() []string { return v.choices }

func (v *value) Set(text string) error {
	err := v.read(text)
	if err != nil {
		return err
	}
	v.text = text
	return nil
}

// unsettable makes the function of a flag that an empty text unsets.
func unsettable[T any](to **T, read func(string) (*T, error)) func(string) error {
	return func(text string) error {
		*to = nil
		if text == "" {
			return nil
		}
		found, err := read(text)
		if err != nil {
			return err
		}
		*to = found
		return nil
	}
}

// OrderVar adds the flag of the order of a list; the first is the one that a list has unless
// another is given.
func OrderVar(flags *pflag.FlagSet, to *string, orders ...string) {
	order := oneOf(to, "order", orders)
	flags.Var(order, "order-by", "`ORDER` of the list: "+or(orders)+"; "+orders[0]+" unless given")
}

// FormatVar adds the flag of the format that answers are printed in, a table unless given.
func FormatVar(flags *pflag.FlagSet, to *render.Format, name, short, usage string) {
	*to = render.Table
	flags.VarP(oneOf(to, "format", render.Formats), name, short, usage+": "+or(render.Formats))
}

// Languages are those in which eile speaks; the first is spoken unless another is asked for.
var Languages = []string{"en", "lt"}

// LanguageVar adds the flag of the language in which answers are told.
func LanguageVar(flags *pflag.FlagSet, to *string, name, usage string) {
	*to = Languages[0]
	flags.Var(oneOf(to, "language", Languages), name, usage+": "+or(Languages))
}

// oneOf is a flag that is one of some texts, and has the one that stands there unless another is
// given.
func oneOf[T ~string](to *T, kind string, choices []T) *value {
	v := &value{kind: kind, text: string(*to), read: func(text string) error {
		if !slices.Contains(choices, T(text)) {
			return errors.New("must be " + or(choices))
		}
		*to = T(text)
		return nil
	}}
	for _, choice := range choices {
		v.choices = append(v.choices, string(choice))
	}
	return v
}

// or is "a, b or c".
func or[T ~string](choices []T) string {
	text := ""
	for i, choice := range choices {
		switch {
		case i == 0:
		case i == len(choices)-1:
			text += " or "
		default:
			text += ", "
		}
		text += string(choice)
	}
	return text
}

// RequestIDVar adds a flag that is a UUID as the server takes it: 36 characters.
func RequestIDVar(flags *pflag.FlagSet, to *string, name, usage string) {
	flags.Var(&value{kind: "uuid", read: func(text string) error {
		if len(text) != 36 || uuid.Validate(text) != nil {
			return errors.New("must be a UUID, such as 7f1a4c1e-3b0e-4f0e-9d52-0c3f4a5b6c7d")
		}
		*to = text
		return nil
	}}, name, usage)
}

// CountVar adds a flag that is a number from 1; 0 is: not given.
func CountVar(flags *pflag.FlagSet, to *int32, name, usage string) {
	flags.Var(&value{kind: "count", read: func(text string) error {
		n, err := parseSmall(text)
		if err != nil || n < 1 {
			return errors.New("must be a whole number from 1")
		}
		*to = n
		return nil
	}}, name, usage)
}

// parseSmall reads a whole number of 32 bits.
func parseSmall(text string) (int32, error) {
	n, err := number.ParseWhole(text)
	if err == nil && n != int64(int32(n)) {
		err = errors.New("is out of range")
	}
	return int32(n), err
}

// IntVar adds a flag that is a whole number.
func IntVar(flags *pflag.FlagSet, to **int32, name, usage string) {
	flags.Var(&value{kind: "number", read: unsettable(to, func(text string) (*int32, error) {
		n, err := parseSmall(text)
		if err != nil {
			return nil, errors.New("must be a whole number")
		}
		return &n, nil
	})}, name, usage)
}

// CentsVar adds a flag that is an amount of money, never below 0.
func CentsVar(flags *pflag.FlagSet, to **int64, name, usage string) {
	flags.Var(&value{kind: "cents", read: unsettable(to, func(text string) (*int64, error) {
		n, err := number.ParseWhole(text)
		if err != nil || n < 0 {
			return nil, errors.New("must be a whole number of cents from 0")
		}
		return &n, nil
	})}, name, usage)
}

// BoolVar adds a flag that is true or false. It always takes a value: unknown is not false.
func BoolVar(flags *pflag.FlagSet, to **bool, name, usage string) {
	flags.Var(&value{kind: "bool", read: unsettable(to, func(text string) (*bool, error) {
		if text != "true" && text != "false" {
			return nil, errors.New("must be true or false")
		}
		return new(text == "true"), nil
	}), choices: []string{"true", "false"}}, name, usage)
}

// decimalVar adds a flag that is an exact decimal number.
func decimalVar(flags *pflag.FlagSet, to **eilev1.Decimal, name, usage string) {
	flags.Var(&value{kind: "decimal", read: unsettable(to, parseDecimal)}, name, usage)
}

func parseDecimal(text string) (*eilev1.Decimal, error) {
	d, err := number.ParseDecimal(text)
	if err != nil {
		return nil, err
	}
	return d.Proto(), nil
}

// ListVar adds a flag that is a list as files write it, parted by semicolons.
func ListVar(flags *pflag.FlagSet, to *[]string, name, usage string) {
	flags.Var(&value{kind: "list", read: func(text string) error {
		*to = semicolons(text)
		return nil
	}}, name, usage)
}

// semicolons parts a list; empty parts are dropped.
func semicolons(text string) []string {
	var parts []string
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// changed are the fields of the flags that were given.
func changed(flags *pflag.FlagSet, fields map[string]string) []string {
	var given []string
	for name, field := range fields {
		if flags.Changed(name) {
			given = append(given, field)
		}
	}
	return given
}

// lay puts fields of a message in the place of those of another; one that is not set clears what is
// there.
func lay(fields []string, from, to proto.Message) {
	source, target := from.ProtoReflect(), to.ProtoReflect()
	for _, name := range fields {
		fd := source.Descriptor().Fields().ByName(protoreflect.Name(name))
		if source.Has(fd) {
			target.Set(fd, source.Get(fd))
		} else {
			target.Clear(fd)
		}
	}
}
