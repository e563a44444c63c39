package intake

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/server/rulebook"
	"github.com/eile-housing/eile/store"
)

const (
	applications = eilev1.ImportKind_IMPORT_KIND_APPLICATIONS
	units        = eilev1.ImportKind_IMPORT_KIND_UNITS
	inspections  = eilev1.ImportKind_IMPORT_KIND_INSPECTIONS
)

var plain = eiletest.Town{Mode: "fill", Districts: "limit", Approval: "none"}.Text() + "hazards: [{code: damp, title: {en: Damp}}]\n"

// desk is an office that takes files.
type desk struct {
	*eiletest.World
	office *rpc.Office
	intake *Intake
	codes  rpc.AccessCodes
}

// open is a desk under the policy.
func open(t *testing.T) *desk {
	t.Helper()
	w := eiletest.Bare(t, plain)
	clock := rulebook.NewClock(w.Now, true)
	d := &desk{World: w, office: &rpc.Office{Register: w.Register, Book: rulebook.New(w.Register, clock), Clock: clock}, codes: rpc.NewAccessCodes(make([]byte, 32))}
	d.intake = New(d.office, d.codes)
	d.activate(plain)
	return d
}

func (d *desk) activate(text string) {
	d.Helper()
	candidate, err := rulebook.Read("policy.yaml", []byte(text))
	if err != nil {
		d.Fatal(err)
	}
	if _, err := d.office.Book.Activate(d.Context(), d.Stamp("policy.activate"), candidate, rulebook.Wish{Seed: eiletest.Seed}); err != nil {
		d.Fatal(err)
	}
}

// answer is what was told of a file.
type answer struct {
	faults, codes []string
	progress      []*eilev1.ImportProgress
	result        *eilev1.ImportResult
}

func (a *answer) hear(part *eilev1.ImportResponse) error {
	switch part := part.GetPart().(type) {
	case *eilev1.ImportResponse_Fault:
		a.faults = append(a.faults, fmt.Sprintf("%d:%s: %s", part.Fault.GetLine(), part.Fault.GetColumn(), part.Fault.GetMessage()))
	case *eilev1.ImportResponse_Code:
		a.codes = append(a.codes, part.Code.GetReference()+" "+part.Code.GetAccessCode())
	case *eilev1.ImportResponse_Progress:
		a.progress = append(a.progress, proto.CloneOf(part.Progress))
	case *eilev1.ImportResponse_Result:
		a.result = part.Result
	}
	return nil
}

// take brings a file in.
func (d *desk) take(header *eilev1.ImportHeader, lines ...string) (*answer, error) {
	a := &answer{}
	upload, err := d.intake.Begin(words.Default, header, a.hear)
	if err != nil {
		return nil, err
	}
	if err := upload.Check(d.Context(), strings.NewReader(strings.Join(lines, "\n")+"\n")); err != nil {
		return nil, err
	}
	return a, upload.Finish(d.Context())
}

func (d *desk) mustTake(kind eilev1.ImportKind, lines ...string) *answer {
	d.Helper()
	a, err := d.take(&eilev1.ImportHeader{Kind: kind}, lines...)
	if err != nil {
		d.Fatal(err)
	}
	return a
}

// waiting names the households of the list in its order.
func (d *desk) waiting() (names []string) {
	for _, placement := range d.Register.List().QueueAfter("general", "", 1000).Placements {
		names = append(names, placement.Reference)
	}
	return names
}

func figures(a *answer) string {
	r := a.result
	return fmt.Sprintf("%d rows, %d created, %d unchanged, %d faults", r.GetRows(), r.GetCreated(), r.GetUnchanged(), r.GetFaults())
}

