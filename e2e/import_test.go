package e2e

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// malformed is a file with faults, and where they lie: "LINE: column", without
// the column where the fault is of a row or the file.
type malformed struct {
	name, text string
	at         []string
}

// rejects imports bad files: exit 1, a line for each fault, nothing written.
func (s *service) rejects(kind string, files []malformed) {
	s.t.Helper()
	for _, bad := range files {
		s.same(kind+": "+bad.name, func() {
			s.t.Helper()
			path := file(s.t, kind+".csv", bad.text)
			said := s.eile("import", kind, path)
			if said.code != 1 || said.stdout != "" {
				s.t.Errorf("%s: %s: exit %d\n%s%s", kind, bad.name, said.code, said.stdout, said.stderr)
			}
			var got []string
			for line := range strings.Lines(said.stderr) {
				at, ok := strings.CutPrefix(line, path+":")
				parts := strings.SplitN(at, ": ", 3)
				if !ok || len(parts) < 2 {
					s.t.Errorf("%s: %s: %s", kind, bad.name, line)
					continue
				}
				if len(parts) == 3 && !strings.Contains(parts[1], " ") {
					got = append(got, parts[0]+": "+parts[1])
				} else {
					got = append(got, parts[0])
				}
			}
			if !slices.Equal(got, bad.at) {
				s.t.Errorf("%s: %s: faults at %q, want %q\n%s", kind, bad.name, got, bad.at, said.stderr)
			}
			if again := s.eile("import", kind, path, "--dry-run"); again != said {
				s.t.Errorf("%s: %s: a dry run says\n%s\nwant\n%s", kind, bad.name, again.stderr, said.stderr)
			}
		})
	}
}

func TestBadApplications(t *testing.T) {
	t.Parallel()
	s := city(t, household("KNOWN", "2017-01-01"))
	s.do("application", "register", "BY-HAND", "--registered-at", "2017-01-01", "--members", "self/F/1985-02-03")
	const head = "reference,registered_at,members\n"
	row := func(cells string) string { return head + cells + "\n" }
	column := func(name, value string) string {
		return "reference,registered_at," + name + "\nX-1,2020-01-01," + value + "\n"
	}
	s.rejects("applications", []malformed{
		{"empty file", "", []string{"1"}},
		{"only a byte order mark", "\ufeff", []string{"1"}},
		{"UTF-16", "\xff\xfer\x00e\x00", []string{"1"}},
		{"not UTF-8", row("X-1,2020-01-01,self/F/1985-02-0\xff"), []string{"2: members"}},
		{"not UTF-8 in the header", "reference,registered_at,n\xffme\nX-1,2020-01-01,a\n", []string{"1"}},
		{"semicolons between cells", "reference;registered_at\nX-1;2020-01-01\n", []string{"1"}},
		{"unknown column", "reference,registered_at,shoe_size\nX-1,2020-01-01,42\n", []string{"1: shoe_size"}},
		{"column twice", "reference,registered_at,reference\nX-1,2020-01-01,X-1\n", []string{"1: reference"}},
		{"required column missing", "reference,members\nX-1,self/F/1985-02-03\n", []string{"1: registered_at"}},
		{"required cell empty", row(",2020-01-01,") + "X-1,,\n", []string{"2: reference", "3: registered_at"}},
		{"row too short", row("X-1,2020-01-01"), []string{"2"}},
		{"row too long", row("X-1,2020-01-01,,"), []string{"2"}},
		{"quote not closed", row("\"X-1,2020-01-01,") + "X-2,2020-01-01,\n", []string{"2"}},
		{"duplicate reference", row("X-1,2020-01-01,self/F/1985-02-03") + "X-2,2020-01-01,self/F/1985-02-03\nX-1,2021-01-01,\n", []string{"4: reference"}},
		{"registered with other values", row("KNOWN,2018-01-01,self/F/1985-02-03"), []string{"2: reference"}},
		{"registered by hand", row("BY-HAND,2017-01-01,self/F/1985-02-03"), []string{"2: reference"}},
		{"reference", row("X 1,2020-01-01,") + strings.Repeat("x", 65) + ",2020-01-01,\nĄ-1,2020-01-01,\n", []string{"2: reference", "3: reference", "4: reference"}},
		{"31 February", row("X-1,2020-02-31,") + "X-2,2020-02-31T10:00:00Z,\n", []string{"2: registered_at", "3: registered_at"}},
		{"29 February of no leap year", row("X-1,2019-02-29,"), []string{"2: registered_at"}},
		{"time without offset", row("X-1,2020-01-01T10:00:00,"), []string{"2: registered_at"}},
		{"registered in the future", row("X-1,2999-01-01,"), []string{"2: registered_at"}},
		{"no date", row("X-1,yesterday,"), []string{"2: registered_at"}},
		{"birth on 31 February", row("X-1,2020-01-01,self/F/1985-02-31"), []string{"2: members"}},
		{"birth in the future", row("X-1,2020-01-01,self/F/1985-02-01;child/M/2999-01-01"), []string{"2: members"}},
		{"relation", row("X-1,2020-01-01,self/F/1985-02-01;cousin/M/2000-01-01"), []string{"2: members"}},
		{"sex", row("X-1,2020-01-01,self/Q/1985-02-01"), []string{"2: members"}},
		{"nobody applies", row("X-1,2020-01-01,child/M/2000-01-01"), []string{"2: members"}},
		{"partner of nobody", row("X-1,2020-01-01,self/F/1985-02-01;partner_of:9/M/1980-01-01"), []string{"2: members"}},
		{"unknown list", column("list", "nonsense"), []string{"2: list"}},
		{"int", column("net_income_cents", "12.5"), []string{"2: net_income_cents"}},
		{"negative", column("net_income_cents", "-1"), []string{"2: net_income_cents"}},
		{"bool", column("owns_home", "yes"), []string{"2: owns_home"}},
		{"decimal", column("home_area_sqm", "\"12,5\""), []string{"2: home_area_sqm"}},
		{"date attribute", column("ground_since", "2020-13-01"), []string{"2: ground_since"}},
		{"value that is not allowed", column("claimed_grounds", "five_children;whim"), []string{"2: claimed_grounds"}},
		{"channel", column("channel", "pigeon"), []string{"2: channel"}},
		{"districts", column("districts", "Šeškinė;;Lazdynai"), []string{"2: districts"}},
		{"personal code of another birth date", "reference,registered_at,members,personal_code\nX-1,2020-01-01,self/F/1985-02-03,38001010001\n", []string{"2: personal_code"}},
		{
			"every fault of every row", "reference,registered_at,owns_home,net_income_cents\r\nX-1,never,yes,x\r\nX-2,2020-01-01,true,5\r\nX-3,2020-01-01,true,-5\r\n",
			[]string{"2: registered_at", "2: owns_home", "2: net_income_cents", "3: members", "4: net_income_cents"},
		},
	})
}

