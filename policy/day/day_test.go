package day

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"pgregory.net/rapid"
)

func anyDay(t *rapid.T, name string) Day {
	return Day(rapid.Int32Range(int32(Min), int32(Max)).Draw(t, name))
}

func at(d Day) time.Time {
	return time.Unix(int64(d)*86400, 0).UTC()
}

func must(t testing.TB, s string) Day {
	t.Helper()
	d, err := Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAgreesWithTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDay(t, "day")
		want := at(d)
		if d.Year() != want.Year() || d.Month() != want.Month() || d.Day() != want.Day() || d.Weekday() != want.Weekday() {
			t.Fatalf("%d is %s, time.Time says %s", d, d, want)
		}
		if y, m, n := d.Date(); y != want.Year() || m != want.Month() || n != want.Day() {
			t.Fatalf("%d is %d-%d-%d, time.Time says %s", d, y, m, n, want)
		}
		if got := want.Format(time.DateOnly); d.String() != got {
			t.Fatalf("String is %s, time.Time says %s", d, got)
		}
		back, err := Parse(d.String())
		if err != nil || back != d {
			t.Fatalf("Parse(%s) is %d, %v; want %d", d, back, err, d)
		}
		n := rapid.IntRange(-4000000, 4000000).Draw(t, "n")
		sum := min(max(int64(d)+int64(n), int64(Min)), int64(Max))
		if got := d.AddDays(n); int64(got) != sum {
			t.Fatalf("%s.AddDays(%d) is %s", d, n, got)
		}
	})
}

func TestEveryDayOfFourCenturies(t *testing.T) {
	d := must(t, "1800-01-01")
	for want := at(d); want.Year() < 2201; want = want.AddDate(0, 0, 1) {
		if got := Of(want, time.UTC); got != d || d.String() != want.Format(time.DateOnly) {
			t.Fatalf("%s is day %d, want %d", want, got, d)
		}
		d++
	}
}

func TestRange(t *testing.T) {
	if Min.String() != "0001-01-01" || Max.String() != "9999-12-31" {
		t.Fatalf("range is %s to %s", Min, Max)
	}
	for _, n := range []int{math.MinInt, math.MinInt32, -99999999} {
		if Max.AddDays(n) != Min || Max.AddMonths(n) != Min || Max.AddYears(n) != Min {
			t.Errorf("adding %d does not stop at the first day", n)
		}
	}
	for _, n := range []int{math.MaxInt, math.MaxInt32, 99999999} {
		if Min.AddDays(n) != Max || Min.AddMonths(n) != Max || Min.AddYears(n) != Max || Birthday(Min, n) != Max {
			t.Errorf("adding %d does not stop at the last day", n)
		}
	}
	for _, d := range []Day{math.MinInt32, math.MaxInt32} {
		if _ = d.Weekday(); !strings.HasPrefix(d.String(), "day ") {
			t.Errorf("a day outside the range prints as %s", d)
		}
	}
}

