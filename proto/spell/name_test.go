package spell

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func TestName(t *testing.T) {
	for want, value := range map[string]protoreflect.Enum{
		"WAITING":     eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING,
		"ON_HOLD":     eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD,
		"UNSPECIFIED": eilev1.UnitStatus(0),
		"99":          eilev1.UnitStatus(99),
		"-1":          eilev1.UnitStatus(-1),
	} {
		if got := Name(value); got != want {
			t.Errorf("%d is %s, want %s", value.Number(), got, want)
		}
	}
}

// TestEveryEnumHasItsPrefix holds what Name rests on: the values of an enumeration share what
// stands before UNSPECIFIED.
func TestEveryEnumHasItsPrefix(t *testing.T) {
	enums := 0
	protoregistry.GlobalFiles.RangeFilesByPackage("eile.v1", func(file protoreflect.FileDescriptor) bool {
		for i := range file.Enums().Len() {
			kind := file.Enums().Get(i)
			enums++
			first := string(kind.Values().ByNumber(0).Name())
			prefix, ok := strings.CutSuffix(first, "UNSPECIFIED")
			for j := range kind.Values().Len() {
				value := kind.Values().Get(j)
				if name := NameOf(kind, value.Number()); !ok || prefix == "" || prefix+name != string(value.Name()) {
					t.Errorf("%s is written %s beside %s", value.FullName(), name, first)
				}
			}
		}
		return true
	})
	if enums == 0 {
		t.Error("no enumeration was looked at")
	}
}
