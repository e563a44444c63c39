package gateway

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// post sends the form.
func post(t testing.TB, h http.Handler, target, reference, code string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	form := url.Values{"reference": {reference}, "code": {code}}
	return ask(t, h, "POST", target, form.Encode(), append(headers, "Content-Type", "application/x-www-form-urlencoded")...)
}

// check reads a page as XML, which our HTML keeps to so that a tag left open
// shows, and holds what every page must have: ids once, a label for each input,
// one h1 first, nothing from elsewhere, a style that the browser accepts.
func check(t *testing.T, w *httptest.ResponseRecorder, lang string) string {
	t.Helper()
	body := w.Body.String()
	d := xml.NewDecoder(strings.NewReader(body))
	ids, labels, inputs, headings := map[string]int{}, map[string]bool{}, []string{}, []string{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("markup: %v\n%s", err, body)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		attribute := map[string]string{}
		for _, a := range e.Attr {
			attribute[a.Name.Local] = a.Value
		}
		if id := attribute["id"]; id != "" {
			ids[id]++
		}
		switch e.Name.Local {
		case "html":
			if attribute["lang"] != lang {
				t.Errorf("lang is %q, want %q", attribute["lang"], lang)
			}
		case "label":
			labels[attribute["for"]] = true
		case "input":
			inputs = append(inputs, attribute["id"])
		case "h1", "h2":
			headings = append(headings, e.Name.Local)
		case "script", "img", "link", "iframe":
			t.Errorf("the page has a %s", e.Name.Local)
		}
		for _, name := range []string{"href", "action", "src"} {
			if to, ok := attribute[name]; ok && !strings.HasPrefix(to, "/?lang=") {
				t.Errorf("%s leads to %s", name, to)
			}
		}
		for _, name := range strings.Fields(attribute["aria-describedby"] + " " + attribute["aria-labelledby"]) {
			if !strings.Contains(body, `id="`+name+`"`) {
				t.Errorf("nothing has the id %s", name)
			}
		}
	}
	for id, times := range ids {
		if times > 1 {
			t.Errorf("id %s stands %d times", id, times)
		}
	}
	for _, id := range inputs {
		if !labels[id] {
			t.Errorf("input %q has no label", id)
		}
	}
	if len(headings) == 0 || headings[0] != "h1" || slices.Contains(headings[1:], "h1") {
		t.Errorf("headings %v", headings)
	}
	if got := w.Header().Get("Content-Language"); got != lang {
		t.Errorf("Content-Language is %q, want %q", got, lang)
	}
	_, rest, _ := strings.Cut(body, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	if want := "style-src '" + hashOf(style) + "'"; !strings.Contains(w.Header().Get("Content-Security-Policy"), want) {
		t.Errorf("the browser would drop the style: %s is not in %s", want, w.Header().Get("Content-Security-Policy"))
	}
	return html.UnescapeString(body)
}

// in is the page of the program in a language.
func in(lang string) *text {
	at := slices.IndexFunc(shipped.langs, func(t *text) bool { return t.Lang == lang })
	return shipped.langs[at]
}

func contains(t *testing.T, body string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q:\n%s", want, body)
		}
	}
}

func TestLanguage(t *testing.T) {
	_, h := serve(t, Options{})
	for _, c := range []struct{ query, accept, want string }{
		{"", "", "lt"},
		{"", "lt", "lt"},
		{"", "en", "en"},
		{"", "en-GB,en;q=0.9", "en"},
		{"", "de,fr;q=0.8", "lt"},
		{"", "de,en;q=0.5", "en"},
		{"", "en;q=0.4,lt;q=0.8", "lt"},
		{"", "garbage;;;q=x", "lt"},
		{"", strings.Repeat("-", 5000), "lt"},
		{"?lang=en", "lt", "en"},
		{"?lang=lt", "en", "lt"},
		{"?lang=xx", "en", "en"},
		{"?lang=xx", "", "lt"},
	} {
		t.Run(fmt.Sprintf("%s %.20s", c.query, c.accept), func(t *testing.T) {
			check(t, ask(t, h, "GET", "/"+c.query, "", "Accept-Language", c.accept), c.want)
		})
	}
}

