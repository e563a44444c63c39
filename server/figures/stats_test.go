package figures_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/store"
)

// stats of a period, in words.
func stats(t *testing.T, w *eiletest.World, from, to string) (*eilev1.GetStatsResponse, string) {
	t.Helper()
	var first day.Day
	if from != "" {
		first = eiletest.Day(t, from)
	}
	period := figures.NewPeriod(first, eiletest.Day(t, to), from == "", time.UTC)
	var answer *eilev1.GetStatsResponse
	w.View(func(v *store.View) (err error) {
		answer, err = figures.Stats(v, period, w.Now())
		return err
	})
	var text strings.Builder
	for _, list := range answer.GetLists() {
		fmt.Fprintf(&text, "%s %d +%v -%v = %d\n", list.GetList(), list.GetOpening(), counted(list.GetCame()), counted(list.GetLeft()), list.GetClosing())
		if sum := list.GetOpening() + total(list.GetCame()) - total(list.GetLeft()); sum != list.GetClosing() {
			t.Errorf("%s does not add up: %v", list.GetList(), list)
		}
	}
	units := answer.GetUnits()
	fmt.Fprintf(&text, "homes %d +%v -%v = %d\n", units.GetOpening(), counted(units.GetCame()), counted(units.GetLeft()), units.GetClosing())
	if sum := units.GetOpening() + total(units.GetCame()) - total(units.GetLeft()); sum != units.GetClosing() {
		t.Errorf("the homes do not add up: %v", units)
	}
	return answer, text.String()
}

func counted(counts []*eilev1.Count) map[string]int32 {
	all := map[string]int32{}
	for _, count := range counts {
		all[count.GetName()] = count.GetCount()
	}
	return all
}

func total(counts []*eilev1.Count) (sum int32) {
	for _, count := range counts {
		sum += count.GetCount()
	}
	return sum
}

// Who is there at the end is who was there, and who came, without who left: on
// each list and of the homes, in every period.
func TestStatsStory(t *testing.T) {
	t.Parallel()
	w := eiletest.New(t, plain)
	for i := range 4 {
		w.Household(fmt.Sprintf("A-%d", i), "points=3")
	}
	w.Household("B-0", "points=3", "list=second")
	w.Home("U-1")
	w.Home("U-2")
	w.Home("U-3", "worn=60")
	w.Today = eiletest.Day(t, "2025-06-12")
	w.Accept(w.MustOffer("A-0", "U-1"))
	w.Refuse(w.MustOffer("A-1", "U-2"))
	w.Amend("A-2", "list=second")
	w.Suspend("A-3")
	eiletest.MustOn(w, "application.withdraw", store.Applications, "B-0", func(c casework.Change, stored *eilev1.Application) error {
		return application.Withdraw(c, stored, "moved away")
	})
	w.Today = eiletest.Day(t, "2025-06-20")
	answer, got := stats(t, w, "", "2025-06-20")
	want := "general 0 +map[REGISTERED:4] -map[ANOTHER_LIST:1 HOUSED:1 SUSPENDED:1] = 1\n" +
		"second 0 +map[ANOTHER_LIST:1 REGISTERED:1] -map[WITHDRAWN:1] = 1\n" +
		"homes 0 +map[REGISTERED:3] -map[] = 3\n"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	// U-1 stood vacant for ten days, the others are vacant for eighteen.
	if answer.GetWaiting() != 2 || answer.GetLettings() != 1 || answer.GetFlagged() != 1 || answer.GetOffers() != 2 || answer.GetVacancyDays() != 10+18+18 || counted(answer.GetRefusals())["location"] != 1 {
		t.Errorf("%v", answer)
	}
	if by := counted(answer.GetUnitsByStatus()); by["LET"] != 1 || by["VACANT"] != 2 {
		t.Errorf("%v", by)
	}
	if by := counted(answer.GetApplicationsByStatus()); by["HOUSED"] != 1 || by["WAITING"] != 2 || by["WITHDRAWN"] != 1 || by["SUSPENDED"] != 1 {
		t.Errorf("%v", by)
	}
	_, before := stats(t, w, "2025-06-01", "2025-06-11")
	if want := "general 0 +map[REGISTERED:4] -map[] = 4\nsecond 0 +map[REGISTERED:1] -map[] = 1\nhomes 0 +map[REGISTERED:3] -map[] = 3\n"; before != want {
		t.Errorf("before\n%s\nwant\n%s", before, want)
	}
	answer, after := stats(t, w, "2025-06-13", "2025-06-20")
	if want := "general 1 +map[] -map[] = 1\nsecond 1 +map[] -map[] = 1\nhomes 3 +map[] -map[] = 3\n"; after != want || answer.GetVacancyDays() != 7+7 || answer.GetOffers() != 0 || answer.GetLettings() != 0 {
		t.Errorf("after\n%s%v\nwant\n%s", after, answer, want)
	}
}
