package toronto

import (
	"fmt"

	"github.com/eile-housing/eile/policy/day"
)

var factDiffers = Quirk{
	Kind: "fact_differs", Done: "an evaluation of the same building says otherwise; the latest evaluation is believed",
}

// building is what its latest evaluation says of it.
type building struct {
	rsn         string
	on          day.Day
	facts       map[string]string
	evaluations map[day.Day]int // line of each
}

// building notes what an evaluation says of its building; the latest is believed, whatever its
// place in the file.
func (c *Conversion) building(line int, rsn string, on day.Day, ours map[string]string) {
	b := c.byRSN[rsn]
	if b == nil {
		b = &building{rsn: rsn, evaluations: map[day.Day]int{}}
		c.byRSN[rsn], c.buildings = b, append(c.buildings, b)
	}
	if other, again := b.evaluations[on]; again {
		c.fault(line, "EVALUATION COMPLETED ON", fmt.Sprintf(
			"building %s was evaluated on %s in line %d too: which is the later cannot be told", rsn, on, other))
		return
	}
	b.evaluations[on] = line
	facts := map[string]string{}
	for _, col := range c.columns {
		if !col.unit {
			continue
		}
		facts[col.to] = ours[col.to]
		if b.facts != nil && b.facts[col.to] != facts[col.to] {
			c.odd(factDiffers, line, col.name, facts[col.to])
		}
	}
	if on > b.on || b.facts == nil {
		b.on, b.facts = on, facts
	}
}

// unitRows writes a row for each building, in the order in which they first came. Its tenants live
// there: it is let, and never offered as a whole.
func (c *Conversion) unitRows() {
	for _, b := range c.buildings {
		b.facts["reference"], b.facts["status"] = b.rsn, "let"
		c.row(UnitsFile, under(c.toUnits, b.facts)...)
	}
	c.Units = len(c.buildings)
}
