package night

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

const (
	preparing = eilev1.RunState_RUN_STATE_PREPARING
	matched   = eilev1.RunState_RUN_STATE_MATCHED
	approved  = eilev1.RunState_RUN_STATE_APPROVED
	committed = eilev1.RunState_RUN_STATE_COMMITTED
	dryRun    = eilev1.RunState_RUN_STATE_DRY_RUN
	failed    = eilev1.RunState_RUN_STATE_FAILED
	cancelled = eilev1.RunState_RUN_STATE_CANCELLED
)

// What moves a run.
const (
	startRun    = "start"
	matchRun    = "match"
	approveRun  = "approve"
	commitRun   = "commit"
	cancelRun   = "cancel"
	failRun     = "fail"
	foretellRun = "foretell" // on a scratch: how far a run would go by itself
)

// steps are the steps of a run.
var steps = casework.Steps[eilev1.RunState]{Noun: "run", All: []casework.Step[eilev1.RunState]{
	{From: 0, Event: startRun, To: preparing},
	{From: preparing, Event: matchRun, To: matched},
	{From: matched, Event: approveRun, To: approved},
	{From: approved, Event: commitRun, To: committed},
	{From: preparing, Event: cancelRun, To: cancelled},
	{From: matched, Event: cancelRun, To: cancelled},
	{From: preparing, Event: failRun, To: failed},
	{From: matched, Event: failRun, To: failed},
	{From: matched, Event: foretellRun, To: dryRun},
	{From: committed, Event: foretellRun, To: dryRun},
}}

// move takes a run one step on; the caller writes it.
func move(tx *store.Tx, run *eilev1.Run, event string) error {
	from := run.GetState()
	to, err := steps.Take(run.GetId(), from, event)
	if err != nil {
		return err
	}
	run.State = to
	tx.Subject(run.GetId())
	tx.Status(spell.Name(from), spell.Name(to))
	return nil
}

// rests tells whether a run does not go on by itself.
func rests(state eilev1.RunState, rules casework.Rules) bool {
	switch state {
	case preparing, approved:
		return false
	case matched:
		return rules.Policy.ApprovalRequired
	default:
		return true
	}
}
