package plan_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/night/plan"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// slumText puts a household whose home is given up before the ordinary order, and
// classes by rooms.
var slumText = strings.Replace(eiletest.Town{Mode: "fill", Districts: "rank", Approval: "none"}.Text(),
	`need: {expr: "1"}`, `need: {expr: "otherwise(rooms, 1)", class: "string(need)"}`, 1) +
	"out_of_turn: {grounds: [{code: fire, title: {en: Fire}}], transfers: [HOME_GIVEN_UP]}\nleases: {transfer_months: 1}\n"

// slum is a town in which, of seven homes that were let on 2 June, five are found
// unfit half a year later; nine households wait.
func slum(t *testing.T, text string) *eiletest.World {
	t.Helper()
	w := eiletest.New(t, text)
	for i, rooms := range []int{2, 2, 2, 2, 3, 1, 1} {
		reference, unit := fmt.Sprintf("A-%d", i), fmt.Sprintf("U-%d", i)
		w.Household(reference, fmt.Sprintf("points=%d", 20-i), fmt.Sprintf("rooms=%d", rooms))
		w.Home(unit, fmt.Sprintf("rooms=%d", rooms))
		w.Accept(w.MustOffer(reference, unit))
	}
	w.Today = eiletest.Day(w, "2025-12-01")
	for i, unit := range []string{"U-0", "U-1", "U-2", "U-4", "U-5"} {
		w.Mend(unit, fmt.Sprintf("worn=%d", 60+i))
	}
	for i := range 9 {
		w.Household(fmt.Sprintf("B-%d", i), fmt.Sprintf("points=%d", 10-i), fmt.Sprintf("rooms=%d", 2+i/5))
	}
	return w
}

// once is a store that counts who reads it.
type once struct {
	kv.DB
	read int
}

func (o *once) View(ctx context.Context, fn func(kv.Reader) error) error {
	o.read++
	return o.DB.View(ctx, fn)
}

// All that a plan says is of one revision: it reads the store once, and nothing of
// what is written meanwhile.
func TestAPlanIsOfOneRevision(t *testing.T) {
	w := slum(t, slumText)
	eiletest.MustOn(w, "test", store.Units, "U-0", func(c casework.Change, unit *eilev1.Unit) error {
		_, _, err := application.OpenTransfer(c, unit, application.HomeGivenUp)
		return err
	})
	db := &once{DB: w.DB}
	other := w.On(db)
	db.read = 0
	if _, err := plan.Draw(t.Context(), other.Register, other, other.InForce(), 12, 50); err != nil {
		t.Fatal(err)
	}
	if db.read != 1 {
		t.Errorf("the store was read %d times", db.read)
	}
}

func draw(t *testing.T, w *eiletest.World, months, share int) *eilev1.PlanDecommissionResponse {
	t.Helper()
	before := w.Bytes()
	drawn, err := plan.Draw(t.Context(), w.Register, w, w.InForce(), months, share)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := plan.Draw(t.Context(), w.Register, w, w.InForce(), months, share); err != nil || !proto.Equal(again, drawn) {
		t.Errorf("drawn again: %v, %v", again, err)
	}
	if w.Bytes() != before {
		t.Error("the plan changed the register")
	}
	if drawn.GetRevision() != uint64(w.DB.Revision()) {
		t.Errorf("revision %d, the register is at %d", drawn.GetRevision(), w.DB.Revision())
	}
	return drawn
}

// lines of a plan.
func lines(drawn *eilev1.PlanDecommissionResponse) []string {
	var all []string
	for _, h := range drawn.GetHomes() {
		parts := []string{fmt.Sprint(h.GetRank()), h.GetUnit(), spell.Name(h.GetBasis())}
		if h.Month != nil {
			before, _, _ := day.FromProto(h.GetNotBefore())
			parts = append(parts, fmt.Sprint(h.GetMonth()), before.String())
		}
		all = append(all, strings.Join(strings.Fields(strings.Join(append(parts, h.GetSpare(), h.GetObstacle().GetCode(), h.GetTransfer()), " ")), " "))
	}
	for _, e := range drawn.GetEffects() {
		all = append(all, fmt.Sprintf("%s/%s: %d of %d back %d places, %d tenths", e.GetList(), e.GetNeedClass(), e.GetBehind(), e.GetWaiting(), e.GetPlaces(), e.GetDelayMonths().GetUnits()))
	}
	return all
}

