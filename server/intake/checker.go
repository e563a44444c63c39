package intake

import (
	"strings"
	"time"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/table"
	"github.com/eile-housing/eile/policy/words"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// progressEvery is after how many rows the caller hears of it.
const progressEvery = 20_000

// sheet is what was read of a file.
type sheet struct {
	rows      int      // good or not
	good      []row    // in order of reference
	unchanged []string // references of rows that are in the register as they stand
}

// checker reads a file against the register and the rules of a day.
type checker struct {
	*report
	sheet
	view  *store.View
	rules casework.Rules
	now   time.Time
}

func (c *checker) options(kind policy.Kind) table.Options {
	reserves := []string{}
	for _, reserve := range c.rules.Policy.Reserves {
		reserves = append(reserves, reserve.Code)
	}
	return table.Options{
		Attributes: c.rules.Policy.Attributes(kind), Today: c.rules.Today, Now: c.now, Zone: c.rules.Policy.Location,
		Lists: c.rules.Policy.Lists, Reserves: reserves, Hazards: c.rules.Policy.Hazards,
	}
}

// counted counts a row that could be read and reports progress.
func (c *checker) counted() error {
	c.rows++
	if c.rows%progressEvery == 0 {
		return c.progress(c.rows, 0, len(c.good))
	}
	return nil
}

// keep keeps a good row, unless the register has it as it stands: then the digest of
// the record is that of the row.
func (c *checker) keep(line int, packed row, known bool, former []byte) error {
	switch {
	case !known:
		c.good = append(c.good, packed)
	case packed.same(former):
		c.unchanged = append(c.unchanged, packed.reference)
	default:
		return c.fault(line, "reference", words.Reason("ALREADY_REGISTERED.row", words.Text("reference", packed.reference)))
	}
	return nil
}

// against reports what the policy does not take; it answers how many.
func (c *checker) against(line int, found []policy.Violation) (int, error) {
	for _, violation := range found {
		if err := c.fault(line, column(violation.Field), violation.Reason); err != nil {
			return 0, err
		}
	}
	return len(found), nil
}

// column is the column of a file that holds a field.
func column(field string) string {
	if strings.HasPrefix(strings.TrimPrefix(field, "application."), "household.members") {
		return "members"
	}
	return strings.TrimPrefix(field, "attributes.")
}