func TestBadUnitsAndInspections(t *testing.T) {
	t.Parallel()
	s := city(t)
	s.do("import", "units", sheet(t, "units.csv", []string{"reference"}, []string{"KNOWN"}))
	column := func(name, value string) string { return "reference," + name + "\nX-1," + value + "\n" }
	s.rejects("units", []malformed{
		{"empty file", "", []string{"1"}},
		{"unknown column", column("colour", "red"), []string{"1: colour"}},
		{"no reference", "district\nŠeškinė\n", []string{"1: reference"}},
		{"duplicate", "reference\nX-1\nX-1\n", []string{"3: reference"}},
		{"other values", "reference,rooms\nKNOWN,2\n", []string{"2: reference"}},
		{"rooms", column("rooms", "two"), []string{"2: rooms"}},
		{"no rooms", column("rooms", "0"), []string{"2: rooms"}},
		{"area", column("area_sqm", "\"48,5\""), []string{"2: area_sqm"}},
		{"no area", column("area_sqm", "0"), []string{"2: area_sqm"}},
		{"floor", column("floor", "1.5"), []string{"2: floor"}},
		{"lift", column("lift", "1"), []string{"2: lift"}},
		{"adapted", column("adapted", "TRUE"), []string{"2: adapted"}},
		{"tenure", column("tenure", "squat"), []string{"2: tenure"}},
		{"lease", column("lease_ends_on", "2030-02-30"), []string{"2: lease_ends_on"}},
		{"lease of an owned home", "reference,tenure,lease_ends_on\nX-1,owned,2030-01-01\n", []string{"2: lease_ends_on"}},
		{"wear", column("wear_percent", "101"), []string{"2: wear_percent"}},
		{"amenities", column("amenities", "bath;sauna"), []string{"2: amenities"}},
		{"none and some", column("amenities", "none;bath"), []string{"2: amenities"}},
		{"earmark", column("earmark", "friends"), []string{"2: earmark"}},
		{"status", column("status", "offered"), []string{"2: status"}},
		{"not UTF-8", column("address", "\xc3\x28"), []string{"2: address"}},
	})
	inspection := func(name, value string) string {
		return "unit,inspected_on," + name + "\nKNOWN,2024-01-01," + value + "\n"
	}
	s.rejects("inspections", []malformed{
		{"empty file", "", []string{"1"}},
		{"unknown column", inspection("smell", "bad"), []string{"1: smell"}},
		{"unknown home", "unit,inspected_on\nX-9,2024-01-01\n", []string{"2: unit"}},
		{"no date", "unit,inspected_on\nKNOWN,\n", []string{"2: inspected_on"}},
		{"31 February", "unit,inspected_on\nKNOWN,2024-02-31\n", []string{"2: inspected_on"}},
		{"to come", "unit,inspected_on\nKNOWN,2999-01-01\n", []string{"2: inspected_on"}},
		{"score", inspection("score", "101"), []string{"2: score"}},
		{"hazards", inspection("hazards", "hygiene;ghosts"), []string{"2: hazards"}},
		{"the same row twice", "unit,inspected_on\nKNOWN,2024-01-01\nKNOWN,2024-01-01\n", []string{"3"}},
	})
	s.refused("import", "units", filepath.Join(t.TempDir(), "none.csv"))
	s.refused("import", "units", t.TempDir())
}

