package server_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

const leaseGround = `mode: fill
out_of_turn: {grounds: [{code: lease_ending, title: {en: The home goes back to its owner}}]}
`

// TestLeaseEndStory follows a household from the home that goes back to its
// owner into another one, and the home out of the stock and back again.
func TestLeaseEndStory(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", leaseGround)
	w.waits("A", "2020-01-01", 2)
	w.home("U-1", 2, rented("2026-09-30"))
	w.night("2026-01-01")
	w.accept("A")

	w.waits("B", "2020-02-01", 2)
	if run := w.night("2026-06-29"); run.GetMatched() != 0 {
		t.Errorf("%d matched where no home is vacant", run.GetMatched())
	}
	w.home("U-2", 2, nil)
	dry := ask(w, w.runs.StartRun, &eilev1.StartRunRequest{On: dayOf("2026-06-30"), DryRun: true})
	run := w.night("2026-06-30")
	for _, r := range []*eilev1.Run{dry, run} {
		if got := r.GetMatches(); len(got) != 1 || got[0].GetApplication() != "T-U-1" || got[0].GetUnit() != "U-2" {
			t.Errorf("run %s matched %v: the household whose lease ends stands before B", r.GetId(), got)
		}
	}
	transfer := w.application("T-U-1")
	if transfer.GetTransfer().GetReason() != "LEASE_ENDING" || transfer.GetTransfer().GetUnit() != "U-1" || !slices.Contains(transfer.GetLinked(), "A") {
		t.Errorf("the transfer is %v", transfer)
	}
	if grounds := transfer.GetGrounds(); len(grounds) != 1 || grounds[0].GetCode() != "lease_ending" || grounds[0].GetDecision() == "" {
		t.Errorf("the grounds are %v", transfer.GetGrounds())
	}

	w.accept("T-U-1")
	if unit := w.unit("U-1"); unit.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_VACANT || unit.GetLeftStockOn() != nil {
		t.Errorf("the home that was freed: %v", unit)
	}
	// Nobody lives in it, and on its last day it is let no more.
	if run := w.night("2026-09-30"); run.GetMatched() != 0 || run.GetVacancies() != 0 {
		t.Errorf("on the last day of the lease %d of %d homes were matched", run.GetMatched(), run.GetVacancies())
	}
	gone := w.unit("U-1")
	if gone.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_VACANT || gone.GetLeftStockOn() == nil || !strings.Contains(gone.GetStatusReason(), "2026-09-30") {
		t.Errorf("the home whose lease is over: %v", gone)
	}
	refusedFor(w, "LEASE_ENDED", w.offers.CreateOffer, &eilev1.CreateOfferRequest{
		Application: "B", Unit: "U-1", Basis: "EMERGENCY", Decision: &eilev1.ByDecision{Number: "7"},
	})
	w.setDay("2026-10-01")
	homes := stock(w, "2026-09-30", "2026-10-01")
	if fmt.Sprint(homes.GetLeft()) != fmt.Sprint([]*eilev1.Count{{Name: "LEASE_ENDED", Count: 1}}) || homes.GetClosing() != 1 {
		t.Errorf("the stock: %v", homes)
	}

	ask(w, w.units.AmendUnit, &eilev1.AmendUnitRequest{
		Unit:       &eilev1.Unit{Reference: "U-1", Lease: &eilev1.Lease{EndsOn: dayOf("2030-01-01")}},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"lease"}},
	})
	if back := w.unit("U-1"); back.GetLeftStockOn() != nil {
		t.Errorf("the home whose lease was prolonged: %v", back)
	}
	if run := w.night("2026-10-02"); run.GetMatched() != 1 || run.GetMatches()[0].GetApplication() != "B" {
		t.Errorf("the home that is back was matched with %v", run.GetMatches())
	}
	if homes := stock(w, "2026-10-01", "2026-10-02"); fmt.Sprint(homes.GetCame()) != fmt.Sprint([]*eilev1.Count{{Name: "LEASE_PROLONGED", Count: 1}}) {
		t.Errorf("the stock: %v", homes)
	}
	w.Sound()
}

// stock returns the homes of a period, which must reconcile.
func stock(w *town, from, to string) *eilev1.UnitFlow {
	w.Helper()
	answer := ask(w, w.stats.GetStats, &eilev1.GetStatsRequest{From: dayOf(from), To: dayOf(to)})
	f := answer.GetUnits()
	sum := f.GetOpening()
	for _, came := range f.GetCame() {
		sum += came.GetCount()
	}
	for _, left := range f.GetLeft() {
		sum -= left.GetCount()
	}
	if sum != f.GetClosing() {
		w.Errorf("from %s to %s: %v", from, to, f)
	}
	return f
}

