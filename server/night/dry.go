package night

import (
	"context"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/night/evidence"
	"github.com/eile-housing/eile/server/night/prepare"
	"github.com/eile-housing/eile/store"
)

// DryRun returns what the run of a day would do, and changes nothing: the run is
// made on a scratch, as far as it goes by itself. Its matches and hashes are those
// of the run, if nothing changes until then.
func (n *Night) DryRun(ctx context.Context, on day.Day) (*eilev1.Run, error) {
	rules, err := n.runs.book.Rules(on)
	if err != nil {
		return nil, err
	}
	if err := prepare.Supported(rules.Policy); err != nil {
		return nil, err
	}
	var told *eilev1.Run
	err = n.runs.register.Scratch(ctx, func(scratch *store.Register) error {
		dry := &runs{register: scratch, key: n.runs.key, book: n.runs.book, keep: evidence.Foretell}
		told, err = dry.foretell(ctx, rules)
		return err
	})
	return told, err
}

// foretell makes the run of a day on a scratch and tells what it came to. One that
// is under way is carried on; a day whose run rests is matched anew, and no
// further, since its offers may be made already.
func (r *runs) foretell(ctx context.Context, rules casework.Rules) (*eilev1.Run, error) {
	id, before, revision, err := r.before(ctx, rules)
	if err != nil {
		return nil, err
	}
	again := before != nil && rests(before.GetState(), rules)
	if before == nil || again {
		if err := r.update(ctx, "run.start", "", rules, func(c casework.Change) error { return begin(c, id) }); err != nil {
			return nil, err
		}
	}
	for moved := true; moved; moved = moved && !again {
		if moved, err = r.step(ctx, id); err != nil {
			return nil, err
		}
	}
	run, err := r.get(ctx, id)
	if err != nil {
		return nil, err
	}
	if run.Matches, err = evidence.Matches(ctx, r.register, id); err != nil {
		return nil, err
	}
	if !again {
		if run.Skipped, err = evidence.Skips(ctx, r.register, id); err != nil {
			return nil, err
		}
	}
	if run.State, err = steps.Take(id, run.GetState(), foretellRun); err != nil {
		return nil, err
	}
	run.Id, run.Revision = "dry-"+rules.Today.String(), revision
	run.StartedBy, run.StartedAt, run.MatchedAt, run.FinishedAt, run.Decision = "", nil, nil, nil, nil
	run.Etag, run.UpdateTime = "", nil // nobody can amend it
	return run, nil
}

// before returns the run that a day has already, nil: none, the id that its run
// takes, and the revision of the register.
func (r *runs) before(ctx context.Context, rules casework.Rules) (id string, run *eilev1.Run, revision uint64, err error) {
	err = r.register.View(ctx, func(v *store.View) error {
		var exists bool
		revision = v.Revision()
		if id, exists, err = runOf(v, rules.Today.String()); err == nil && exists {
			run, err = store.Runs.Get(v, id)
		}
		return err
	})
	return id, run, revision, err
}