// A file of households stands on the list at once, with its codes; the same file
// again changes nothing, and says the same codes.
func TestAFileOfApplications(t *testing.T) {
	t.Parallel()
	d := open(t)
	header := &eilev1.ImportHeader{Kind: applications, Codes: true}
	lines := []string{"reference,registered_at,points,given_name", "A-3,2020-01-01,3,Ona", "A-1,2020-01-02,9,", "A-2,2020-01-03,5,Jonas", "A-4,2020-01-03,,"}
	first, err := d.take(header, lines...)
	if err != nil || figures(first) != "4 rows, 4 created, 0 unchanged, 0 faults" || first.result.GetId() == "" {
		t.Fatalf("%v: %v", first, err)
	}
	if got := d.waiting(); !slices.Equal(got, []string{"A-1", "A-2", "A-3"}) {
		t.Errorf("%q wait", got)
	}
	d.Is("A-4", "RECEIVED")
	var want []string
	for _, reference := range []string{"A-1", "A-2", "A-3", "A-4"} {
		want = append(want, reference+" "+d.codes.Of(reference, 1))
	}
	if !slices.Equal(first.codes, want) {
		t.Errorf("%q, want %q", first.codes, want)
	}
	stored := eiletest.Read(d.World, store.Applications, "A-3")
	if stored.GetImport() != first.result.GetId() || stored.GetEtag() == "" || stored.GetReceivedAt() == nil || eiletest.Read(d.World, store.Persons, "A-3").GetGivenName() != "Ona" {
		t.Errorf("%v", stored)
	}
	if last := first.progress[len(first.progress)-1]; last.GetChecked() != 4 || last.GetWritten() != 4 || last.GetRows() != 4 {
		t.Errorf("%v", first.progress)
	}
	before := d.Bytes()
	again, err := d.take(header, lines...)
	slices.Sort(again.codes)
	if err != nil || figures(again) != "4 rows, 0 created, 4 unchanged, 0 faults" || !slices.Equal(again.codes, want) || d.Bytes() != before {
		t.Errorf("%v: %v", again, err)
	}
}

// A bad row is told with its line and column, and keeps the whole file out,
// unless a part is wanted.
func TestBadRowsKeepAFileOut(t *testing.T) {
	t.Parallel()
	d := open(t)
	lines := []string{"reference,registered_at,points,members", "A-1,2020-01-01,3,", "A-2,2020-02-30,many,", "A-3,2020-01-01,4,", "A-4,2020-01-01,-4,", "A-5,2020-01-01,1,child/F/2015-05-05"}
	before := d.Bytes()
	whole := d.mustTake(applications, lines...)
	if figures(whole) != "5 rows, 0 created, 0 unchanged, 4 faults" || d.Bytes() != before || whole.result.GetId() != "" {
		t.Errorf("%s: %q", figures(whole), whole.faults)
	}
	for i, start := range []string{"3:registered_at: ", "3:points: ", "5:points: ", "6:members: "} {
		if i >= len(whole.faults) || !strings.HasPrefix(whole.faults[i], start) {
			t.Errorf("fault %d is not %q of %q", i, start, whole.faults)
		}
	}
	dry, err := d.take(&eilev1.ImportHeader{Kind: applications, Partial: true, DryRun: true, Codes: true}, lines...)
	if err != nil || figures(dry) != "5 rows, 2 created, 0 unchanged, 4 faults" || !dry.result.GetDryRun() || len(dry.codes) != 0 || d.Bytes() != before {
		t.Errorf("%v: %v", dry, err)
	}
	part, err := d.take(&eilev1.ImportHeader{Kind: applications, Partial: true}, lines...)
	if err != nil || figures(part) != "5 rows, 2 created, 0 unchanged, 4 faults" || !slices.Equal(d.waiting(), []string{"A-3", "A-1"}) {
		t.Errorf("%v: %v", part, err)
	}
	// What is registered with other values is not overwritten.
	other := d.mustTake(applications, "reference,registered_at,points", "A-1,2020-01-01,8", "A-3,2020-01-01,4")
	if figures(other) != "2 rows, 0 created, 1 unchanged, 1 faults" || !strings.HasPrefix(other.faults[0], "2:reference: A-1 is registered already") {
		t.Errorf("%s: %q", figures(other), other.faults)
	}
	// A fault of the file as a whole leaves nothing of it, also of a part.
	fatal, err := d.take(&eilev1.ImportHeader{Kind: applications, Partial: true}, "reference,registered_at,nonsense", "A-9,2020-01-01,1")
	if err != nil || fatal.result.GetCreated() != 0 || len(fatal.faults) != 1 || !strings.Contains(fatal.faults[0], "nonsense") {
		t.Errorf("%v: %v", fatal, err)
	}
}