// What is under way with a home when its lease ends is taken back, and does not
// count against anybody.
func TestLeaseEndTakesBackWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: fill\n")
	for i, name := range []string{"A", "B"} {
		w.waits(name, fmt.Sprintf("2020-01-0%d", i+1), 1)
	}
	w.home("U-1", 1, rented("2026-01-20"))
	w.night("2026-01-01")
	id := w.application("A").GetOpenOffer()

	dry := ask(w, w.runs.StartRun, &eilev1.StartRunRequest{On: dayOf("2026-01-20"), DryRun: true})
	run := w.night("2026-01-20")
	if dry.GetVacancies() != 0 || run.GetVacancies() != 0 || run.GetMatched() != 0 {
		t.Errorf("dry run %v, run %v", dry, run)
	}
	offer := ask(w, w.offers.GetOffer, &eilev1.GetOfferRequest{Id: id})
	if offer.GetStatus() != eilev1.OfferStatus_OFFER_STATUS_WITHDRAWN || offer.GetCounted() {
		t.Errorf("the offer is %v", offer)
	}
	if a := w.application("A"); a.GetPosition() != 1 || a.GetCountedRefusals() != 0 || a.GetOpenOffer() != "" {
		t.Errorf("the household has lost its place: %v", a)
	}
	if unit := w.unit("U-1"); unit.GetLeftStockOn() == nil {
		t.Errorf("the home is still in the stock: %v", unit)
	}
	w.Sound()
}

func TestLeaseEndFailsALettingUnderWay(t *testing.T) {
	t.Parallel()
	more := "mode: fill\n"
	w := openTown(t, "2026-01-01", more)
	ask(w, w.policies.ActivatePolicy, &eilev1.ActivatePolicyRequest{Source: strings.NewReplacer(
		`version: "1"`, `version: "2"`, "last_step: acceptance", "last_step: contract").Replace(townPolicy + more)})
	w.waits("A", "2020-01-01", 1)
	w.home("U-1", 1, rented("2026-01-20"))
	w.night("2026-01-01")
	w.accept("A")
	dry := ask(w, w.runs.StartRun, &eilev1.StartRunRequest{On: dayOf("2026-01-20"), DryRun: true})
	if dry.GetVacancies() != 0 || dry.GetMatched() != 0 {
		t.Errorf("dry run %v", dry)
	}
	w.night("2026-01-20")
	if a := w.application("A"); a.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING || a.GetPosition() != 1 {
		t.Errorf("the household is %v", a)
	}
	if unit := w.unit("U-1"); unit.GetLeftStockOn() == nil || unit.GetTenancy() != "" {
		t.Errorf("the home is %v", unit)
	}
	w.Sound()
}

// A household that does not want to be moved is not asked again every night,
// and one whose home is given up anyway keeps that reason.
func TestLeaseEndDoesNotInsist(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", leaseGround)
	w.waits("A", "2020-01-01", 1)
	w.home("U-1", 1, rented("2026-03-31"))
	w.night("2026-01-01")
	w.accept("A")
	w.night("2026-01-02")
	ask(w, w.applications.WithdrawApplication, &eilev1.WithdrawApplicationRequest{Reference: "T-U-1", Reason: "moves to her daughter"})
	w.night("2026-01-03")
	w.night("2026-04-01")
	homes := ask(w, w.leases.ListLeases, &eilev1.ListLeasesRequest{}).GetHomes()
	if len(homes) != 1 || homes[0].GetTransfer() != "T-U-1" || homes[0].GetTransferStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WITHDRAWN {
		t.Errorf("the leases are %v", homes)
	}
	refusedFor(w, "ALREADY_REGISTERED", w.applications.RegisterApplication, &eilev1.RegisterApplicationRequest{Application: &eilev1.Application{Reference: "T-U-1"}})
	if _, err := w.applications.GetApplication(t.Context(), &eilev1.GetApplicationRequest{Reference: "T-U-1.2"}); err == nil {
		t.Error("the household was registered again")
	}
	if unit := w.unit("U-1"); unit.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_LET || unit.GetLeftStockOn() != nil {
		t.Errorf("somebody lives there: %v", unit)
	}
	// When the household moves out, the home is not the municipality's any more.
	ask(w, w.tenancies.EndTenancy, &eilev1.EndTenancyRequest{Id: w.unit("U-1").GetTenancy(), Reason: "moved out"})
	if unit := w.unit("U-1"); unit.GetLeftStockOn() == nil {
		t.Errorf("the home is back on offer: %v", unit)
	}
	w.Sound()
}

