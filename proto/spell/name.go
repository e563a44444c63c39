package spell

import (
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Name returns the name of a value without the prefix that all values of its enumeration share:
// WAITING for APPLICATION_STATUS_WAITING. A value without a name is one of a newer program, and is
// its number.
func Name(value protoreflect.Enum) string {
	return NameOf(value.Descriptor(), value.Number())
}

// NameOf returns the name of a value that is known by its enumeration and its number only, as Name
// does.
func NameOf(kind protoreflect.EnumDescriptor, number protoreflect.EnumNumber) string {
	value := kind.Values().ByNumber(number)
	if value == nil {
		return strconv.Itoa(int(number))
	}
	prefix := strings.TrimSuffix(string(kind.Values().ByNumber(0).Name()), "UNSPECIFIED")
	return strings.TrimPrefix(string(value.Name()), prefix)
}
