package e2e

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// published is one row of the official ranking of Xinglong A, 2025.
type published struct {
	reference, unitType string
	points, rank        int // rank 0: not ranked
}

func xinglong(t *testing.T) []published {
	t.Helper()
	text, err := os.ReadFile(shared(t, "data/taipei_xinglong_a_2025/taipei_xinglong_a_2025_points_and_rank.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []published
	for _, row := range rows[1:] {
		points, err := strconv.Atoi(row[2])
		rank, _ := strconv.Atoi(row[3])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, published{row[0], row[1], points, rank})
	}
	return all
}

// flats are homes of one type, from a number on.
func flats(unitType string, from, count int) [][]string {
	var rows [][]string
	for i := range count {
		rows = append(rows, []string{fmt.Sprintf("XL-%02d", from+i), unitType})
	}
	return rows
}

func TestTaipeiRankingAndNight(t *testing.T) {
	t.Parallel()
	official := xinglong(t)
	rows := [][]string{{"reference", "registered_at", "points", "unit_type"}}
	for _, p := range official {
		rows = append(rows, []string{p.reference, "2025-04-01", strconv.Itoa(p.points), p.unitType})
	}
	applications := sheet(t, "applications.csv", rows...)
	units := sheet(t, "units.csv", slices.Concat([][]string{{"reference", "unit_type"}}, flats("1-bedroom", 1, 14), flats("2-bedroom", 21, 3))...)

	s := serve(t)
	seed := read(s, &eilev1.Policy{}, "policy", "activate", "taipei-points").GetSeed()
	imported := read(s, &eilev1.ImportResult{}, "import", "applications", applications)
	if imported.GetRows() != 356 || imported.GetCreated() != 356 {
		t.Fatalf("import: %v", imported)
	}
	s.do("import", "units", units)
	s.same("the same file a second time", func() {
		again := read(s, &eilev1.ImportResult{}, "import", "applications", applications)
		if again.GetCreated() != 0 || again.GetUnchanged() != 356 {
			t.Errorf("imported again: %v", again)
		}
		if again := read(s, &eilev1.ImportResult{}, "import", "units", units); again.GetUnchanged() != 17 {
			t.Errorf("imported again: %v", again)
		}
	})

	queue := s.queue()
	for _, unitType := range []string{"1-bedroom", "2-bedroom"} {
		matchesOfficial(t, queue, official, unitType, seed)
	}
	zero := 0
	for _, p := range official {
		if p.rank != 0 {
			continue
		}
		zero++
		application, place := s.application(p.reference), s.position(p.reference)
		if place.GetPosition() != 0 || application.GetEligibility() != eilev1.Eligibility_ELIGIBILITY_NO ||
			application.GetReasons()[0].GetCode() != "ZERO_POINTS" {
			t.Errorf("%s has no points and place %d: %v", p.reference, place.GetPosition(), application.GetReasons())
		}
	}
	if zero != 11 {
		t.Errorf("%d cases are not ranked, want 11", zero)
	}

	run := s.night()
	if run.GetState() != eilev1.RunState_RUN_STATE_COMMITTED || run.GetOffersCreated() != 17 || run.GetSeed() != seed {
		t.Fatalf("run: %v", run)
	}
	checkOffered(t, s.offers("--run", run.GetId()), queue, official)
	s.same("the night of the same day", func() {
		if again := s.night("--on", on(run, 0)); again.GetId() != run.GetId() {
			t.Errorf("the day was run twice: %s and %s", run.GetId(), again.GetId())
		}
	})
	verified(s, run)
	reconciles(s)
}

// matchesOfficial compares one type of the queue with the official ranking:
// equal points may stand in another order, that of the published draw.
func matchesOfficial(t *testing.T, queue []*eilev1.Position, official []published, unitType, seed string) {
	t.Helper()
	want := slices.DeleteFunc(slices.Clone(official), func(p published) bool { return p.unitType != unitType || p.rank == 0 })
	points := map[string]int{}
	for _, p := range want {
		points[p.reference] = p.points
	}
	ticket := func(p published) string {
		sum := sha256.Sum256(slices.Concat([]byte(seed), []byte{0}, []byte(p.reference)))
		return string(sum[:])
	}
	slices.SortFunc(want, func(a, b published) int { return a.rank - b.rank })
	if !slices.IsSortedFunc(want, func(a, b published) int { return b.points - a.points }) {
		t.Fatal("the official ranking does not go by points")
	}
	slices.SortFunc(want, func(a, b published) int {
		return cmp.Or(b.points-a.points, cmp.Compare(ticket(a), ticket(b)))
	})
	at := 0
	for _, position := range queue {
		if position.GetNeedClass() != unitType {
			continue
		}
		if at == len(want) || position.GetReference() != want[at].reference {
			t.Fatalf("%s: place %d has %s with %d points", unitType, at+1, position.GetReference(), points[position.GetReference()])
		}
		at++
		if position.GetPositionInNeedClass() != int32(at) || position.GetWaitingInNeedClass() != int32(len(want)) {
			t.Errorf("%s: place %d is told as %v", unitType, at, position)
		}
	}
	if at != len(want) {
		t.Errorf("%s: %d are ranked, want %d", unitType, at, len(want))
	}
}

// checkOffered checks that the first of each type were offered the homes, down
// to the scores that were published.
func checkOffered(t *testing.T, offers []*eilev1.Offer, queue []*eilev1.Position, official []published) {
	t.Helper()
	of := map[string]published{}
	for _, p := range official {
		of[p.reference] = p
	}
	last, offered := map[string]int{}, map[string]bool{}
	for _, offer := range offers {
		p := of[offer.GetApplication()]
		if lowest, ok := last[p.unitType]; !ok || p.points < lowest {
			last[p.unitType] = p.points
		}
		offered[p.reference] = true
	}
	if last["1-bedroom"] != 32 || last["2-bedroom"] != 47 {
		t.Errorf("the last offered scores are %v, published were 32 and 47", last)
	}
	left := map[string]int{"1-bedroom": 14, "2-bedroom": 3}
	for _, position := range queue {
		class := position.GetNeedClass()
		if wants := left[class] > 0; offered[position.GetReference()] != wants {
			t.Errorf("%s stands at place %d of %s: offered %t", position.GetReference(), position.GetPositionInNeedClass(), class, !wants)
		}
		left[class]--
	}
}

// verified checks the evidence of a run: the hashes are of these files, and the
// outcome is the one that the instance prescribes.
func verified(s *service, run *eilev1.Run) {
	s.t.Helper()
	dir := s.t.TempDir()
	s.do("run", "evidence", run.GetId(), "--dir", dir)
	for file, want := range map[string]string{"instance.json": run.GetInstanceSha256(), "outcome.json": run.GetOutcomeSha256()} {
		text, err := os.ReadFile(dir + "/" + file)
		if err != nil {
			s.t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(text)); got != want {
			s.t.Errorf("%s has the hash %s, the run says %s", file, got, want)
		}
		for _, offer := range s.offers("--run", run.GetId()) {
			if bytes.Contains(text, []byte(offer.GetApplication())) {
				s.t.Errorf("%s names %s", file, offer.GetApplication())
			}
		}
	}
	if said := offline(s.t, eileBin, "verify", dir+"/instance.json", dir+"/outcome.json"); said.code != 0 {
		s.t.Errorf("eile verify exits %d: %s%s", said.code, said.stdout, said.stderr)
	}
}

// reconciles checks that the figures add up: for every list and the homes,
// over all time and over the last day, and that they say what is there.
func reconciles(s *service) {
	s.t.Helper()
	whole := read(s, &eilev1.GetStatsResponse{}, "stats")
	addUp(s.t, whole)
	waiting := 0
	for _, list := range whole.GetLists() {
		waiting += int(list.GetClosing())
	}
	if n := len(s.order()); n != waiting || int(whole.GetWaiting()) != n {
		s.t.Errorf("stats count %d waiting in lists, %d in all; the queue has %d", waiting, whole.GetWaiting(), n)
	}
	flagged := len(read(s, &eilev1.ListUnitsResponse{}, "flag", "list").GetUnits())
	if int(whole.GetFlagged()) != flagged {
		s.t.Errorf("stats count %d flagged homes, flag list has %d", whole.GetFlagged(), flagged)
	}
	last := fmt.Sprintf("%04d-%02d-%02d", whole.GetTo().GetYear(), whole.GetTo().GetMonth(), whole.GetTo().GetDay())
	addUp(s.t, read(s, &eilev1.GetStatsResponse{}, "stats", "--from", last, "--to", last))
}

func addUp(t *testing.T, stats *eilev1.GetStatsResponse) {
	t.Helper()
	sum := func(counts []*eilev1.Count) (n int32) {
		for _, c := range counts {
			n += c.GetCount()
		}
		return n
	}
	for _, list := range stats.GetLists() {
		if list.GetOpening()+sum(list.GetCame())-sum(list.GetLeft()) != list.GetClosing() {
			t.Errorf("list %s does not reconcile: %v", list.GetList(), list)
		}
	}
	homes := stats.GetUnits()
	if homes.GetOpening()+sum(homes.GetCame())-sum(homes.GetLeft()) != homes.GetClosing() {
		t.Errorf("the homes do not reconcile: %v", homes)
	}
	if sum(stats.GetUnitsByStatus()) != homes.GetClosing() || sum(stats.GetUnitsByCondition()) != homes.GetClosing() {
		t.Errorf("the homes by status %v and by condition %v are not %d", stats.GetUnitsByStatus(), stats.GetUnitsByCondition(), homes.GetClosing())
	}
}

// equal tells whether two answers are the same message.
func equal(t *testing.T, what string, got, want proto.Message) {
	t.Helper()
	if !proto.Equal(got, want) {
		t.Errorf("%s\ngot  %v\nwant %v", what, got, want)
	}
}