// A partial import writes the good rows and tells the others; a byte order mark
// and the line ends of other systems are no fault.
func TestPartialImport(t *testing.T) {
	t.Parallel()
	s := city(t)
	mixed := file(t, "mixed.csv", "\ufeffregistered_at,reference,members\r\n2020-01-01,GOOD-1,self/F/1985-02-03\r\n2020-02-31,BAD-1,\r\n2020-01-02,GOOD-2,self/X/1985-02-03\r\n")
	said := s.eile("import", "applications", mixed, "--partial", "-o", "csv")
	if said.code != 0 || strings.Count(said.stderr, "\n") != 1 || !strings.HasPrefix(said.stderr, mixed+":3: registered_at: ") {
		t.Errorf("partial: exit %d\n%s%s", said.code, said.stdout, said.stderr)
	}
	rows, err := csv.NewReader(strings.NewReader(said.stdout)).ReadAll()
	if err != nil || len(rows) != 2 || !slices.Equal(rows[1][1:], []string{"3", "2", "0", "1", "false"}) {
		t.Errorf("partial: %q, %v", rows, err)
	}
	s.is("GOOD-1", "RECEIVED")
	mustHold(t, s.refused("application", "get", "BAD-1"), "NOT_FOUND")
	s.same("the same file again", func() { s.eile("import", "applications", mixed, "--partial") })
	s.same("a file without a good row", func() {
		bad := file(t, "bad.csv", "reference,registered_at\nX-1,never\n")
		if said := s.eile("import", "applications", bad, "--partial"); said.code != 1 {
			t.Errorf("no good row: exit %d", said.code)
		}
		// What follows a quote that is not closed was not read: nothing is good.
		open := file(t, "open.csv", "reference,registered_at,members\nX-2,2020-01-01,self/F/1985-02-03\n\"X-3,2020-01-01\nX-4,2020-01-01\n")
		if said := s.eile("import", "applications", open, "--partial"); said.code != 1 {
			t.Errorf("an open quote: exit %d", said.code)
		}
		known := file(t, "known.csv", "registered_at,reference,members\n2020-01-01,GOOD-1,self/F/1985-02-03\n\"2020-01-01,X\n2020-01-01,X-5\n")
		if said := s.eile("import", "applications", known, "--partial"); said.code != 1 {
			t.Errorf("an open quote after a row that is there: exit %d", said.code)
		}
	})
	s.same("a dry run of a good file", func() {
		good := file(t, "good.csv", "reference,registered_at,members\nX-1,2020-01-01,self/F/1985-02-03\n")
		codes := filepath.Join(t.TempDir(), "codes.csv")
		if dry := read(s, &eilev1.ImportResult{}, "import", "applications", good, "--dry-run", "--codes", codes); !dry.GetDryRun() || dry.GetCreated() != 1 || dry.GetId() != "" {
			t.Errorf("dry run: %v", dry)
		}
		if _, err := os.Stat(codes); !os.IsNotExist(err) {
			t.Errorf("a dry run wrote access codes: %v", err)
		}
	})
}

