package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/rs/zerolog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

const route = "/v1/applications/" + known + "/position"

func TestPosition(t *testing.T) {
	s, h := serve(t, Options{})
	w := ask(t, h, "GET", route, "", "Authorization", "bearer "+code)
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("status %d, type %q, body %s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	want := `{"reference":"A-17","list":"general","position":412,"waiting":1837,"ahead":411,"ahead_out_of_turn":3,` +
		`"as_of":"2026-11-21T19:20:00Z","policy":{"name":"lt-vilnius","version":"2026","sha256":"` + strings.Repeat("ab", 32) + `"},` +
		`"need_class":"2-rooms","position_in_need_class":97,"waiting_in_need_class":480,"housed_last_12_months":58,` +
		`"status":"APPLICATION_STATUS_WAITING","revision":"9007199254740993"}` + "\n"
	if w.Body.String() != want {
		t.Errorf("body\n%swant\n%s", w.Body, want)
	}
	if asked := s.calls(); len(asked) != 1 || asked[0].GetReference() != known || asked[0].GetAccessCode() != code {
		t.Errorf("asked %v", asked)
	}
}

func TestPositionUnsetFieldsAreIncluded(t *testing.T) {
	s, h := serve(t, Options{})
	s.place = &eilev1.GetOwnPositionResponse{Position: &eilev1.Position{}}
	w := ask(t, h, "GET", route, "", "Authorization", "Bearer "+code)
	var fields map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &fields); err != nil {
		t.Fatal(err)
	}
	for name := range fieldsOf(s.place.GetPosition().ProtoReflect().Descriptor()) {
		if _, ok := fields[name]; !ok {
			t.Errorf("field %s is left out", name)
		}
	}
}

// TestFailuresAreTheSame holds the promise that nobody learns from an answer
// which references exist: same bytes, same headers, same call behind.
func TestFailuresAreTheSame(t *testing.T) {
	s, h := serve(t, Options{})
	other := func(reference string) string { return "/v1/applications/" + reference + "/position" }
	right := []string{"Authorization", "Bearer " + code}
	var first *httptest.ResponseRecorder
	for _, c := range []struct {
		name    string
		target  string
		headers []string
	}{
		{"unknown reference", other("A-18"), right},
		{"wrong code", route, []string{"Authorization", "Bearer K7Q2-9XMB-0D4T-VEHA-3RWD"}},
		{"no header", route, nil},
		{"empty header", route, []string{"Authorization", ""}},
		{"scheme alone", route, []string{"Authorization", "Bearer"}},
		{"code alone", route, []string{"Authorization", code}},
		{"other scheme", route, []string{"Authorization", "Basic " + code}},
		{"two headers", route, []string{"Authorization", "Bearer " + code, "Authorization", "Bearer " + code}},
		{"code not UTF-8", route, []string{"Authorization", "Bearer \xff\xfe"}},
		{"long code", route, []string{"Authorization", "Bearer " + strings.Repeat("K", 5000)}},
		{"code in the URL", route + "?code=" + code + "&access_code=" + code, nil},
		{"no reference", other(""), right},
		{"nobody's reference", other("-"), right},
		{"long reference", other(known + strings.Repeat("x", 200)), right},
		{"reference of 65", other(strings.Repeat("x", 65)), right},
		{"reference with a slash", other("a/" + known), right},
		{"dots and slashes", other("../applications/" + known), right},
		{"escaped slash", other("%2F" + known), right},
		{"reference not UTF-8", other("%FF%FE"), right},
		{"zero byte", other(known + "%00"), right},
		{"letter out of range", other("%C4%97"), right},
		{"space after", other(known + "%20"), right},
		{"small letters", other(strings.ToLower(known)), right},
	} {
		w := ask(t, h, "GET", c.target, "", c.headers...)
		if first == nil {
			first = w
		}
		asked := s.calls()
		if len(asked) != 1 {
			t.Errorf("%s: the service was asked %d times, want once", c.name, len(asked))
			continue
		}
		if reference, code := asked[0].GetReference(), asked[0].GetAccessCode(); len(reference) > 64 || len(code) > 128 || !utf8.ValidString(code) {
			t.Errorf("%s: the service would refuse %q with %q unread", c.name, reference, code)
		}
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", c.name, w.Code)
		}
		if !bytes.Equal(w.Body.Bytes(), first.Body.Bytes()) {
			t.Errorf("%s: body %q, elsewhere %q", c.name, w.Body, first.Body)
		}
		if !maps.EqualFunc(w.Header(), first.Header(), func(a, b []string) bool { return strings.Join(a, "\n") == strings.Join(b, "\n") }) {
			t.Errorf("%s: headers %v, elsewhere %v", c.name, w.Header(), first.Header())
		}
	}
}

