package gateway

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	healthv1 "google.golang.org/grpc/health/grpc_health_v1"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// recordedFile holds what the gateway answers in each language and every state.
const recordedFile = "testdata/answers.txt"

// journal notes what the gateway answers, in each language.
type journal struct {
	strings.Builder
	t     *testing.T
	s     *service
	h     http.Handler
	langs []string
}

// ask notes the answers to a question. LANG stands in its address for the language.
func (j *journal) ask(name, method, target, body string, headers ...string) {
	j.t.Helper()
	for _, lang := range j.langs {
		w := ask(j.t, j.h, method, strings.ReplaceAll(target, "LANG", lang), body, append(slices.Clone(headers), "Accept-Language", lang)...)
		// The style is held by its hash.
		page, rest, _ := strings.Cut(w.Body.String(), "<style>")
		_, rest, _ = strings.Cut(rest, "</style>")
		said := strings.TrimSpace(w.Header().Get("Content-Type") + " " + w.Header().Get("Content-Language"))
		fmt.Fprintf(j, "=== %s, %s: %d %s\n%s\n", name, lang, w.Code, said, page+rest)
	}
}

// send notes the answers to the form.
func (j *journal) send(name, form string, headers ...string) {
	j.t.Helper()
	j.ask(name, "POST", "/?lang=LANG", form, append(headers, "Content-Type", "application/x-www-form-urlencoded")...)
}

// right is the form of the one who knows the code.
const right = "reference=" + known + "&code=" + code

// failures notes the answers to who gets none.
func (j *journal) failures() {
	j.t.Helper()
	bearer := []string{"Authorization", "Bearer " + code}
	j.send("another's form", "reference=A-18&code="+code)
	j.send("empty form", "")
	j.send("broken form", "reference=%zz")
	j.send("long form", "reference="+strings.Repeat("x", maxForm))
	j.send("foreign form", right, "Sec-Fetch-Site", "cross-site")
	j.ask("JSON of another", "GET", "/v1/applications/A-18/position", "", bearer...)
	j.ask("no such page", "GET", "/index.html", "")
	j.ask("no such method of the page", "DELETE", "/", "")
	j.ask("no such method of the position", "POST", route, "")
	j.s.fault = status.Error(codes.Unavailable, "disk 7")
	j.send("fault", right)
	j.ask("JSON of a fault", "GET", route, "", bearer...)
	j.s.fault = nil
	j.s.health.SetServingStatus("", healthv1.HealthCheckResponse_NOT_SERVING)
	j.ask("health of who ends", "GET", "/healthz", "")
}

// places notes how a place is told in every state.
func (j *journal) places() {
	j.t.Helper()
	for number := range int32(len(eilev1.ApplicationStatus_name)) {
		j.s.place = waiting()
		j.s.place.Position.Status = eilev1.ApplicationStatus(number)
		j.send("placed "+j.s.place.Position.GetStatus().String(), right)
		j.s.place = &eilev1.GetOwnPositionResponse{Position: &eilev1.Position{Reference: known, List: "general", Status: eilev1.ApplicationStatus(number)}}
		j.send("off the list "+j.s.place.Position.GetStatus().String(), right)
	}
	j.s.place = waiting()
	j.ask("JSON", "GET", route, "", "Authorization", "Bearer "+code)
	p := j.s.place.Position
	p.Position, p.Waiting, p.Ahead, p.AheadOutOfTurn, p.HousedLast_12Months = 1234567, 12345678, 1234566, 1000, 999
	j.s.place.Missing = []string{
		"birth_date", "sex", "declared_residence", "net_income_cents", "assets_cents", "declared_year", "owns_home", "home_area_sqm",
		"home_wear_percent", "ground_since", "shoe_size", "members[2].birth_date", "members[11].shoe_size", "members[2", "<b>", "yes", "",
	}
	j.send("great numbers, all that may be missing", right)
	j.s.place.OpenOffer = &eilev1.OwnOffer{Id: "O-5", Unit: "U-9", District: "Žirmūnai"}
	j.send("offer not served", right)
	j.s.place.Missing = nil
	j.s.place.OpenOffer.RespondBy = "2026-12-05"
	j.send("offer", right)
	j.s.place.OpenOffer.RespondBy, j.s.place.OpenOffer.District = "in May", ""
	j.send("offer without a day", right)
}

// days notes the line of a page that tells a day, for a day of every month.
func (j *journal) days() {
	j.t.Helper()
	j.s.place = waiting()
	for month := 1; month <= 12; month++ {
		on := fmt.Sprintf("2026-%02d-%02d", month, 2*month)
		j.s.place.OpenOffer = &eilev1.OwnOffer{RespondBy: on}
		for _, lang := range j.langs {
			page := post(j.t, j.h, "/?lang="+lang, known, code).Body.String()
			for line := range strings.Lines(page) {
				if strings.Contains(line, on) {
					fmt.Fprintf(j, "=== day %s, %s\n%s", on, lang, line)
				}
			}
		}
	}
}

// all notes the answers in every state.
func (j *journal) all() {
	j.t.Helper()
	j.ask("form", "GET", "/?lang=LANG", "")
	j.ask("form by header", "GET", "/", "")
	j.ask("health", "GET", "/healthz", "")
	j.places()
	j.days()
	j.failures()
}

// TestAnswersAreAsRecorded: an applicant reads, byte for byte, what was recorded.
func TestAnswersAreAsRecorded(t *testing.T) {
	s, h := serve(t, Options{})
	j := &journal{t: t, s: s, h: h, langs: []string{"lt", "en"}}
	j.all()
	recorded, err := os.ReadFile(recordedFile)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(recorded), "=== ")
	got := strings.Split(j.String(), "=== ")
	if len(got) != len(want) {
		t.Errorf("%d answers, %d are recorded", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("answered\n%s\nrecorded\n%s", got[i], want[i])
		}
	}
}