// An access code opens one's own place by HTTP and nothing else; a wrong one and
// an unknown reference are answered alike.
func TestAccessCodes(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.do("policy", "activate", "lt-vilnius")
	path := filepath.Join(t.TempDir(), "codes.csv")
	applications := sheet(t, "applications.csv", vilnius, household("A-1", "2017-01-01"), household("A-2", "2018-01-01", "owns_home", ""))
	s.do("import", "applications", applications, "--codes", path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("codes: %v, %v", info, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil || len(rows) != 3 || !slices.Equal(rows[0], []string{"reference", "access_code"}) {
		t.Fatalf("codes: %q, %v", rows, err)
	}
	codeOf := map[string]string{rows[1][0]: rows[1][1], rows[2][0]: rows[2][1]}
	status, body := s.get("/v1/applications/A-1/position", codeOf["A-1"])
	if status != http.StatusOK {
		t.Errorf("own place: %d %s", status, body)
	}
	for _, field := range strings.Fields("reference list position waiting ahead ahead_out_of_turn as_of policy need_class position_in_need_class waiting_in_need_class housed_last_12_months status") {
		mustHold(t, body, fmt.Sprintf("%q:", field))
	}
	mustHold(t, body, `"position":1`, `"APPLICATION_STATUS_WAITING"`)
	if status, body := s.get("/v1/applications/A-2/position", strings.ToLower(codeOf["A-2"])); status != http.StatusOK {
		t.Errorf("one without a place: %d %s", status, body)
	}
	_, unknown := s.get("/v1/applications/A-9/position", codeOf["A-1"])
	for _, wrong := range [][2]string{{"A-1", codeOf["A-2"]}, {"A-1", ""}, {"A-1", "0000-0000-0000-0000-0000"}, {"a-1", codeOf["A-1"]}, {"A-1%2f", codeOf["A-1"]}} {
		if status, body := s.get("/v1/applications/"+wrong[0]+"/position", wrong[1]); status != http.StatusNotFound || body != unknown {
			t.Errorf("%v: %d %s", wrong, status, body)
		}
	}
	issued := strings.Fields(s.do("application", "code", "A-1"))
	fresh := issued[len(issued)-1]
	if status, _ := s.get("/v1/applications/A-1/position", codeOf["A-1"]); status != http.StatusNotFound {
		t.Errorf("a former code still opens: %d", status)
	}
	if status, _ := s.get("/v1/applications/A-1/position", fresh); status != http.StatusOK {
		t.Errorf("a new code does not open: %d", status)
	}
	s.stop()
	s.again()
	if status, _ := s.get("/v1/applications/A-1/position", fresh); status != http.StatusOK {
		t.Errorf("after a restart a code does not open: %d", status)
	}
	for path, want := range map[string]int{"/": 200, "/?lang=lt": 200, "/healthz": 200, "/openapi.json": 200, "/v1/applications": 404, "/v1/applications/A-1": 404, "/v1/queue": 404} {
		if status, body := s.get(path, ""); status != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if strings.Contains(s.log.String(), fresh) {
		t.Error("an access code is in the log")
	}
}

// get asks the gateway, with an access code if there is one.
func (s *service) get(path, code string) (status int, body string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.page+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if code != "" {
		req.Header.Set("Authorization", "Bearer "+code)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// What the command line takes, the import takes, and each refuses a thing once.
func TestBadFactsOnTheCommandLine(t *testing.T) {
	t.Parallel()
	s := city(t, household("A-1", "2017-01-01"))
	s.do("unit", "register", "U-1")
	s.same("a bad fact", func() {
		for _, tc := range []struct{ args, word string }{
			{"application register A-2 --members self/F/1985-02-03 --attr owns_home=yes", "owns_home"},
			{"application register A-2 --members self/F/1985-02-03 --attr nonsense=1", "nonsense"},
			{"application register A-2 --members self/F/1985-02-03 --list nonsense", "nonsense"},
			{"application register A-2 --members self/F/1985-02-03 --registered-at 2999-01-01", "2999"},
			{"application register A-2", "members"},
			{"application register A-1 --members self/F/1985-02-03", "ALREADY_REGISTERED"},
			{"application register A_1/2 --members self/F/1985-02-03", "reference"},
			{"application amend A-1 --attr net_income_cents=12.5", "net_income_cents"},
			{"application amend A-1 --list nonsense", "nonsense"},
			{"application amend A-9 --attr net_income_cents=12", "NOT_FOUND"},
			{"application amend A-1 --attr net_income_cents=12 --etag nonsense", "ABORTED"},
			{"unit register U-1", "ALREADY_REGISTERED"},
			{"unit register U-2 --wear-percent 101", "wear_percent"},
			{"unit register U-2 --status offered", "OFFERED"},
			{"unit register U-2 --earmark friends", "friends"},
			{"unit register U-2 --tenure owned --lease-ends-on 2030-01-01", "lease"},
			{"unit amend U-1 --status reserved", "RESERVED"},
			{"unit inspect U-1 --hazards ghosts", "ghosts"},
			{"unit inspect U-1 --on 2999-01-01", "2999"},
			{"unit inspect U-9", "NOT_FOUND"},
			{"offer accept nonsense", "NOT_FOUND"},
			{"run get nonsense", "NOT_FOUND"},
			{"run evidence nonsense --dir " + t.TempDir(), "NOT_FOUND"},
			{"tenancy contract nonsense", "NOT_FOUND"},
			{"position A-9", "NOT_FOUND"},
			{"stats --from 2026-02-01 --to 2026-01-01", "2026-02-01"},
		} {
			said := s.refused(strings.Fields(tc.args)...)
			mustHold(t, said, tc.word)
			if strings.Count(said, tc.word) > 2 {
				t.Errorf("eile %s repeats itself: %s", tc.args, said)
			}
		}
		for _, args := range []string{
			"application register", "application get", "application get A-1 A-2", "application nonsense", "nonsense", "application list --status nonsense",
			"application register A-2 --members self/F/1985-02-31", "application register A-2 --attr owns_home", "unit register U-2 --rooms two",
			"unit register U-2 --amenities sauna", "run start --on 2026-02-31", "run start --nonsense", "queue --limit 0", "-o xml queue",
			"offer assess X", "offer assess X --justified --unjustified", "offer refuse X", "run explain X", "run evidence X", "application suspend A-1",
		} {
			s.fails(2, strings.Fields(args)...)
		}
	})
}

// Two who import one file at once, and one who registers by hand what comes in:
// each thing is there once, nothing that was acknowledged is lost, and the file
// can be imported again.
func TestImportsAtOnce(t *testing.T) {
	t.Parallel()
	s := ranked(t, 1, 0)
	rows := [][]string{{"reference", "registered_at", "points", "unit_type"}}
	for i := range 1500 {
		rows = append(rows, []string{fmt.Sprintf("B-%04d", i), "2025-04-01", "3", "1-bedroom"})
	}
	many := sheet(t, "many.csv", rows...)
	c := s.dial()
	var imports, hands sync.WaitGroup
	var done atomic.Bool
	var byHand sync.Map
	for hand := range 8 {
		hands.Go(func() {
			for i := range 300 {
				if done.Load() {
					return
				}
				reference := fmt.Sprintf("B-%04d", (i*7+hand*190)%1500)
				_, err := c.Applications.RegisterApplication(t.Context(), &eilev1.RegisterApplicationRequest{Application: &eilev1.Application{
					Reference: reference, RegisteredAt: "2025-04-02", Attributes: map[string]*eilev1.Fact{
						"points": {Value: &eilev1.Fact_IntValue{IntValue: 900}}, "unit_type": {Value: &eilev1.Fact_StringValue{StringValue: "1-bedroom"}},
					},
				}})
				switch status.Code(err) {
				case codes.OK:
					byHand.Store(reference, true)
				case codes.AlreadyExists, codes.Aborted, codes.Unavailable:
				default:
					t.Error(err)
				}
			}
		})
	}
	said := make([]answer, 3)
	for i := range said {
		imports.Go(func() { said[i] = s.eile("import", "applications", many, "--partial") })
	}
	imports.Wait()
	done.Store(true)
	hands.Wait()
	for _, one := range said {
		if one.code != 0 && (one.code != 1 || !strings.Contains(one.stderr, "ABORTED") && !strings.Contains(one.stderr, "registered already")) {
			t.Errorf("exit %d: %s", one.code, one.stderr[:min(len(one.stderr), 500)])
		}
	}
	for reference := range byHand.Range {
		application, err := c.Applications.GetApplication(t.Context(), &eilev1.GetApplicationRequest{Reference: reference.(string)})
		if err != nil || application.GetRegisteredAt() != "2025-04-02" {
			t.Errorf("%s was registered by hand for 2025-04-02, it says %s, %v", reference, application.GetRegisteredAt(), err)
		}
	}
	s.eile("import", "applications", many, "--partial")
	if n := len(s.order()); n != 1501 {
		t.Errorf("%d wait, want 1501", n)
	}
	reconciles(s)
}
