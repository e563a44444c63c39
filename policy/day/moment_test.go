package day

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestMomentsThatAreRefused(t *testing.T) {
	for _, text := range []string{
		"", "2017-02-29", "2017-03-01 09:30", "2017-03-01T9:30:00+02:00", "2017-03-01T09:30+02:00", "2017-03-01T09:30:00", "2017-03-01t09:30:00Z",
		"2017-03-01T09:30:00.1234567891Z", "2017-03-01T09:30:00.Z", "2017-03-01T09:30:00,5Z", "2017-03-01T09:30:00+24:00", "2017-03-01T09:30:00+02:60",
		"2017-03-01T24:00:00Z", "2017-03-01T09:30:60Z", "2017-02-29T09:30:00Z", "12017-03-01T09:30:00Z", "2017-03-01T09:30:00Z ", strings.Repeat("2", 100),
	} {
		if m, err := ParseMoment(text); err == nil || len(err.Error()) > 250 {
			t.Errorf("%q is read as %s, %v", text, m, err)
		}
	}
}

// TestMomentsReadAsTheStandardLibraryDoes holds both ways: what is written is read again, as the
// same instant.
func TestMomentsReadAsTheStandardLibraryDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := time.FixedZone("", 60*rapid.IntRange(-1439, 1439).Draw(t, "minutes"))
		at := time.Unix(rapid.Int64Range(-6e10, 2.5e11).Draw(t, "seconds"), rapid.Int64Range(0, 999999999).Draw(t, "nanos")).In(zone)
		text := at.Format(time.RFC3339Nano)
		m, err := ParseMoment(text)
		if err != nil || !m.Timed() || !m.First(time.UTC).Equal(at) || !m.Last(time.UTC).Equal(at) || m.String() != text {
			t.Fatalf("%s is read as %s, %v", text, m, err)
		}
		if m.Day(time.UTC) != Of(at, time.UTC) || At(at).String() != text {
			t.Fatalf("%s is of %s", text, m.Day(time.UTC))
		}
		d := anyDay(t, "day")
		alone, err := ParseMoment(d.String())
		if err != nil || alone.Timed() || alone.Day(zone) != d || alone.String() != d.String() {
			t.Fatalf("%s is read as %s, %v", d, alone, err)
		}
	})
}

// TestMomentsKept: what an earlier program took keeps its place, as it was.
func TestMomentsKept(t *testing.T) {
	for text, want := range map[string]string{
		"2017-03-01T9:30:00+02:00": "2017-03-01T09:30:00+02:00", "2017-03-01T09:30:00.1234567891Z": "2017-03-01T09:30:00.123456789Z",
		"2017-03-01T09:30:00+24:00": "2017-02-28T09:30:00Z", "2017-03-01": "2017-03-01", "2017-03-01T09:30:00": "no", "2017-02-29": "no", "": "no",
	} {
		got := "no"
		if m, ok := KeptMoment(text); ok {
			if got = m.String(); m.Timed() && strings.Contains(text, "24:00") {
				got = m.First(time.UTC).UTC().Format(time.RFC3339)
			}
		}
		if got != want {
			t.Errorf("%q is kept as %s, want %s", text, got, want)
		}
	}
}

func TestMomentsToCome(t *testing.T) {
	vilnius := time.FixedZone("EET", 2*3600)
	now := time.Date(2026, 11, 21, 2, 0, 0, 0, vilnius)
	for text, want := range map[string]string{
		"2026-11-21": "", "2026-11-22": "2026-11-22 is in the future, after 2026-11-21",
		"2026-11-21T02:00:59+02:00": "", "2026-11-21T02:01:01+02:00": `"2026-11-21T02:01:01+02:00" is in the future, after 2026-11-21T02:00:00+02:00`,
		"2026-11-21T23:59:59+02:00": `"2026-11-21T23:59:59+02:00" is in the future, after 2026-11-21T02:00:00+02:00`,
		"2026-11-20T22:30:00-03:00": `"2026-11-20T22:30:00-03:00" is in the future, after 2026-11-21T02:00:00+02:00`,
		"2026-11-21T22:30:00-03:00": `"2026-11-21T22:30:00-03:00" is in the future, after 2026-11-21`,
	} {
		m, err := ParseMoment(text)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := m.NotAfter(now, vilnius); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	// A minute before it is still the day before in UTC.
	if m, _ := ParseMoment("2026-11-21"); m.NotAfter(now.Add(-time.Minute), time.UTC) == nil {
		t.Error("tomorrow in UTC is not in the future")
	}
}

// TestMomentsInOrder holds the bytes: registers keep them.
func TestMomentsInOrder(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	var last []byte
	for _, text := range []string{"2017-02-28", "2017-03-01", "2017-02-28T22:00:00Z", "2017-03-01T00:00:00.000001+02:00", "2017-03-01T23:59:59+02:00", "2017-03-02"} {
		m, err := ParseMoment(text)
		if err != nil {
			t.Fatal(err)
		}
		key := m.AppendKey(nil, zone)
		if bytes.Compare(last, key) >= 0 {
			t.Errorf("%s is not after what stands before it: %x, %x", text, last, key)
		}
		last = key
	}
	m, _ := ParseMoment("2017-03-01T00:00:00.0000019+02:00")
	if got := fmt.Sprintf("%x", m.AppendKey([]byte{9}, zone)); got != "098000434a018005499e513a7801" {
		t.Errorf("the key is %s", got)
	}
}

func TestDaysBeginAndEnd(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Vilnius", "America/New_York", "Africa/Cairo", "Asia/Beirut", "America/Santiago"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for d := must(t, "2026-01-01"); d.Year() == 2026; d++ {
			start, end := d.Start(zone), d.End(zone)
			if Of(start, zone) != d || Of(start.Add(-1), zone) != d-1 || Of(end, zone) != d || Of(end.Add(1), zone) != d+1 {
				t.Errorf("%s in %s is from %s to %s", d, name, start, end)
			}
		}
	}
}
