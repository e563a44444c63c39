package policy

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/policy/day"
)

func TestLoadRefusesCalendars(t *testing.T) {
	for _, tt := range []struct{ extra, want string }{
		{"calendar: {weekend: [sun, sunday]}\n", `test.yaml:11:27: "sunday" is no day of the week; use sun, mon, tue, wed, thu, fri, sat`},
		{"calendar: {weekend: [sun, sun]}\n", "test.yaml:11:27: sun stands twice"},
		{"calendar: {weekend: [mon, tue, wed, thu, fri, sat, sun]}\n", "test.yaml:11:11: weekend has every day of the week"},
		{"calendar: {holidays: [{on: 02-29}]}\n", `test.yaml:11:28: "02-29" is no day of every year`},
		{"calendar: {holidays: [{on: 2026-02-29}]}\n", `test.yaml:11:28: "2026-02-29" is no holiday; write MM-DD`},
		{"calendar: {holidays: [{on: May 1}]}\n", `"May 1" is no`},
		{"calendar: {holidays: [{easter: 251}]}\n", "test.yaml:11:32: 251 is not between -80 and 250"},
		{"calendar: {holidays: [{}]}\n", "test.yaml:11:23: a holiday has either on or easter"},
		{"calendar: {holidays: [{on: 01-01, easter: 1}]}\n", "a holiday has either on or easter"},
		{"calendar: {holidays: [{on: 01-01}, {on: 01-01}]}\n", "test.yaml:11:41: the holiday stands twice"},
		{"calendar: {holidays: [{easter: 1}, {easter: 1}]}\n", "test.yaml:11:45: the holiday stands twice"},
		{"calendar: {holidays: [" + strings.Repeat("{on: 01-01},", 401) + "]}\n", "the calendar has 401 holidays; at most 400 are read"},
		{"calendar: {days: []}\n", `unknown key "days" in calendar; it may hold weekend, holidays`},
		{"calendar: {source: nowhere}\n", `the source "nowhere" is not under sources`},
		{"values: {a: {type: date, expr: 'add_working_days(on, 1)'}}\n", "add_working_days needs the key calendar"},
	} {
		refused(t, tt.extra, tt.want)
	}
	text := strings.Replace(minimal(""), "days_to_answer: 10", "days_to_answer: 10, last_day: next_working_day", 1)
	if _, err := Load("test.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), "test.yaml:8:40: last_day: next_working_day needs the key calendar") {
		t.Errorf("moved without a calendar: %v", err)
	}
}

// A year that the calendar does not know is named, in both languages.
func TestAYearThatIsNotKnown(t *testing.T) {
	p := loaded(t, "calendar: {holidays: [{on: 2025-05-02}]}\neligibility: [{code: A, require: 'add_working_days(registered_on, 3) < on', reason: {en: a}}]\n")
	v := p.Evaluator("").Evaluate(household(t, p, ""), on(t, "2025-03-01"))
	if len(v.Missing) != 1 || v.Missing[0] != "calendar.2014" {
		t.Fatalf("missing is %v", v.Missing)
	}
	for lang, want := range map[string]string{
		"en": "not known: the holidays of 2014, which the calendar of the policy does not have",
		"lt": "nežinoma: 2014 metų nedarbo dienos, kurių nėra taisyklių kalendoriuje",
	} {
		if got := p.Say(lang, v.Reasons[0]); got != want || v.Reasons[0].GetCode() != "MISSING_CALENDAR_2014" {
			t.Errorf("%s: %s", v.Reasons[0].GetCode(), got)
		}
	}
}

// The last day to answer is worked on where the policy moves it; elsewhere it stays where it falls.
func TestTheLastDayToAnswer(t *testing.T) {
	moving := strings.Replace(minimal(everyPart), "days_to_answer: 10", "days_to_answer: 10, last_day: next_working_day", 1)
	moves, err := Load("test.yaml", []byte(moving))
	if err != nil {
		t.Fatal(err)
	}
	stays, none := loaded(t, everyPart), loaded(t, "")
	rapid.Check(t, func(t *rapid.T) {
		served := anyDay(t, "served")
		falls := served.AddDays(10)
		if stays.Offers.LastDay(served) != falls || none.Offers.LastDay(served) != falls || none.Working(falls) != falls {
			t.Errorf("after %s the last day moves", served)
		}
		last := moves.Offers.LastDay(served)
		if last < falls || last != stays.Working(falls) || !moves.Calendar.Working(last) || moves.Calendar.WorkingBetween(falls-1, last) != 1 {
			t.Errorf("after %s the last day is %s", served, last)
		}
	})
}

func TestServed(t *testing.T) {
	p, silent := loaded(t, everyPart), loaded(t, "")
	sent := on(t, "2025-06-06")
	for how, days := range map[string]int{"hand": 0, "registered_post": 5, "e_delivery": 1} {
		if got, err := p.Served(how, sent); err != nil || got != sent.AddDays(days) {
			t.Errorf("by %s it is served on %s, %v", how, got, err)
		}
	}
	if got, err := silent.Served("pigeon", sent); err != nil || got != sent {
		t.Errorf("where the policy says nothing, it is served on %s, %v", got, err)
	}
	for _, how := range []string{"public_notice", "pigeon", ""} {
		_, err := p.Served(how, sent)
		var violation Violation
		if !errors.As(err, &violation) || found([]Violation{violation}) != "how UNKNOWN_CHANNEL" {
			t.Errorf("by %q: %v", how, err)
			continue
		}
		if want := `how: the policy serves nothing by "` + how + `": use one of hand, registered_post, e_delivery`; err.Error() != want {
			t.Errorf("by %q: %s", how, err)
		}
	}
	refused(t, "service: {pigeon: {days: 1}}\n", `test.yaml:11:11: unknown key "pigeon" in service; it may hold hand, registered_post, e_delivery, public_notice`)
	refused(t, "service: {hand: {}}\n", `hand lacks the key "days"`)
	refused(t, "service: {hand: {days: -1}}\n", "test.yaml:11:24: -1 is not between 0 and 366")
	refused(t, "service: {}\n", "test.yaml:11:10: service names no channel")
	refused(t, "service: {hand: {days: 0}, source: nowhere}\n", `the source "nowhere" is not under sources`)
}

// Easter Monday is one day after the Sunday, and the day after it is worked on.
func TestEasterMonday(t *testing.T) {
	p := loaded(t, everyPart)
	for year := 2020; year < 2030; year++ {
		monday := day.EasterSunday(year) + 1
		if p.Calendar.Working(monday) || p.Working(monday) != monday+1 {
			t.Errorf("%s is worked on", monday)
		}
	}
}
