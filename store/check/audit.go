package check

import (
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/staging"
)

// audit recomputes the chain of seals and the keys by subject.
func (c *check) audit() error {
	if err := audit.CheckChain(c.Reader(), c.sealed, c.tell); err != nil || c.ended {
		return err
	}
	if err := audit.CheckSubjects(c.Reader(), c.tell); err != nil || c.ended {
		return err
	}
	if err := audit.CheckDetails(c.Reader(), c.tell); err != nil || c.ended {
		return err
	}
	return audit.CheckFormer(c.Reader(), c.tell)
}

// records compares each record with the last audit entry that tells of it.
func (c *check) records() error {
	decided, err := staging.Decided(c.Reader())
	if err != nil {
		return err
	}
	staged, err := staging.Staged(c.Reader(), decided)
	if err != nil {
		return err
	}
	return audit.CheckRecords(c.Reader(), layout.Audited, audit.Imports{Decided: decided, Staged: staged}, c.tell)
}

func (c *check) strays() error { return staging.CheckStrays(c.Reader(), c.tell) }