func TestBadLeasesAreRefused(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: fill\n")
	bad := map[string]func(*eilev1.Unit){
		"end before start": func(u *eilev1.Unit) {
			u.Tenure, u.Lease = eilev1.Tenure_TENURE_RENTED_IN, &eilev1.Lease{StartsOn: dayOf("2026-02-01"), EndsOn: dayOf("2026-01-31")}
		},
		"an owned home": func(u *eilev1.Unit) {
			u.Tenure, u.Lease = eilev1.Tenure_TENURE_OWNED, &eilev1.Lease{EndsOn: dayOf("2026-01-31")}
		},
		"a rent below 0": func(u *eilev1.Unit) {
			u.Tenure, u.Lease = eilev1.Tenure_TENURE_RENTED_IN, &eilev1.Lease{RentCents: new(int64(-1))}
		},
		"a notice below 0": func(u *eilev1.Unit) {
			u.Tenure, u.Lease = eilev1.Tenure_TENURE_RENTED_IN, &eilev1.Lease{NoticeMonths: new(int32(-1))}
		},
		"no date": func(u *eilev1.Unit) {
			u.Tenure, u.Lease = eilev1.Tenure_TENURE_RENTED_IN, &eilev1.Lease{EndsOn: dayOf("2026-01-31")}
			u.Lease.EndsOn.Day = 32
		},
	}
	w.home("U-1", 1, rented("2027-01-31"))
	before := w.unit("U-1")
	for what, make := range bad {
		unit := &eilev1.Unit{Reference: "U-2", Rooms: new(int32(1))}
		make(unit)
		refusedFor(w, "INVALID", w.units.RegisterUnit, &eilev1.RegisterUnitRequest{Unit: unit})
		unit.Reference = "U-1"
		refusedFor(w, "INVALID", w.units.AmendUnit, &eilev1.AmendUnitRequest{Unit: unit, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"lease", "tenure"}}})
		if after := w.unit("U-1"); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("%s changed the home: %v", what, after)
		}
	}
	if homes := ask(w, w.units.ListUnits, &eilev1.ListUnitsRequest{}).GetUnits(); len(homes) != 1 {
		t.Errorf("there are %d homes", len(homes))
	}
	// A lease of one day is no fault, and a home with a lease is rented in.
	w.home("U-2", 1, func(u *eilev1.Unit) {
		u.Lease = &eilev1.Lease{StartsOn: dayOf("2026-02-01"), EndsOn: dayOf("2026-02-01")}
	})
	if tenure := w.unit("U-2").GetTenure(); tenure != eilev1.Tenure_TENURE_RENTED_IN {
		t.Errorf("a home with a lease is %v", tenure)
	}
	refusedFor(w, "INVALID", w.leases.ListLeases, &eilev1.ListLeasesRequest{WithinMonths: new(int32(-1))})
}

// The list of leases against a plain count of what it says, page by page.
func TestListLeases(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: fill\n")
	first, _ := day.Parse("2026-01-31")
	number := 0
	rapid.Check(t, func(rt *rapid.T) {
		number++
		reference := fmt.Sprintf("U-%04d", rapid.IntRange(0, 9999).Draw(rt, "reference"))
		_, err := w.units.GetUnit(t.Context(), &eilev1.GetUnitRequest{Reference: reference})
		if err != nil {
			ends := first.AddDays(rapid.IntRange(-40, 800).Draw(rt, "ends"))
			w.home(reference, 1, func(unit *eilev1.Unit) {
				switch rapid.IntRange(0, 5).Draw(rt, "kind") {
				case 0: // owned
				case 1:
					unit.Tenure = eilev1.Tenure_TENURE_RENTED_IN
				case 2:
					unit.Tenure, unit.Lease = eilev1.Tenure_TENURE_RENTED_IN, &eilev1.Lease{EndsOn: ends.Proto(), NoticeMonths: new(int32(2)), RentCents: new(int64(0))}
				default:
					rented(ends.String())(unit)
				}
			})
		}
		on := first.AddDays(rapid.IntRange(-60, 60).Draw(rt, "on"))
		req := &eilev1.ListLeasesRequest{On: on.Proto(), PageSize: rapid.Int32Range(1, 7).Draw(rt, "page")}
		if rapid.Bool().Draw(rt, "filtered") {
			req.WithinMonths = new(rapid.Int32Range(0, 13).Draw(rt, "within"))
		}
		var got []*eilev1.RentedHome
		for {
			page := ask(w, w.leases.ListLeases, req)
			got = append(got, page.GetHomes()...)
			if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
				break
			}
		}
		if want := plainLeases(w, on, req.WithinMonths); !slices.EqualFunc(got, want, func(h *eilev1.RentedHome, text string) bool { return plain(h) == text }) {
			rt.Fatalf("on %s within %v:\n%v\nwant\n%s", on, req.WithinMonths, got, strings.Join(want, "\n"))
		}
	})
}

