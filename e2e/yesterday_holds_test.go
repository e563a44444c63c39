package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/boltkv"
)

// kinds are how the keys of the register begin, each in the table of
// store/layout when it was made.
var kinds = strings.Fields("a/ n/ q/ u/ i/ o/ oa/ ou/ ob/ t/ d/ du/ p/ pa/ x/ xd/ xb/ xe/ l/ k/ e/ es/ s/ r/ b/ bc/ g/ w/ m/register m/night")

// situations that its records must be in.
var situations = []string{
	"application RECEIVED", "application WAITING", "application ON_HOLD", "application SUSPENDED", "application RESERVED",
	"application HOUSED", "application REJECTED", "application WITHDRAWN", "application REMOVED",
	"application with a ground granted", "application with papers", "application with facts of a member", "application without a person", "application on list exchange",
	"transfer HOME_GIVEN_UP", "transfer LEASE_ENDING", "eligibility YES", "eligibility NO", "eligibility UNDETERMINED",
	"history of a reinstatement", "history of a corrected date", "history of an erasure", "history of a new access code",
	"unit VACANT", "unit OFFERED", "unit RESERVED", "unit LET", "unit UNDER_REPAIR", "unit DECOMMISSIONED",
	"condition UNASSESSED", "condition FIT", "condition FLAGGED", "lease that goes on", "lease that is over",
	"inspection by hand", "inspection of an import",
	"offer OPEN", "offer that was served", "offer ACCEPTED", "offer REFUSED", "offer NO_SHOW", "offer EXPIRED", "offer WITHDRAWN",
	"offer that was reopened", "offer assessed JUSTIFIED", "offer assessed UNJUSTIFIED", "offer by hand",
	"tenancy under way", "tenancy done", "tenancy failed", "tenancy ended",
	"home PROPOSED", "home IN_PRINCIPLE", "home DECOMMISSIONED", "home REJECTED",
	"run COMMITTED", "run CANCELLED", "run with a skip", "run of two rounds", "run with shares", "decision automatic",
	"policy lt-vilnius/2026.1", "policy oldtown/1", "policy oldtown/2", "policy oldtown/3 to come",
	"import APPLICATIONS", "import UNITS", "import INSPECTIONS", "duplicate DIFFERENT", "duplicate SAME",
}

// holds gathers what a register has.
type holds struct {
	t                   *testing.T
	kinds, has, persons map[string]bool
	applications        []string
}