// Homes come with their condition; inspections change it once they are decided,
// and the same row twice is one inspection.
func TestFilesOfHomesAndInspections(t *testing.T) {
	t.Parallel()
	d := open(t)
	homes := []string{"reference,rooms,wear_percent", "U-1,2,10", "U-2,3,90", "U-3,1,"}
	if a := d.mustTake(units, homes...); figures(a) != "3 rows, 3 created, 0 unchanged, 0 faults" {
		t.Errorf("%s: %q", figures(a), a.faults)
	}
	if a := d.mustTake(units, homes...); figures(a) != "3 rows, 0 created, 3 unchanged, 0 faults" {
		t.Errorf("%s: %q", figures(a), a.faults)
	}
	if a := d.mustTake(units, "reference,rooms,wear_percent,earmark", "U-9,2,10,nonsense"); a.result.GetCreated() != 0 || len(a.faults) != 1 {
		t.Errorf("%s: %q", figures(a), a.faults)
	}
	condition := func(reference string) string {
		return spell.Name(eiletest.Read(d.World, store.Units, reference).GetCondition().GetState())
	}
	if got := condition("U-1") + condition("U-2"); got != "FITFLAGGED" {
		t.Errorf("%s", got)
	}
	rows := []string{"unit,inspected_on,inspector,hazards", "U-1,2025-06-01,Ona,damp", "U-3,2025-06-01,Ona,"}
	if a := d.mustTake(inspections, rows...); figures(a) != "2 rows, 2 created, 0 unchanged, 0 faults" {
		t.Errorf("%s: %q", figures(a), a.faults)
	}
	if got := eiletest.Read(d.World, store.Units, "U-1").GetInspections(); len(got) != 1 || !slices.Equal(got[0].GetHazards(), []string{"damp"}) {
		t.Errorf("%v", got)
	}
	before := d.Bytes()
	if a := d.mustTake(inspections, rows...); figures(a) != "2 rows, 0 created, 2 unchanged, 0 faults" || d.Bytes() != before {
		t.Errorf("%s: %q", figures(a), a.faults)
	}
	a := d.mustTake(inspections, "unit,inspected_on,inspector,hazards", "U-9,2025-06-01,Ona,", "U-2,2025-05-01,Ona,", "U-2,2025-05-01,Ona,", "U-2,2025-07-01,Ona,", "U-2,2025-05-02,Ona,flood")
	if a.result.GetRows() != 5 || len(a.faults) != 4 || a.faults[0] != "2:unit: there is no unit U-9: import or register it first" || !strings.HasPrefix(a.faults[1], "4:: the row is the same as that of line 3") {
		t.Errorf("%s: %q", figures(a), a.faults)
	}
}

// The same request is carried out once, and answered as the first time; with
// another file it is refused.
func TestARepeatedImport(t *testing.T) {
	t.Parallel()
	d := open(t)
	header := &eilev1.ImportHeader{Kind: applications, RequestId: "5b3e7c6e-8d8e-4c50-9d5c-5f5f5f5f5f5f"}
	lines := []string{"reference,registered_at,points", "A-1,2020-01-01,3"}
	first, err := d.take(header, lines...)
	if err != nil {
		t.Fatal(err)
	}
	second, err := d.take(header, lines...)
	if err != nil || second.result.GetId() != first.result.GetId() || figures(second) != "1 rows, 1 created, 0 unchanged, 0 faults" {
		t.Errorf("%v: %v", second, err)
	}
	_, err = d.take(header, append(lines, "A-2,2020-01-01,3")...)
	if reused := new(store.ErrRequestReused); !errors.As(err, reused) {
		t.Errorf("%v", err)
	}
}

