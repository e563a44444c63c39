package server

import (
	"context"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// rules is the policy in force, ready for use.
type rules struct {
	policy    *policy.Policy
	evaluator *policy.Evaluator
	record    *eilev1.Policy
	identity  *eilev1.PolicyName
}

// on are the rules of one day.
func (r *rules) on(day day.Day) casework.Rules {
	return casework.Rules{Policy: r.policy, Evaluator: r.evaluator, Seed: r.record.GetSeed(), Today: day}
}

func makeRules(record *eilev1.Policy) (*rules, error) {
	loaded, err := policy.Load(record.GetName()+".yaml", []byte(record.GetSource()))
	if err != nil {
		return nil, err
	}
	return &rules{policy: loaded, evaluator: loaded.Evaluator(record.GetSeed()), record: record, identity: loaded.Identity()}, nil
}

// loadRules reads the policy in force from the register; none is no error.
func (s *Server) loadRules(ctx context.Context) error {
	return s.register.View(ctx, func(v *store.View) error {
		in := v.Policy()
		if in == nil {
			return nil
		}
		record, err := store.Policies.Get(v, in.GetName()+"/"+in.GetVersion())
		if err != nil {
			return err
		}
		loaded, err := makeRules(record)
		if err != nil {
			return err
		}
		s.rules.Store(loaded)
		return nil
	})
}

// inForce answers the policy in force.
func (s *Server) inForce() (*rules, error) {
	in := s.rules.Load()
	if in == nil {
		return nil, errNoPolicy
	}
	return in, nil
}

// today are the rules of today in the policy's time zone.
func (s *Server) today() (casework.Rules, error) {
	in, err := s.inForce()
	if err != nil {
		return casework.Rules{}, err
	}
	return in.on(day.Of(s.Now(), in.policy.Location())), nil
}

// Rules of a day, for the night.
func (s *Server) Rules(on day.Day) (casework.Rules, error) {
	in, err := s.inForce()
	if err != nil {
		return casework.Rules{}, err
	}
	return in.on(on), nil
}