func TestFormPage(t *testing.T) {
	s, h := serve(t, Options{})
	body := check(t, ask(t, h, "GET", "/?reference="+known+"&code="+code, ""), "lt")
	contains(t, body, `method="post" action="/?lang=lt"`, "Prašymo numeris", "Prieigos kodas", `href="/?lang=en"`)
	if strings.Contains(body, known) || strings.Contains(body, code) {
		t.Error("the page takes something from its address")
	}
	if asked := s.calls(); len(asked) != 0 {
		t.Errorf("the service was asked %v", asked)
	}
}

// TestMomentsAreThoseOfTheOffice: the zone is the policy's, and told; one that nobody knows is UTC.
func TestMomentsAreThoseOfTheOffice(t *testing.T) {
	for zone, shown := range map[string]string{"America/New_York": "14:20 EST", "Pacific/Auckland": "08:20 NZDT", "": "19:20 UTC", "Nowhere/Else": "19:20 UTC"} {
		s, h := serve(t, Options{})
		s.place.TimeZone = zone
		contains(t, check(t, post(t, h, "/?lang=en", known, code), "en"), "November 2026 "+shown)
	}
}

func TestPlacePage(t *testing.T) {
	s, h := serve(t, Options{})
	body := check(t, post(t, h, "/?lang=lt", " "+known+" ", code+"\n"), "lt")
	contains(t, body, "Jūsų vieta eilėje", "<strong>412</strong> iš 1\u00a0837 laukiančių", "general", ">411<", ">3<", "2-rooms", "97 iš 480", ">58<",
		"Esate sąraše", "2026\u00a0m. lapkričio 21\u00a0d. 21:20 EET", "lt-vilnius 2026", "Kol kas nieko daryti nereikia")
	if strings.Contains(body, code) {
		t.Error("the page repeats the access code")
	}
	body = check(t, post(t, h, "/?lang=en", known, code), "en")
	contains(t, body, "Your place on the list", "<strong>412</strong> of 1,837 waiting", "97 of 480", "21\u00a0November 2026 21:20 EET", "Nothing for now")
	if strings.Contains(body, "<form") {
		t.Error("the page of a place has the form too")
	}
	if asked := s.calls(); len(asked) != 2 || asked[0].GetReference() != known || asked[0].GetAccessCode() != code {
		t.Errorf("asked %v", asked)
	}
}

func TestOfferAndMissingOnThePage(t *testing.T) {
	s, h := serve(t, Options{})
	s.place.OpenOffer = &eilev1.OwnOffer{Id: "O-5", Unit: "U-9", District: "Žirmūnai", RespondBy: "2026-12-05"}
	s.place.Missing = []string{"net_income_cents", "members[2].birth_date", "shoe_size"}
	body := check(t, post(t, h, "/", known, code), "lt")
	contains(t, body, "O-5", "U-9", "Žirmūnai", `datetime="2026-12-05"`, "2026\u00a0m. gruodžio 5\u00a0d.", "metinės grynosios pajamos",
		"šeimos narys Nr.\u00a02: gimimo data", "shoe size", "apžiūrėkite būstą", "Pateikite savivaldybei")
	if strings.Contains(body, "nieko daryti nereikia") {
		t.Error("the page says that nothing is to be done")
	}
	s.place.OpenOffer.RespondBy = ""
	contains(t, check(t, post(t, h, "/?lang=en", known, code), "en"), "The time to answer runs from the day", "household member 2: date of birth")
}