// Between the check and the writing the world may change: then nothing is
// imported.
func TestWhatHappensMeanwhile(t *testing.T) {
	t.Parallel()
	for what, meanwhile := range map[string]func(*desk){
		"another policy":   func(d *desk) { d.activate(eiletest.Version(plain, "2", "points > 0", "points > 2")) },
		"another register": func(d *desk) { d.Household("A-1", "points=4") },
	} {
		d := open(t)
		upload, err := d.intake.Begin(words.Default, &eilev1.ImportHeader{Kind: applications}, new(answer).hear)
		if err != nil {
			t.Fatal(err)
		}
		if err := upload.Check(t.Context(), strings.NewReader("reference,registered_at,points\nA-1,2020-01-01,3\nA-2,2020-01-01,3\n")); err != nil {
			t.Fatal(err)
		}
		meanwhile(d)
		if err := upload.Finish(t.Context()); err == nil || !strings.Contains(err.Error(), "nothing was imported; try again") {
			t.Errorf("%s: %v", what, err)
		}
		if _, ok := d.Register.List().Position("A-2"); ok {
			t.Errorf("%s: half of the file is there", what)
		}
	}
}

// Killed between the decision and the homes, the next start assesses them.
func TestInspectionsAreSettledAfterAKill(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.mustTake(units, "reference,rooms,wear_percent", "U-1,2,10", "U-2,2,10")
	d.mustTake(inspections, "unit,inspected_on,inspector,hazards", "U-1,2025-06-01,Ona,damp")
	record := eiletest.All(d.World, store.Imports)
	last := eiletest.All(d.World, store.Inspections)[0].GetImport()
	d.Must("test", func(c casework.Change) error {
		undone := proto.CloneOf(record[slices.IndexFunc(record, func(r *eilev1.ImportRecord) bool { return r.GetKind() == inspections })])
		undone.Unsettled = true
		unit, err := store.Units.Get(c.Tx, "U-1")
		if err != nil {
			return err
		}
		unit.Inspections = nil
		return errors.Join(store.Imports.Put(c.Tx, last, undone), c.Tx.PutUnit(unit))
	})
	if err := d.intake.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := eiletest.Read(d.World, store.Units, "U-1").GetInspections(); len(got) != 1 || eiletest.Read(d.World, store.Imports, last).GetUnsettled() {
		t.Errorf("%v", got)
	}
	before := d.Bytes()
	if err := d.intake.Settle(t.Context()); err != nil || d.Bytes() != before {
		t.Errorf("settled again: %v", err)
	}
}

// A file that breaks off is an error, whoever broke it off; so is a listener who
// has gone.
func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	d := open(t)
	why := errors.New("the line was cut")
	upload, err := d.intake.Begin(words.Default, &eilev1.ImportHeader{Kind: applications}, new(answer).hear)
	if err != nil {
		t.Fatal(err)
	}
	cut := io.MultiReader(strings.NewReader("reference,registered_at,points\nA-1,2020-01-01,3\n"), failing{why})
	if err := upload.Check(t.Context(), cut); !errors.Is(err, why) {
		t.Errorf("%v", err)
	}
	deaf, err := d.intake.Begin(words.Default, &eilev1.ImportHeader{Kind: applications}, func(*eilev1.ImportResponse) error { return why })
	if err != nil {
		t.Fatal(err)
	}
	if err := deaf.Check(t.Context(), strings.NewReader("reference,registered_at,points\nA-1,never,3\n")); !errors.Is(err, why) {
		t.Errorf("%v", err)
	}
	bare := rulebook.New(d.Register, d.office.Clock)
	if _, err := New(&rpc.Office{Register: d.Register, Book: bare, Clock: d.office.Clock}, d.codes).Begin(words.Default, &eilev1.ImportHeader{}, nil); !errors.Is(err, rulebook.ErrNoPolicy) {
		t.Errorf("%v", err)
	}
}

type failing struct{ why error }

func (f failing) Read([]byte) (int, error) { return 0, f.why }
