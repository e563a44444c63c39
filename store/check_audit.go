package store

import (
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/staging"
)

// audited are the prefixes of the records whose every change the audit tells.
var audited = []string{
	layout.Application, layout.Person, layout.Unit, layout.Inspection, layout.Offer, layout.Barred, layout.Tenancy, layout.Decision,
	layout.DuplicateDecision, layout.Policy, layout.Run, layout.RunByDate, layout.Evidence, layout.Decommission, layout.Programme,
	layout.PlacementChange, layout.UnitChange, layout.Salt,
}

// audit recomputes the chain of seals and the keys by subject.
func (c *check) audit() error {
	if err := audit.CheckChain(c.reader, c.sealed, c.tell); err != nil || c.ended {
		return err
	}
	if err := audit.CheckSubjects(c.reader, c.tell); err != nil || c.ended {
		return err
	}
	if err := audit.CheckDetails(c.reader, c.tell); err != nil || c.ended {
		return err
	}
	return audit.CheckFormer(c.reader, c.tell)
}

// records compares each record with the last audit entry that tells of it.
func (c *check) records() error {
	decided, err := staging.Decided(c.reader)
	if err != nil {
		return err
	}
	staged, err := staging.Staged(c.reader, decided)
	if err != nil {
		return err
	}
	return audit.CheckRecords(c.reader, audited, audit.Imports{Decided: decided, Staged: staged}, c.tell)
}

func (c *check) strays() error { return staging.CheckStrays(c.reader, c.tell) }