func plain(h *eilev1.RentedHome) string {
	left := "?"
	if h.DaysLeft != nil {
		left = fmt.Sprint(h.GetDaysLeft())
	}
	notice := ""
	if on, ok, _ := day.FromProto(h.GetNoticeBy()); ok {
		notice = on.String()
	}
	return fmt.Sprint(h.GetUnit(), " ", left, " ", spell.Name(h.GetWarning()), " ", notice, " ", h.RentCents != nil)
}

// plainLeases says what the list must be, from the homes one by one: a band has
// begun when the day that lies its months after today is not before the end.
func plainLeases(w *town, on day.Day, within *int32) []string {
	type row struct {
		ends day.Day
		text string
	}
	var rows []row
	token := ""
	for {
		page := ask(w, w.units.ListUnits, &eilev1.ListUnitsRequest{PageSize: 1000, PageToken: token})
		for _, unit := range page.GetUnits() {
			ends, known, _ := day.FromProto(unit.GetLease().GetEndsOn())
			if unit.GetTenure() != eilev1.Tenure_TENURE_RENTED_IN || within != nil && (!known || ends > on.AddMonths(int(*within))) {
				continue
			}
			if !known {
				rows = append(rows, row{1 << 30, unit.GetReference() + " ? NO_END_RECORDED  false"})
				continue
			}
			band := "NONE"
			for _, months := range []int{12, 6, 3} {
				if on.AddMonths(months) >= ends {
					band = fmt.Sprintf("%d_MONTHS", months)
				}
			}
			if ends <= on {
				band = "ENDED"
			}
			notice := ""
			if unit.GetLease().NoticeMonths != nil {
				notice = ends.AddMonths(-2).String()
			}
			rows = append(rows, row{ends, fmt.Sprint(unit.GetReference(), " ", int(ends-on), " ", band, " ", notice, " ", unit.GetLease().RentCents != nil)})
		}
		if token = page.GetNextPageToken(); token == "" {
			break
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return int(a.ends - b.ends) })
	texts := make([]string, len(rows))
	for i, r := range rows {
		texts[i] = r.text
	}
	return texts
}

// Whatever leases do over a year, the stock reconciles for every period, and a
// home whose lease is over is never offered.
func TestStockReconcilesWithLeases(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := openTown(rt, "2026-01-01", leaseGround)
		today, _ := day.Parse("2026-01-01")
		var days []string
		for step := range rapid.IntRange(2, 5).Draw(rt, "steps") {
			w.setDay(today.String())
			for i := range rapid.IntRange(0, 3).Draw(rt, "homes") {
				until := today.AddDays(rapid.IntRange(-10, 200).Draw(rt, "until"))
				w.home(fmt.Sprintf("U-%d-%d", step, i), rapid.Int32Range(1, 2).Draw(rt, "rooms"), rented(until.String()))
			}
			for i := range rapid.IntRange(0, 3).Draw(rt, "households") {
				w.waits(fmt.Sprintf("A-%d-%d", step, i), "2020-01-01", rapid.Int64Range(1, 2).Draw(rt, "size"))
			}
			run := w.night(today.String())
			for _, match := range run.GetMatches() {
				ends, _, _ := day.FromProto(w.unit(match.GetUnit()).GetLease().GetEndsOn())
				if ends <= today {
					rt.Fatalf("on %s a home was matched whose lease ended on %s", today, ends)
				}
				if rapid.Bool().Draw(rt, "accepts") {
					w.accept(match.GetApplication())
				}
			}
			for _, unit := range ask(w, w.units.ListUnits, &eilev1.ListUnitsRequest{PageSize: 1000}).GetUnits() {
				if rapid.IntRange(0, 9).Draw(rt, "amend") > 0 || unit.GetStatus() == eilev1.UnitStatus_UNIT_STATUS_RESERVED {
					continue
				}
				until := today.AddDays(rapid.IntRange(-30, 300).Draw(rt, "new end"))
				ask(w, w.units.AmendUnit, &eilev1.AmendUnitRequest{
					Unit: &eilev1.Unit{Reference: unit.GetReference(), Lease: &eilev1.Lease{EndsOn: until.Proto()}}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"lease"}},
				})
			}
			days = append(days, today.String())
			today = today.AddDays(rapid.IntRange(1, 90).Draw(rt, "pause"))
		}
		for i := range days {
			for j := i; j < len(days); j++ {
				stock(w, days[i], days[j])
			}
		}
		in := int32(0)
		for _, unit := range ask(w, w.units.ListUnits, &eilev1.ListUnitsRequest{PageSize: 1000}).GetUnits() {
			if unit.GetLeftStockOn() == nil {
				in++
			}
		}
		if got := stock(w, days[0], days[len(days)-1]).GetClosing(); got != in {
			rt.Fatalf("%d homes at the end, %d are in the stock", got, in)
		}
		w.Sound()
	})
}