func TestFaultsAreNeutralAndLogged(t *testing.T) {
	for _, fault := range []codes.Code{codes.Unavailable, codes.Internal, codes.PermissionDenied, codes.Unauthenticated, codes.ResourceExhausted, codes.DeadlineExceeded} {
		var log bytes.Buffer
		s, h := serve(t, Options{Log: zerolog.New(&log)})
		s.fault = status.Error(fault, "disk 7 is on fire")
		w := ask(t, h, "GET", route, "", "Authorization", "Bearer "+code)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: status %d, Retry-After %q", fault, w.Code, w.Header().Get("Retry-After"))
		}
		if strings.Contains(w.Body.String(), "disk") {
			t.Errorf("%s: the answer tells of the inside: %s", fault, w.Body)
		}
		if !strings.Contains(log.String(), "disk 7") {
			t.Errorf("%s: the log does not tell the cause: %s", fault, &log)
		}
		if strings.Contains(log.String(), code) || strings.Contains(log.String(), known) {
			t.Errorf("%s: the log names the code or the reference: %s", fault, &log)
		}
	}
}

func TestAnswerWithoutPositionIsAFault(t *testing.T) {
	s, h := serve(t, Options{})
	s.place = &eilev1.GetOwnPositionResponse{}
	if w := ask(t, h, "GET", route, "", "Authorization", "Bearer "+code); w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 503", w.Code)
	}
}

// slow is a connection whose calls end with their context.
type slow struct{ running, most int }

func (s *slow) Invoke(ctx context.Context, _ string, _, _ any, _ ...grpc.CallOption) error {
	s.running++
	s.most = max(s.most, s.running)
	<-ctx.Done()
	s.running--
	return status.FromContextError(ctx.Err()).Err()
}

func (*slow) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Error(codes.Unimplemented, "no streams")
}

func TestTimeoutAndLimitOfLookups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := &slow{}
		h := New(conn, Options{Lookups: 1})
		began := time.Now()
		answers := make(chan int)
		for range 3 {
			go func() { answers <- ask(t, h, "GET", route, "", "Authorization", "Bearer "+code).Code }()
		}
		for range 3 {
			if got := <-answers; got != http.StatusServiceUnavailable {
				t.Errorf("status %d, want 503", got)
			}
		}
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("answered after %s, want 5s", took)
		}
		if conn.most != 1 {
			t.Errorf("%d lookups ran at once, want 1", conn.most)
		}
	})
}

func TestCallerGoneIsNotLogged(t *testing.T) {
	var log bytes.Buffer
	h := New(&slow{}, Options{Log: zerolog.New(&log)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", route, nil))
	if log.Len() > 0 {
		t.Errorf("logged %s", &log)
	}
}

// BenchmarkFailures compares the time of the ways to fail, which must be alike.
func BenchmarkFailures(b *testing.B) {
	s, h := serve(b, Options{})
	for _, c := range []struct{ name, target, header string }{
		{"unknown", "/v1/applications/A-18/position", "Bearer " + code},
		{"wrong", route, "Bearer K7Q2-9XMB-0D4T-VEHA-3RWD"},
		{"missing", route, ""},
		{"malformed", "/v1/applications/" + strings.Repeat("x", 200) + "/position", "Bearer " + code},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				ask(b, h, "GET", c.target, "", "Authorization", c.header)
				s.calls()
			}
		})
	}
}

func FuzzPath(f *testing.F) {
	for _, seed := range []string{"/", "/v1/applications/x/position", "/v1/applications//position", "/v1/applications/%2e%2e/position", "/v1/applications/%zz/position", "*", "/healthz/", "//x/position", "/?lang=en"} {
		f.Add(seed)
	}
	s, h := serve(f, Options{})
	refused := ask(f, h, "GET", route, "").Body.Bytes()
	s.calls()
	f.Fuzz(func(t *testing.T, target string) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			t.Skip("no server gets here")
		}
		w := ask(t, h, "GET", target, "")
		asked := len(s.calls())
		isRoute := strings.HasPrefix(u.EscapedPath(), "/v1/applications/") && strings.HasSuffix(u.EscapedPath(), "/position") &&
			len(u.EscapedPath()) >= len("/v1/applications//position")
		switch {
		case w.Header().Get("Location") != "":
			t.Fatalf("redirects to %s", w.Header().Get("Location"))
		case isRoute && (asked != 1 || w.Code != 404 || !bytes.Equal(w.Body.Bytes(), refused)):
			t.Fatalf("asked %d times, status %d, body %s", asked, w.Code, w.Body)
		case !isRoute && (asked != 0 || w.Code != 404 && w.Code != 200):
			t.Fatalf("asked %d times, status %d", asked, w.Code)
		}
	})
}
