package application

import (
	"slices"

	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
	"github.com/eile-housing/eile/server/casework/state"
)

// GrantGround gives a claimed ground effect, by decision.
func GrantGround(c casework.Change, application *eilev1.Application, code string, from, until *date.Date, by *eilev1.ByDecision) error {
	what := words.Say("what.grant_ground", words.Text("ground", code), words.Text("application", application.GetReference()))
	if state.Ended(application.GetStatus()) {
		return casework.Refuse(what, words.Reason("ALREADY_ENDED", words.Term("status", spell.Name(application.GetStatus()))))
	}
	var known []string
	for _, ground := range c.Rules.Policy.Grounds {
		known = append(known, ground.Code)
	}
	if !slices.Contains(known, code) {
		return casework.Refuse(what, words.Reason("UNKNOWN_GROUND", words.Text("policy", c.Rules.Policy.Name), words.Text("ground", code), words.Items("known", known...)))
	}
	first, last, wrong := period(c.Rules, from, until)
	if wrong != nil {
		return casework.Refuse(what, wrong)
	}
	decided, err := decision.Record(c, decision.Of(c, eilev1.DecisionKind_DECISION_KIND_GRANT_GROUND, application, by, nil))
	if err != nil {
		return err
	}
	setGround(application, &eilev1.Ground{Code: code, GrantedFrom: first, GrantedUntil: last, Decision: decided.GetId()})
	return state.Settle(c, application)
}

// setGround puts a granted ground in place of what was claimed or granted by its
// code before.
func setGround(application *eilev1.Application, ground *eilev1.Ground) {
	at := slices.IndexFunc(application.GetGrounds(), func(known *eilev1.Ground) bool { return known.GetCode() == ground.GetCode() })
	if at < 0 {
		application.Grounds = append(application.Grounds, ground)
		return
	}
	application.Grounds[at] = ground
}

// CorrectDate notes the decision that a corrected registered_at rests on.
func CorrectDate(c casework.Change, application *eilev1.Application, by *eilev1.ByDecision) error {
	_, err := decision.Record(c, decision.Of(c, eilev1.DecisionKind_DECISION_KIND_CORRECT_DATE, application, by, nil))
	return err
}