func want(t *testing.T, drawn *eilev1.PlanDecommissionResponse, wanted ...string) {
	t.Helper()
	if got := lines(drawn); !slices.Equal(got, wanted) {
		t.Errorf("\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(wanted, "\n"))
	}
}

// Homes that stand empty, or for whose household there is a spare home, can be
// given up at once; the others when lettings will have reached them.
func TestStory(t *testing.T) {
	w := slum(t, slumText)
	w.Home("V-1", "rooms=1")
	w.Home("X-1", "rooms=1", "worn=99")
	for unit, status := range map[string]eilev1.UnitStatus{"Y-1": eilev1.UnitStatus_UNIT_STATUS_LET, "Y-2": eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR} {
		w.Must("unit.register", func(c casework.Change) error {
			worn := w.Dwelling(unit, "worn=51")
			worn.Status = status
			return home.Register(c, worn)
		})
	}
	drawn := draw(t, w, 12, 100)
	want(t, drawn,
		"1 X-1 EMPTY 0 2025-12-01",
		"2 U-5 SPARE_HOME 0 2025-12-01 V-1",
		"3 U-4 LETTINGS 12 2026-12-01",
		"4 U-2 LETTINGS 3 2026-03-01",
		"5 U-1 LETTINGS 6 2026-06-01",
		"6 U-0 LETTINGS 9 2026-09-01",
		"7 Y-1 UNSPECIFIED NO_TENANT_ON_RECORD",
		"8 Y-2 UNSPECIFIED NOT_AT_REST",
		"general/2: 5 of 5 back 3 places, 90 tenths",
		"general/3: 4 of 4 back 1 places, 120 tenths",
	)
	since, _, _ := day.FromProto(drawn.GetLettingsSince())
	if drawn.GetFlagged() != 8 || drawn.GetPlanned() != 6 || since.String() != "2025-06-02" || drawn.GetHomes()[3].GetOccupiedBy() != "A-2" {
		t.Errorf("%v", drawn)
	}
	if half := lines(draw(t, w, 12, 50)); !slices.Contains(half, "4 U-2 LETTINGS 6 2026-06-01") || !slices.Contains(half, "6 U-0 UNSPECIFIED AFTER_THE_PLAN") {
		t.Errorf("with half of the lettings\n%s", strings.Join(half, "\n"))
	}
	if now := draw(t, w, 0, 100); now.GetPlanned() != 2 || len(now.GetEffects()) != 0 {
		t.Errorf("what can be done at once\n%s", strings.Join(lines(now), "\n"))
	}
}

// A household that stands on the list already is counted once, where it stands:
// one whose transfer was opened, and one whose lease ends tonight.
func TestWhatIsUnderWay(t *testing.T) {
	w := slum(t, slumText)
	eiletest.MustOn(w, "test", store.Units, "U-0", func(c casework.Change, unit *eilev1.Unit) error {
		_, _, err := application.OpenTransfer(c, unit, application.HomeGivenUp)
		return err
	})
	drawn := draw(t, w, 12, 100)
	got := lines(drawn)
	for _, line := range []string{
		"5 U-0 LETTINGS 3 2026-03-01 T-U-0", "3 U-2 LETTINGS 6 2026-06-01", "4 U-1 LETTINGS 9 2026-09-01", "general/2: 5 of 6 back 2 places, 60 tenths",
	} {
		if !slices.Contains(got, line) {
			t.Errorf("%q is not in\n%s", line, strings.Join(got, "\n"))
		}
	}
	// The night opens the transfer of a household whose lease ends; it is not in the
	// register yet.
	w.Mend("U-1", "until=2025-12-20")
	drawn = draw(t, w, 600, 100)
	at := slices.IndexFunc(drawn.GetHomes(), func(h *eilev1.PlannedHome) bool { return h.GetUnit() == "U-1" })
	if home := drawn.GetHomes()[at]; home.GetTransfer() != "" || home.GetBasis() != eilev1.PlanBasis_PLAN_BASIS_LETTINGS || home.GetMonth() != 9 {
		t.Errorf("behind the two whose homes are given up: %v", home)
	}
}

// Where the policy puts them behind everybody they wait behind everybody. Who
// would not stand on the list, and a class of which no home was let, has no month.
func TestObstacles(t *testing.T) {
	ordinary := strings.Replace(slumText, ", transfers: [HOME_GIVEN_UP]", "", 1)
	w := slum(t, strings.Replace(ordinary, "{by: value, expr: points, direction: descending}", "{by: registered_at}", 1))
	want(t, draw(t, w, 60, 100),
		"1 U-5 LETTINGS 6 2026-06-01", "2 U-4 LETTINGS 60 2030-12-01", "3 U-2 LETTINGS 18 2027-06-01", "4 U-1 LETTINGS 21 2027-09-01", "5 U-0 LETTINGS 24 2027-12-01",
	)
	eiletest.MustOn(w, "test", store.Applications, "A-5", func(c casework.Change, stored *eilev1.Application) error {
		_, stored.Attributes["until"] = w.Fact(policy.ApplicationKind, "until=2025-11-30")
		return store.Applications.Put(c.Tx, "A-5", stored)
	})
	held := draw(t, w, 60, 100).GetHomes()[0]
	if held.GetObstacle().GetCode() != "NOT_WAITING" || !strings.Contains(w.Says("en", held.GetObstacle()), "2025-11-30 is over") {
		t.Errorf("a household without a right: %v", held)
	}
	w.Today = eiletest.Day(w, "2027-01-01")
	for _, home := range draw(t, w, 600, 100).GetHomes()[1:] {
		if home.GetObstacle().GetCode() != "NO_LETTINGS" {
			t.Errorf("a year later: %v", home)
		}
	}
}
