package e2e

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// moment is what the register said at a time.
type moment struct {
	at     string
	queue  []*eilev1.Position
	places []*eilev1.Position
}

func (s *service) moment(references ...string) moment {
	s.t.Helper()
	m := moment{queue: s.queue()}
	for _, reference := range references {
		m.places = append(m.places, s.position(reference))
	}
	m.at = time.Now().UTC().Format(time.RFC3339Nano)
	return m
}

// said compares what is said of a moment with what was said then.
func (s *service) said(m moment) {
	s.t.Helper()
	of := func(p *eilev1.Position) *eilev1.Position {
		p = proto.CloneOf(p)
		p.AsOf, p.Revision = nil, 0
		return p
	}
	for _, then := range m.places {
		equal(s.t, "position of "+then.GetReference()+" as of "+m.at, of(s.position(then.GetReference(), "--as-of", m.at)), of(then))
	}
	now := s.queue("--as-of", m.at)
	if len(now) != len(m.queue) {
		s.t.Errorf("as of %s the queue has %d, it had %d", m.at, len(now), len(m.queue))
		return
	}
	for i := range now {
		if s.t.Failed() {
			return
		}
		equal(s.t, "queue as of "+m.at, of(now[i]), of(m.queue[i]))
	}
}

func TestAPastMomentIsAnsweredAsItWas(t *testing.T) {
	t.Parallel()
	s := ranked(t, 4, 1)
	all := []string{"A-1", "A-2", "A-3", "A-4"}
	moments := []moment{s.moment(all...)}
	change := func(args ...string) {
		s.do(args...)
		moments = append(moments, s.moment(all...))
	}
	change("application", "withdraw", "A-2", "--reason", "x")
	change("application", "amend", "A-4", "--attr", "points=950")
	run := s.night()
	change("offer", "accept", s.open("A-4").GetId())
	change("application", "suspend", "A-1", "--decision", "1", "--reason", "x")
	change("application", "reinstate", "A-2", "--decision", "2", "--reason", "x")
	change("application", "amend", "A-3", "--attr", "unit_type=2-bedroom")
	change("policy", "activate", file(t, "next.yaml", nextTaipei(t)))
	change("application", "withdraw", "A-3", "--reason", "x")
	s.night("--on", on(run, 1))
	for _, m := range moments {
		s.said(m)
	}
	s.stop()
	s.again()
	for _, m := range moments {
		s.said(m)
	}
	if got := s.order("--as-of", moments[0].at, "--limit", "2"); !slices.Equal(got, all[:2]) {
		t.Errorf("the first two of then are %v", got)
	}
	s.refused("position", "A-1", "--as-of", time.Now().AddDate(9, 0, 0).Format(time.RFC3339))
	s.refused("position", "A-1", "--as-of", "2001-01-01")
	s.refused("queue", "--list", "nonsense")
	s.refused("queue", "--list", "nonsense", "--as-of", moments[0].at)
	s.fails(2, "position", "A-1", "--as-of", "yesterday")
	reconciles(s)
}

// Whoever has written sees it, on any connection, at once.
func TestAWriterSeesTheWrite(t *testing.T) {
	t.Parallel()
	s := ranked(t, 1, 0)
	writer, reader := s.dial(), s.dial()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 12 {
				reference := fmt.Sprintf("W-%d-%d", w, i)
				_, err := writer.Applications.RegisterApplication(t.Context(), &eilev1.RegisterApplicationRequest{Application: &eilev1.Application{
					Reference: reference, RegisteredAt: "2025-01-01", Attributes: map[string]*eilev1.Fact{
						"points": {Value: &eilev1.Fact_IntValue{IntValue: 7}}, "unit_type": {Value: &eilev1.Fact_StringValue{StringValue: "1-bedroom"}},
					},
				}})
				if err != nil {
					t.Error(err)
					return
				}
				if place, err := reader.Queue.GetPosition(t.Context(), &eilev1.GetPositionRequest{Reference: reference}); err != nil || place.GetPosition() < 2 {
					t.Errorf("%s was written and has the place %v: %v", reference, place, err)
				}
				if _, err := writer.Applications.WithdrawApplication(t.Context(), &eilev1.WithdrawApplicationRequest{Reference: reference}); err != nil {
					t.Error(err)
				}
				if place, err := reader.Queue.GetPosition(t.Context(), &eilev1.GetPositionRequest{Reference: reference}); err != nil || place.GetPosition() != 0 {
					t.Errorf("%s was withdrawn and has the place %v: %v", reference, place, err)
				}
			}
		})
	}
	wg.Wait()
	reconciles(s)
}