func TestPageOfAnApplicationOffTheList(t *testing.T) {
	s, h := serve(t, Options{})
	for number := range eilev1.ApplicationStatus_name {
		s.place = &eilev1.GetOwnPositionResponse{Position: &eilev1.Position{Reference: known, List: "general", Status: eilev1.ApplicationStatus(number)}}
		body := check(t, post(t, h, "/", known, code), "lt")
		contains(t, body, "Jūsų prašymas", in("lt").means(eilev1.ApplicationStatus(number)))
		if strings.Contains(body, "laukiančių") || strings.Contains(body, in("lt").Say("page.ahead")) {
			t.Errorf("%s: the page tells a place:\n%s", eilev1.ApplicationStatus(number), body)
		}
	}
}

func TestPageFailuresAreTheSame(t *testing.T) {
	s, h := serve(t, Options{})
	unknown, wrong := post(t, h, "/", "A-18", code), post(t, h, "/", "A-18", "wrong")
	s.calls()
	if unknown.Code != 404 || unknown.Body.String() != wrong.Body.String() || !reflect.DeepEqual(unknown.Header(), wrong.Header()) {
		t.Errorf("unknown: %d %v\n%s\nwrong: %d %v\n%s", unknown.Code, unknown.Header(), unknown.Body, wrong.Code, wrong.Header(), wrong.Body)
	}
	for _, c := range []struct{ reference, code string }{
		{known, "wrong"}, {known, ""}, {"", code}, {"", ""}, {strings.Repeat("x", 65), code}, {"<b>", code}, {"\xff", "\xff"}, {known, strings.Repeat("x", 300)},
	} {
		w := post(t, h, "/", c.reference, c.code)
		body := check(t, w, "lt")
		contains(t, body, in("lt").Say("page.not_found"), "<form", "Klaida: ")
		if asked := s.calls(); w.Code != 404 || len(asked) != 1 {
			t.Errorf("%q with %q: status %d, asked %d times", c.reference, c.code, w.Code, len(asked))
		}
		if c.code == "wrong" && strings.Contains(body, c.code) || strings.Contains(body, "<b>") {
			t.Errorf("%q with %q: the page repeats what it must not", c.reference, c.code)
		}
	}
}

func TestPageFault(t *testing.T) {
	s, h := serve(t, Options{})
	s.fault = status.Error(codes.Unavailable, "disk 7")
	w := post(t, h, "/?lang=en", known, code)
	contains(t, check(t, w, "en"), in("en").Say("page.busy"), `value="A-17"`)
	if w.Code != 503 || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "disk") {
		t.Errorf("status %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
}

func TestFormLimits(t *testing.T) {
	s, h := serve(t, Options{})
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	if w := ask(t, h, "POST", "/", "reference="+strings.Repeat("x", maxForm), form...); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a long form: %d", w.Code)
	}
	if w := ask(t, h, "POST", "/", "reference=%zz", form...); w.Code != http.StatusBadRequest {
		t.Errorf("a broken form: %d", w.Code)
	}
	if asked := s.calls(); len(asked) != 0 {
		t.Errorf("the service was asked %v", asked)
	}
	if w := ask(t, h, "POST", "/?reference="+known+"&code="+code, "", form...); w.Code != 404 {
		t.Errorf("a code in the URL: %d", w.Code)
	}
}

func TestFormFromElsewhere(t *testing.T) {
	s, h := serve(t, Options{})
	for _, c := range []struct {
		name    string
		headers []string
		status  int
	}{
		{"same site", []string{"Sec-Fetch-Site", "same-origin", "Origin", "null"}, 200},
		{"no browser", nil, 200},
		{"old browser, our form", []string{"Origin", "null"}, 200},
		{"old browser, same host", []string{"Origin", "https://example.com"}, 200},
		{"other site", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		{"other site, hidden origin", []string{"Sec-Fetch-Site", "cross-site", "Origin", "null"}, 403},
		{"neighbour", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"old browser, other site", []string{"Origin", "https://evil.example"}, 403},
	} {
		w := post(t, h, "/", known, code, c.headers...)
		if w.Code != c.status {
			t.Errorf("%s: status %d, want %d", c.name, w.Code, c.status)
		}
		if asked := s.calls(); (len(asked) == 1) != (c.status == 200) {
			t.Errorf("%s: asked %d times", c.name, len(asked))
		}
	}
}