// The fixture is worth what it holds.
func TestYesterdaysRegisterHoldsEverything(t *testing.T) {
	t.Parallel()
	db, err := boltkv.Open(filepath.Join(yesterday(t), "register.db"), boltkv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	h := &holds{t: t, kinds: map[string]bool{}, has: map[string]bool{}, persons: map[string]bool{}}
	err = db.View(t.Context(), func(r kv.Reader) error {
		for item, err := range r.Scan(nil, nil) {
			if err != nil {
				return err
			}
			h.record(string(item.Key), item.Value)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, reference := range h.applications {
		h.note(!h.persons[reference], "application without a person")
	}
	for _, kind := range kinds {
		if !h.kinds[kind] {
			t.Errorf("no key of the register begins with %s", kind)
		}
	}
	for _, situation := range situations {
		if !h.has[situation] {
			t.Errorf("the register has no %s", situation)
		}
	}
}

// note keeps that the register has something.
func (h *holds) note(yes bool, what ...string) {
	if yes {
		h.has[strings.Join(what, " ")] = true
	}
}

// is keeps a value of an enumeration without its prefix.
func (h *holds) is(what string, value protoreflect.Enum) {
	h.has[what+" "+spell.Name(value)] = true
}

// as reads a record.
func as[M proto.Message](h *holds, into M, value []byte) M {
	h.t.Helper()
	if err := proto.Unmarshal(value, into); err != nil {
		h.t.Fatal(err)
	}
	return into
}

func (h *holds) record(key string, value []byte) {
	kind, rest, _ := strings.Cut(key, "/")
	h.kinds[kind+"/"], h.kinds[key] = true, true
	switch kind {
	case "a":
		h.application(as(h, &eilev1.Application{}, value))
	case "n":
		h.persons[rest] = true
	case "u":
		h.unit(as(h, &eilev1.Unit{}, value))
	case "i":
		inspection := as(h, &eilev1.Inspection{}, value)
		h.note(inspection.GetImport() == "", "inspection by hand")
		h.note(inspection.GetImport() != "", "inspection of an import")
	case "o":
		h.offer(as(h, &eilev1.Offer{}, value))
	case "t":
		h.tenancy(as(h, &eilev1.Tenancy{}, value))
	case "g":
		for _, home := range as(h, &eilev1.Decommission{}, value).GetHomes() {
			h.is("home", home.GetState())
		}
	case "x":
		h.run(as(h, &eilev1.Run{}, value))
	case "d":
		h.note(as(h, &eilev1.Decision{}, value).GetAutomatic(), "decision automatic")
	case "p":
		if as(h, &eilev1.Policy{}, value).GetScheduled() {
			rest += " to come"
		}
		h.note(true, "policy", rest)
	case "b":
		h.is("import", as(h, &eilev1.ImportRecord{}, value).GetKind())
	case "du":
		h.is("duplicate", as(h, &eilev1.DuplicateDecision{}, value).GetOutcome())
	case "e":
		h.action(as(h, &eilev1.AuditEntry{}, value))
	}
}

func (h *holds) application(application *eilev1.Application) {
	h.applications = append(h.applications, application.GetReference())
	h.is("application", application.GetStatus())
	h.is("eligibility", application.GetEligibility())
	h.note(true, "application on list", application.GetList())
	h.note(true, "transfer", application.GetTransfer().GetReason())
	h.note(len(application.GetEvidence()) > 0, "application with papers")
	for _, member := range application.GetHousehold().GetMembers() {
		h.note(len(member.GetAttributes()) > 0, "application with facts of a member")
	}
	for _, ground := range application.GetGrounds() {
		h.note(ground.GetGrantedFrom() != nil, "application with a ground granted")
	}
}

func (h *holds) unit(unit *eilev1.Unit) {
	h.is("unit", unit.GetStatus())
	h.is("condition", unit.GetCondition().GetState())
	h.note(unit.GetLease().GetEndsOn() != nil && unit.GetLeftStockOn() == nil, "lease that goes on")
	h.note(unit.GetLeftStockOn() != nil, "lease that is over")
}

func (h *holds) offer(offer *eilev1.Offer) {
	h.is("offer", offer.GetStatus())
	h.is("offer assessed", offer.GetAssessment())
	h.note(offer.GetServedOn() != nil && offer.GetStatus() == eilev1.OfferStatus_OFFER_STATUS_OPEN, "offer that was served")
	h.note(offer.GetReopened(), "offer that was reopened")
	h.note(offer.GetBasis() != "", "offer by hand")
}

func (h *holds) tenancy(tenancy *eilev1.Tenancy) {
	ended := tenancy.GetEndedOn() != nil
	h.note(!tenancy.GetHoused() && !ended, "tenancy under way")
	h.note(tenancy.GetHoused() && tenancy.GetKeysOn() != nil, "tenancy done")
	h.note(!tenancy.GetHoused() && ended, "tenancy failed")
	h.note(tenancy.GetHoused() && ended, "tenancy ended")
}

func (h *holds) run(run *eilev1.Run) {
	h.is("run", run.GetState())
	h.note(len(run.GetSkipped()) > 0, "run with a skip")
	h.note(run.GetRounds() == 2, "run of two rounds")
	h.note(len(run.GetShares()) > 0, "run with shares")
	h.note(run.GetDecision().GetAutomatic(), "decision automatic")
}

// actions of which only the history tells.
var actions = map[string]string{
	"application.reinstate": "history of a reinstatement", "application.erase": "history of an erasure",
	"application.code": "history of a new access code",
}

func (h *holds) action(entry *eilev1.AuditEntry) {
	h.note(true, actions[entry.GetAction()])
	h.note(entry.GetAction() == "application.amend" && entry.GetDecision() != "", "history of a corrected date")
}
