package server_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// refusals are calls that are refused, with what is said in two languages.
var refusals = []struct {
	name, en, lt string
	call         func(*town, metadata.MD) error
}{
	{
		"a home that nobody proposed",
		"approve giving up U-1: nobody proposed to give up unit U-1",
		"būsto atsisakymo U-1 patvirtinimas: niekas nesiūlė atsisakyti būsto U-1",
		func(w *town, md metadata.MD) error {
			_, err := eilev1.NewDecommissionServiceClient(w.conn).ApproveDecommission(metadata.NewOutgoingContext(w.Context(), md), &eilev1.ApproveDecommissionRequest{Subject: "U-1", Reason: "x"})
			return err
		},
	},
	{
		"a home that is not there",
		"unit U-9: not found",
		"būstas U-9: tokio įrašo nėra",
		func(w *town, md metadata.MD) error {
			_, err := w.units.GetUnit(metadata.NewOutgoingContext(w.Context(), md), &eilev1.GetUnitRequest{Reference: "U-9"})
			return err
		},
	},
	{
		"a home registered twice",
		"unit U-1: already registered",
		"būstas U-1: jau užregistruota",
		func(w *town, md metadata.MD) error {
			_, err := w.units.RegisterUnit(metadata.NewOutgoingContext(w.Context(), md), &eilev1.RegisterUnitRequest{Unit: &eilev1.Unit{Reference: "U-1"}})
			return err
		},
	},
	{
		"a day that there is not",
		"on: 2025-06-31 is not a date: June 2025 has 30 days",
		"on: 2025-06-31 – tokios dienos nėra: 2025 m. birželį yra 30 d.",
		func(w *town, md metadata.MD) error {
			_, err := w.runs.StartRun(metadata.NewOutgoingContext(w.Context(), md), &eilev1.StartRunRequest{On: &date.Date{Year: 2025, Month: 6, Day: 31}})
			return err
		},
	},
}

// What is refused is told in the language of the caller: English where it asks for
// none, or for one that the service does not speak.
func TestRefusalsSpeakTheLanguageOfTheCaller(t *testing.T) {
	w := openTown(t, "2026-01-01", "mode: fill\n")
	w.home("U-1", 1, nil)
	for _, test := range refusals {
		for accepts, want := range map[string]string{"": test.en, "en-GB, lt;q=0.5": test.en, "xx": test.en, "lt": test.lt, "lt-LT,en;q=0.8": test.lt} {
			md := metadata.MD{}
			if accepts != "" {
				md.Set("accept-language", accepts)
			}
			if got := status.Convert(test.call(w, md)).Message(); got != want {
				t.Errorf("%s, asked in %q: %q, want %q", test.name, accepts, got, want)
			}
		}
	}
}

// A script reads codes, arguments and next steps, in whatever language people are
// told.
func TestARefusalCarriesItsReasons(t *testing.T) {
	w := openTown(t, "2026-01-01", "mode: fill\n")
	w.home("U-1", 1, nil)
	answer := status.Convert(refusals[0].call(w, metadata.Pairs("accept-language", "lt")))
	at := slices.IndexFunc(answer.Details(), func(detail any) bool { _, ok := detail.(*eilev1.Refusal); return ok })
	if at < 0 {
		t.Fatalf("no reasons: %v", answer.Details())
	}
	refusal := answer.Details()[at].(*eilev1.Refusal)
	reason := refusal.GetReasons()[0]
	if !strings.HasPrefix(answer.Message(), refusal.GetWhat()+": ") || reason.GetCode() != "NOT_PROPOSED" || len(reason.GetTexts()) != 2 ||
		reason.GetArgs()[0].GetName() != "unit" || reason.GetArgs()[0].GetText() != "U-1" ||
		reason.GetNext()[0].GetCode() != "PROPOSE_GIVING_UP" || reason.GetNext()[0].GetArgs()[0].GetText() != "U-1" {
		t.Errorf("refused: %v", refusal)
	}
	fault := status.Convert(refusals[3].call(w, metadata.Pairs("accept-language", "lt")))
	for _, detail := range fault.Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			violation := bad.GetFieldViolations()[0]
			if violation.GetField() != "on" || violation.GetReason() != "NO_SUCH_DAY" || "on: "+violation.GetDescription() != refusals[3].lt {
				t.Errorf("a wrong field: %v", violation)
			}
			return
		}
	}
	t.Errorf("no field is named: %v", fault.Details())
}
