package flag

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// decimalText is a decimal as it is printed.
func decimalText(d *eilev1.Decimal) string {
	return (&render.Printer{}).Cells("area_sqm", &eilev1.Unit{AreaSqm: d})[0]
}

func TestDecimalsKeepTheirDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := &eilev1.Decimal{Units: rapid.Int64().Draw(t, "units"), Scale: rapid.Int32Range(0, 9).Draw(t, "scale")}
		got, err := parseDecimal(decimalText(want))
		if err != nil {
			t.Fatalf("%s: %v", decimalText(want), err)
		}
		if !proto.Equal(got, want) {
			t.Fatalf("%s is read as %v, was %v", decimalText(want), got, want)
		}
	})
}

func TestDateFlag(t *testing.T) {
	for text, want := range map[string]*date.Date{
		"2024-02-29": {Year: 2024, Month: 2, Day: 29}, "0001-01-01": {Year: 1, Month: 1, Day: 1}, "9999-12-31": {Year: 9999, Month: 12, Day: 31}, "": nil,
	} {
		var got *date.Date
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		DateVar(flags, &got, "on", "")
		err := flags.Parse([]string{"--on", text})
		if err != nil || !proto.Equal(got, want) {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"2023-02-29", "2024-02-31", "2024-2-29", "24-02-29", "29.02.2024", "2024-02-29T00:00:00Z", "0000-01-01", "0000-01-01x", " 2024-02-29", "today"} {
		var got *date.Date
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		DateVar(flags, &got, "on", "")
		if flags.Parse([]string{"--on", text}) == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

// TestMomentFlag also holds that a date stays one: no instant is made of it.
func TestMomentFlag(t *testing.T) {
	var at *timestamppb.Timestamp
	var on *date.Date
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	MomentVar(flags, &at, &on, "as-of", "")
	for text, want := range map[string]string{
		"2024-02-29T10:00:00+02:00":     "2024-02-29T08:00:00Z",
		"2024-02-29T10:00:00.123456Z":   "2024-02-29T10:00:00.123456Z",
		"2024-12-31T23:59:59.9-11:00":   "2025-01-01T10:59:59.9Z",
		"1990-03-11T00:00:00.000+02:00": "1990-03-10T22:00:00Z",
	} {
		if err := flags.Parse([]string{"--as-of", "2024-02-29"}); err != nil || at != nil || !proto.Equal(on, &date.Date{Year: 2024, Month: 2, Day: 29}) {
			t.Errorf("a date is %v and %v, %v", at, on, err)
		}
		err := flags.Parse([]string{"--as-of", text})
		if err != nil || on != nil || at.AsTime().Format(time.RFC3339Nano) != want {
			t.Errorf("%q is %v and %v, %v; want %s", text, at.AsTime(), on, err, want)
		}
	}
	for _, text := range []string{"", "2024-02-29T10:00:00", "2024-02-29 10:00:00Z", "now", "2024-02-30", "10:00", "0000-01-01"} {
		if flags.Parse([]string{"--as-of", text}) == nil {
			t.Errorf("%q is read as %v, %v", text, at, on)
		}
	}
}

// TestEveryNameOfAnEnumerationIsTaken also holds that what a table prints can be typed.
func TestEveryNameOfAnEnumerationIsTaken(t *testing.T) {
	for _, name := range enumNames[eilev1.ApplicationStatus]() {
		for _, text := range []string{name, "APPLICATION_STATUS_" + name, strings.ToLower(name), strings.ReplaceAll(strings.ToLower(name), "_", "-")} {
			got, err := parseEnum[eilev1.ApplicationStatus](text)
			if err != nil || got.String() != "APPLICATION_STATUS_"+name {
				t.Errorf("%q is %v, %v", text, got, err)
			}
		}
	}
	for _, text := range []string{"", "UNSPECIFIED", "APPLICATION_STATUS_UNSPECIFIED", "APPLICATION_STATUS_", "1", "WAITIN"} {
		got, err := parseEnum[eilev1.ApplicationStatus](text)
		if err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
