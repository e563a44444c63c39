package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// fetch gets a page, with its status.
func fetch(t *testing.T, url string) (status int, page string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// The metrics have an address of their own, and tell of nobody.
func TestMetricsOnTheirOwnAddress(t *testing.T) {
	t.Parallel()
	s := &service{t: t, data: filepath.Join(t.TempDir(), "data")}
	s.start("--dev", "--policy", "taipei-points", "--metrics", "127.0.0.1:0")
	var ready struct{ Grpc, Gateway, Metrics string }
	if err := json.Unmarshal([]byte(s.ready), &ready); err != nil || ready.Metrics == "" || ready.Metrics == ready.Grpc || ready.Metrics == ready.Gateway {
		t.Fatalf("ready line %s: %v", s.ready, err)
	}
	s.do("application", "register", "SECRET-1", "--given-name", "Ona", "--attr", "points=3", "--attr", "unit_type=1-bedroom")
	s.do("unit", "register", "SECRET-2", "--status", "under_repair")
	status, page := fetch(t, "http://"+ready.Metrics+"/metrics")
	if status != http.StatusOK {
		t.Fatalf("status %d\n%s", status, page)
	}
	for _, line := range []string{
		`grpc_server_handled_total{grpc_code="OK",grpc_method="RegisterApplication",grpc_service="eile.v1.ApplicationService",grpc_type="unary"} 1`,
		`grpc_server_handling_seconds_count{grpc_method="RegisterApplication",`, `eile_waiting_households{list="general"} 1`,
		`eile_homes{condition=`, "eile_revision ", "go_build_info{", "process_resident_memory_bytes ",
	} {
		if !strings.Contains(page, "\n"+line) {
			t.Errorf("%s is not in\n%s", line, page)
		}
	}
	for _, private := range []string{"SECRET", "Ona", "dev"} {
		if strings.Contains(page, `"`+private) {
			t.Errorf("%s is in the metrics", private)
		}
	}
	if _, profile := fetch(t, "http://"+ready.Metrics+"/debug/pprof/goroutine?debug=1"); !strings.Contains(profile, "goroutine profile:") {
		t.Errorf("there is no profile of the goroutines: %s", profile)
	}
	if status, page := fetch(t, s.page+"/metrics"); status != http.StatusNotFound {
		t.Errorf("the applicants' page has metrics: %s", page)
	}
	refuses(t, []string{"--data", filepath.Join(t.TempDir(), "other"), "--metrics", ready.Metrics}, "--metrics", "address already in use")
	said := offline(t, eiledBin, "serve", "--dev", "--data", s.data, "--metrics", "0.0.0.0:0")
	if said.code != 2 || !strings.Contains(said.stderr, "loopback") {
		t.Errorf("metrics of a --dev service for everybody: exit %d\n%s", said.code, said.stderr)
	}
	s.stop()
	s.again("--policy", "taipei-points")
	if strings.Contains(s.ready, "metrics") {
		t.Errorf("without metrics the ready line is %q", s.ready)
	}
}