// Many change one application at the same time, while nights freeze the register:
// its history must end where it is, or past and figures tell another story than
// the queue.
func TestChangesAtOnceKeepTheirOrder(t *testing.T) {
	t.Parallel()
	s := ranked(t, 3, 1)
	c := s.dial()
	var changes, nights sync.WaitGroup
	var done atomic.Bool
	nights.Go(func() {
		for !done.Load() {
			if _, err := c.Runs.StartRun(t.Context(), &eilev1.StartRunRequest{DryRun: true}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for w := range 32 {
		changes.Go(func() {
			for i := range 20 {
				points := &eilev1.Fact{Value: &eilev1.Fact_IntValue{IntValue: int64(1 + w*20 + i)}}
				_, err := c.Applications.AmendApplication(t.Context(), &eilev1.AmendApplicationRequest{
					Application: &eilev1.Application{Reference: "A-2", Attributes: map[string]*eilev1.Fact{"points": points}},
					UpdateMask:  &fieldmaskpb.FieldMask{Paths: []string{"attributes.points"}},
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	changes.Wait()
	done.Store(true)
	nights.Wait()
	s.said(s.moment("A-1", "A-2", "A-3"))
	reconciles(s)
}

func TestARequestIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	s := ranked(t, 3, 2)
	run := s.night()
	units := sheet(t, "units.csv", []string{"reference", "unit_type"}, []string{"U-8", "1-bedroom"})
	others := sheet(t, "others.csv", []string{"reference", "unit_type"}, []string{"U-9", "1-bedroom"})
	next := file(t, "next.yaml", nextTaipei(t))
	first, second := s.open("A-1").GetId(), s.open("A-2").GetId()
	for _, tc := range []struct {
		name        string
		once, other []string
		undo        []string // brings back the former state, which the repeat must leave
	}{
		{"register", []string{"application", "register", "A-9", "--attr", "points=5", "--attr", "unit_type=1-bedroom"}, []string{"application", "register", "A-8", "--attr", "points=5", "--attr", "unit_type=1-bedroom"}, nil},
		{"amend", []string{"application", "amend", "A-9", "--attr", "points=9"}, []string{"application", "amend", "A-9", "--attr", "points=8"}, []string{"application", "amend", "A-9", "--attr", "points=5"}},
		{"suspend", []string{"application", "suspend", "A-9", "--decision", "1", "--reason", "x"}, []string{"application", "suspend", "A-3", "--decision", "1", "--reason", "x"}, []string{"application", "reinstate", "A-9", "--decision", "2", "--reason", "x"}},
		{"withdraw", []string{"application", "withdraw", "A-9", "--reason", "x"}, []string{"application", "withdraw", "A-9", "--reason", "y"}, []string{"application", "reinstate", "A-9", "--decision", "2", "--reason", "x"}},
		{"unit", []string{"unit", "register", "U-7", "--attr", "unit_type=1-bedroom"}, []string{"unit", "register", "U-6", "--attr", "unit_type=1-bedroom"}, nil},
		{"inspect", []string{"unit", "inspect", "U-7", "--inspector", "V"}, []string{"unit", "inspect", "U-7", "--inspector", "W"}, nil},
		{"refuse", []string{"offer", "refuse", first, "--reason", "location"}, []string{"offer", "refuse", first, "--reason", "size"}, nil},
		{"reopen", []string{"offer", "reopen", first, "--reason", "x"}, []string{"offer", "reopen", first, "--reason", "y"}, nil},
		{"accept", []string{"offer", "accept", second}, []string{"offer", "accept", first}, nil},
		{"offer", []string{"offer", "create", "A-3", "U-7", "--basis", "COURT", "--decision", "1"}, []string{"offer", "create", "A-3", "U-7", "--basis", "COURT", "--decision", "2"}, nil},
		{"import", []string{"import", "units", units}, []string{"import", "units", others}, nil},
		{"run", []string{"run", "start", "--on", on(run, 1)}, []string{"run", "start", "--on", on(run, 2)}, nil},
		{"policy", []string{"policy", "activate", next}, []string{"policy", "activate", "taipei-points"}, []string{"policy", "activate", "taipei-points"}},
	} {
		id := []string{"--request-id", uuid.NewString()}
		s.do(append(id, tc.once...)...)
		if tc.undo != nil {
			s.do(tc.undo...)
		}
		s.same(tc.name+" again", func() { s.do(append(id, tc.once...)...) })
		s.same(tc.name+" with another body", func() {
			mustHold(t, s.refused(append(id, tc.other...)...), "INVALID_ARGUMENT", id[1])
		})
	}
	s.fails(2, "application", "withdraw", "A-3", "--request-id", "not-a-uuid")
	reconciles(s)
}
