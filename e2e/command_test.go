package e2e

import (
	"encoding/csv"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// eile runs the command line against the service.
func (s *service) eile(args ...string) answer {
	s.t.Helper()
	all := append([]string{"--server", s.grpc}, s.credential...)
	if s.as != "" {
		all = append(all, "--as", s.as)
	}
	return command(s.t, eileBin, append(all, args...)...)
}

// do runs a command that must succeed in silence, and answers its output.
func (s *service) do(args ...string) string {
	s.t.Helper()
	said := s.eile(args...)
	if said.code != 0 || said.stderr != "" {
		s.t.Fatalf("eile %s: exit %d\n%s%s", strings.Join(args, " "), said.code, said.stdout, said.stderr)
	}
	return said.stdout
}

// refused runs a command that must be refused: exit 1, nothing on standard
// output, one line on standard error, which is answered.
func (s *service) refused(args ...string) string {
	s.t.Helper()
	return s.fails(1, args...)
}

func (s *service) fails(code int, args ...string) string {
	s.t.Helper()
	said := s.eile(args...)
	if said.code != code || said.stdout != "" || strings.Count(said.stderr, "\n") != 1 {
		s.t.Fatalf("eile %s: exit %d, want %d and one line\n%s%s", strings.Join(args, " "), said.code, code, said.stdout, said.stderr)
	}
	return said.stderr
}

// mustHold checks that a text holds all of the words.
func mustHold(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%q is not in\n%s", word, text)
		}
	}
}

// read reads the JSON answer of a command that must succeed. It is strict: what
// is printed is the message, field by field.
func read[M proto.Message](s *service, into M, args ...string) M {
	s.t.Helper()
	printed := s.do(append(args, "-o", "json")...)
	if err := protojson.Unmarshal([]byte(printed), into); err != nil {
		s.t.Fatalf("eile %s: %v\n%s", strings.Join(args, " "), err, printed)
	}
	return into
}

func (s *service) application(reference string) *eilev1.Application {
	s.t.Helper()
	return read(s, &eilev1.Application{}, "application", "get", reference)
}

func (s *service) unit(reference string) *eilev1.Unit {
	s.t.Helper()
	return read(s, &eilev1.Unit{}, "unit", "get", reference)
}

func (s *service) position(reference string, args ...string) *eilev1.Position {
	s.t.Helper()
	return read(s, &eilev1.Position{}, append([]string{"position", reference}, args...)...)
}

func (s *service) offers(args ...string) []*eilev1.Offer {
	s.t.Helper()
	return read(s, &eilev1.ListOffersResponse{}, append([]string{"offer", "list"}, args...)...).GetOffers()
}

func (s *service) night(args ...string) *eilev1.Run {
	s.t.Helper()
	return read(s, &eilev1.Run{}, append([]string{"--as", "batch", "run", "start"}, args...)...)
}

func (s *service) queue(args ...string) []*eilev1.Position {
	s.t.Helper()
	return read(s, &eilev1.ListPositionsResponse{}, append([]string{"queue"}, args...)...).GetPositions()
}

// order is the queue by reference.
func (s *service) order(args ...string) []string {
	s.t.Helper()
	var references []string
	for _, position := range s.queue(args...) {
		references = append(references, position.GetReference())
	}
	return references
}

// is checks the status of an application and of a home.
func (s *service) is(reference, want string) {
	s.t.Helper()
	if got := spell.Name(s.application(reference).GetStatus()); got != want {
		s.t.Errorf("application %s is %s, want %s", reference, got, want)
	}
}

func (s *service) unitIs(reference, want string) {
	s.t.Helper()
	if got := spell.Name(s.unit(reference).GetStatus()); got != want {
		s.t.Errorf("unit %s is %s, want %s", reference, got, want)
	}
}

// everything that a client can list, as lines: two that are equal mean that
// nothing was changed between them, not even by a trace in the audit.
func (s *service) everything() []string {
	s.t.Helper()
	if s.client == nil {
		s.client = s.dial()
	}
	c, ctx := s.client, s.t.Context()
	var all []string
	collect(s, &all, c.AllApplications(ctx, &eilev1.ListApplicationsRequest{}))
	collect(s, &all, c.AllUnits(ctx, &eilev1.ListUnitsRequest{}))
	collect(s, &all, c.AllOffers(ctx, &eilev1.ListOffersRequest{}))
	collect(s, &all, c.AllRuns(ctx, &eilev1.ListRunsRequest{}))
	collect(s, &all, c.AllTenancies(ctx, &eilev1.ListTenanciesRequest{}))
	collect(s, &all, c.AllPolicies(ctx, &eilev1.ListPoliciesRequest{}))
	collect(s, &all, c.AllAuditEntries(ctx, &eilev1.ListAuditEntriesRequest{}))
	positions := func(yield func(*eilev1.Position, error) bool) {
		for position, err := range c.AllPositions(ctx, &eilev1.ListPositionsRequest{}) {
			if err == nil {
				// The revision counts answered requests too.
				position.AsOf, position.Revision = nil, 0
			}
			if !yield(position, err) {
				return
			}
		}
	}
	collect(s, &all, positions)
	return all
}

// collect writes each item on a line. Before the first policy there is no queue.
func collect[M proto.Message](s *service, all *[]string, items iter.Seq2[M, error]) {
	s.t.Helper()
	for item, err := range items {
		if status.Code(err) == codes.FailedPrecondition {
			return
		}
		if err != nil {
			s.t.Fatal(err)
		}
		*all = append(*all, string(item.ProtoReflect().Descriptor().Name())+" "+prototext.MarshalOptions{}.Format(item))
	}
}

// same runs fn and checks that it changed nothing.
func (s *service) same(what string, fn func()) {
	s.t.Helper()
	before := s.everything()
	fn()
	after := s.everything()
	for i := range max(len(before), len(after)) {
		switch {
		case i >= len(before):
			s.t.Errorf("%s added %s", what, after[i])
		case i >= len(after):
			s.t.Errorf("%s took away %s", what, before[i])
		case before[i] == after[i]:
			continue
		default:
			s.t.Errorf("%s changed\n- %s\n+ %s", what, before[i], after[i])
		}
		return
	}
}

// file writes a file of the test.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sheet writes a CSV file of the test.
func sheet(t *testing.T, name string, rows ...[]string) string {
	t.Helper()
	var text strings.Builder
	if err := csv.NewWriter(&text).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return file(t, name, text.String())
}

// on is a run's day, and some days later.
func on(run *eilev1.Run, later int) string {
	first, _, _ := day.FromProto(run.GetOn())
	return first.AddDays(later).String()
}

// shared is a file of the folder that lies beside the project.
func shared(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the shared data is not there: %v", err)
	}
	return path
}

// offline runs a command that needs no service.
func offline(t *testing.T, program string, args ...string) answer {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = t.TempDir()
	return within(t, cmd)
}

// dateOf writes a date as YYYY-MM-DD; empty: it is not set.
func dateOf(d *date.Date) string {
	on, ok, err := day.FromProto(d)
	if err != nil || !ok {
		return ""
	}
	return on.String()
}