func TestMonthsAndYears(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2024-01-31", 1, "2024-02-29"},
		{"2023-01-31", 1, "2023-02-28"},
		{"2023-12-31", 2, "2024-02-29"},
		{"2024-03-31", -1, "2024-02-29"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2024-02-29", 48, "2028-02-29"},
		{"2024-02-29", -12, "2023-02-28"},
		{"2024-11-21", -12 * 2023, "0001-11-21"},
		{"2024-11-21", -12 * 2024, "0001-01-01"},
		{"1900-01-31", 1, "1900-02-28"},
		{"2000-01-31", 1, "2000-02-29"},
	} {
		if got := must(t, c.from).AddMonths(c.months); got.String() != c.want {
			t.Errorf("%s and %d months is %s, want %s", c.from, c.months, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDay(t, "day"), rapid.IntRange(-500, 500).Draw(t, "n")
		got := d.AddMonths(n)
		first := at(d).AddDate(0, 0, 1-d.Day()).AddDate(0, n, 0)
		if first.Year() < 1 || first.Year() > 9999 {
			return
		}
		if got.Year() != first.Year() || got.Month() != first.Month() || got.Day() > d.Day() {
			t.Fatalf("%s and %d months is %s", d, n, got)
		}
		if got.Day() < d.Day() && got.AddDays(1).Day() != 1 {
			t.Fatalf("%s and %d months is %s, which is not the last day of its month", d, n, got)
		}
		if y := rapid.IntRange(-100, 100).Draw(t, "years"); d.AddYears(y) != d.AddMonths(12*y) {
			t.Fatalf("%s and %d years is %s", d, y, d.AddYears(y))
		}
	})
}

func TestAge(t *testing.T) {
	for _, c := range []struct {
		birth, on string
		want      int
	}{
		{"2004-02-29", "2005-02-28", 0},
		{"2004-02-29", "2005-03-01", 1},
		{"2004-02-29", "2008-02-28", 3},
		{"2004-02-29", "2008-02-29", 4},
		{"2000-11-21", "2021-11-20", 20},
		{"2000-11-21", "2021-11-21", 21},
		{"2000-11-21", "2000-11-21", 0},
		{"2000-11-21", "2000-11-20", -1},
		{"1899-12-31", "1900-01-01", 0},
	} {
		if got := Age(must(t, c.birth), must(t, c.on)); got != c.want {
			t.Errorf("born %s, on %s: %d, want %d", c.birth, c.on, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		birth, years := anyDay(t, "birth"), rapid.IntRange(0, 120).Draw(t, "years")
		if birth.Year()+years > 9999 {
			return
		}
		b := Birthday(birth, years)
		if Age(birth, b) != years || (b > Min && Age(birth, b-1) != years-1) {
			t.Fatalf("born %s: %d on %s, day before %d", birth, Age(birth, b), b, Age(birth, b-1))
		}
	})
}

func TestParseRefuses(t *testing.T) {
	for s, want := range map[string]string{
		"2023-02-31":                     "2023-02-31 is not a date: February 2023 has 28 days",
		"2024-02-30":                     "2024-02-30 is not a date: February 2024 has 29 days",
		"2023-13-01":                     "2023-13-01 is not a date: the month must be 1 to 12",
		"2023-00-01":                     "2023-00-01 is not a date: the month must be 1 to 12",
		"2023-01-00":                     "2023-01-00 is not a date: the day must be 1 or more",
		"0000-01-01":                     "0000-01-01 is not a date: the year must be 1 to 9999",
		"":                               `"" is not a date: write YYYY-MM-DD`,
		"31.02.2023":                     `"31.02.2023" is not a date: write YYYY-MM-DD`,
		"2023-1-1":                       `"2023-1-1" is not a date: write YYYY-MM-DD`,
		" 2023-01-1":                     `" 2023-01-1" is not a date: write YYYY-MM-DD`,
		"+023-01-01":                     `"+023-01-01" is not a date: write YYYY-MM-DD`,
		"2023-01-01T00:00:00Z and later": `"2023-01-01T00:00:00Z"… is not a date: write YYYY-MM-DD`,
	} {
		_, err := Parse(s)
		if err == nil || err.Error() != want {
			t.Errorf("Parse(%q): %v, want %s", s, err, want)
		}
		if errors.Is(err, ErrForm) != strings.HasSuffix(want, "write YYYY-MM-DD") {
			t.Errorf("Parse(%q): %v is of the wrong kind", s, err)
		}
	}
}

func TestProto(t *testing.T) {
	for _, unset := range []*date.Date{nil, {}} {
		if d, ok := Known(unset); ok {
			t.Errorf("Known(%v) = %v, %t", unset, d, ok)
		}
		if d, ok, err := FromProto(unset); ok || err != nil {
			t.Errorf("%v is %s, %v, %v; want unset", unset, d, ok, err)
		}
	}
	for _, bad := range []*date.Date{{Year: 2023}, {Year: 2023, Month: 2}, {Month: 2, Day: 3}, {Year: 2023, Month: 2, Day: 29}, {Year: -1, Month: 1, Day: 1}} {
		if d, ok := Known(bad); ok {
			t.Errorf("Known(%v) = %v, %t", bad, d, ok)
		}
		if d, ok, err := FromProto(bad); ok || err == nil {
			t.Errorf("%v is %s, %v; want an error", bad, d, ok)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := anyDay(t, "day")
		if got, ok := Known(d.Proto()); !ok || got != d {
			t.Fatalf("Known(Proto(%v)) = %v, %t", d, got, ok)
		}
		got, ok, err := FromProto(d.Proto())
		if got != d || !ok || err != nil {
			t.Fatalf("%s comes back as %s, %v, %v", d, got, ok, err)
		}
	})
}

func TestOfUsesTheZone(t *testing.T) {
	east := time.FixedZone("east", 2*3600)
	late := time.Date(2026, 11, 20, 23, 30, 0, 0, time.UTC)
	if got := Of(late, east).String(); got != "2026-11-21" {
		t.Errorf("23:30 in London is the %s two hours east", got)
	}
	if got := Of(late, time.UTC).String(); got != "2026-11-20" {
		t.Errorf("23:30 is the %s", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2024-02-29", "2023-02-29", "0001-01-01", "9999-12-31", "2023-2-29", "", "２０２４-02-29"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		want, wantErr := time.Parse(time.DateOnly, s)
		// time.Parse knows a year 0; google.type.Date does not.
		if ok := wantErr == nil && want.Year() > 0; ok != (err == nil) {
			t.Fatalf("Parse(%q): %v; time.Parse: %v", s, err, wantErr)
		}
		if err == nil && (d.String() != s || Of(want, time.UTC) != d) {
			t.Fatalf("Parse(%q) is %s", s, d)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("1984-02-29"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAge(b *testing.B) {
	birth, on := must(b, "1984-02-29"), must(b, "2026-11-21")
	for b.Loop() {
		if Age(birth, on) != 42 {
			b.Fatal("wrong age")
		}
	}
}
