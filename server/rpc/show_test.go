package rpc

import (
	"context"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	said "github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// asked is a call whose caller accepts languages; none: it does not say.
func asked(t testing.TB, accepts string) context.Context {
	if accepts == "" {
		return t.Context()
	}
	return metadata.NewIncomingContext(t.Context(), metadata.Pairs(languageHeader, accepts))
}

// streamed keeps what is sent.
type streamed struct {
	grpc.ServerStream
	ctx  context.Context
	sent []any
}

func (s *streamed) Context() context.Context { return s.ctx }

func (s *streamed) SendMsg(m any) error {
	s.sent = append(s.sent, m)
	return nil
}

// Wherever a reason lies in an answer, the caller reads it in the language that it accepts, and in
// every other one.
func TestReasonsAreShown(t *testing.T) {
	t.Parallel()
	reason := func() *eilev1.Reason { return said.Reason("GIVING_UP") }
	list := func() *eilev1.ListUnitsResponse {
		return &eilev1.ListUnitsResponse{Units: []*eilev1.Unit{{}, {Condition: &eilev1.Condition{Reasons: []*eilev1.Reason{reason(), reason()}}}}}
	}
	application := func() *eilev1.Application { return &eilev1.Application{EndedReason: reason()} }
	s := shows{nil, &routes{}}
	for accepts, want := range map[string]string{
		"": "nobody lives there", "lt": "niekas negyvena", "lt-LT, en;q=0.5": "niekas negyvena", "fr, lt;q=0.5": "niekas negyvena", "fr": "nobody lives there", ";;": "nobody lives there",
	} {
		for name, ask := range map[string]func(any) (any, error){
			"unary": func(answer any) (any, error) {
				return s.unary(asked(t, accepts), nil, nil, func(context.Context, any) (any, error) { return answer, nil })
			},
			"stream": func(answer any) (any, error) {
				to := &streamed{ctx: asked(t, accepts)}
				err := s.stream(nil, to, nil, func(_ any, stream grpc.ServerStream) error { return stream.SendMsg(answer) })
				return to.sent[0], err
			},
		} {
			var found []*eilev1.Reason
			units, err := ask(list())
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, units.(*eilev1.ListUnitsResponse).GetUnits()[1].GetCondition().GetReasons()...)
			ended, err := ask(application())
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, ended.(*eilev1.Application).GetEndedReason())
			for _, reason := range found {
				if reason.GetDetail() != want || reason.GetDetailLt() != "niekas negyvena" || len(reason.GetTexts()) != 2 {
					t.Errorf("%s accepts %q: %v", name, accepts, reason)
				}
			}
		}
	}
}

// What can hold no reason is not looked into, nor is an answer that is none.
func TestOnlyReasonsAreLookedFor(t *testing.T) {
	t.Parallel()
	r := &routes{}
	for _, kind := range []proto.Message{&eilev1.GetOwnPositionResponse{}, &eilev1.ListPoliciesResponse{}} {
		if r.of(kind.ProtoReflect().Descriptor()) != nil {
			t.Errorf("%T may hold a reason", kind)
		}
	}
	s := shows{nil, r}
	s.show(t.Context(), (*eilev1.Application)(nil))
	s.show(t.Context(), "no message")
}

func BenchmarkShow(b *testing.B) {
	s := shows{nil, &routes{}}
	ctx := asked(b, "lt")
	b.Run("position", func(b *testing.B) {
		answer := &eilev1.Position{Reference: "A-1"}
		b.ReportAllocs()
		for b.Loop() {
			s.show(ctx, answer)
		}
	})
	b.Run("page", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			answer := &eilev1.ListApplicationsResponse{}
			for range 100 {
				answer.Applications = append(answer.Applications, &eilev1.Application{Reasons: []*eilev1.Reason{said.Reason("GIVING_UP")}})
			}
			s.show(ctx, answer)
		}
	})
}
