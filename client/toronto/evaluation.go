package toronto

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/number"
	"github.com/eile-housing/eile/policy/table"
)

// The quirks, and what is done about each.
var (
	notApplicable  = Quirk{Kind: "not_applicable", Done: "N/A: left unset, the building has no such thing"}
	emptyCell      = Quirk{Kind: "empty", Done: "left unset"}
	spaces         = Quirk{Kind: "spaces", Done: "read without the spaces around it"}
	ratedZero      = Quirk{Kind: "rated_zero", Done: "kept as 0: the city counts the item and gives it nothing"}
	fractionScore  = Quirk{Kind: "fraction", Done: "kept in building_score; score takes the whole part"}
	negativePoints = Quirk{Kind: "negative_reactive", Done: "kept in reactive_score: points taken off after complaints"}
	scoreDiffers   = Quirk{
		Kind: "score_differs", Done: "not the proactive and the reactive score together; all three kept as written",
	}
	yearDiffers = Quirk{
		Kind: "year", Done: "not the year of EVALUATION COMPLETED ON; not used, the evaluation has that date",
	}
)

// evaluation turns one line into a row of InspectionsFile, and notes what it says of the building.
func (c *Conversion) evaluation(line int, cells []string) {
	city, ours := map[string]string{}, map[string]string{}
	for i := range c.columns {
		col := &c.columns[i]
		cell := c.cell(col, line, cells[i])
		city[col.name] = cell
		if col.to != "" {
			ours[col.to] = cell
		}
	}
	on, err := day.Parse(city["EVALUATION COMPLETED ON"])
	if err != nil {
		c.fault(line, "EVALUATION COMPLETED ON", err.Error())
	}
	if len(c.faults) > 0 {
		return
	}
	c.scores(line, city, ours)
	if year := city["YEAR EVALUATED"]; year != strconv.Itoa(on.Year()) {
		c.odd(yearDiffers, line, "YEAR EVALUATED", year)
	}
	ours["unit"], ours["inspected_on"] = city["RSN"], on.String()
	c.building(line, city["RSN"], on, ours)
	c.Inspections++
	c.row(InspectionsFile, under(c.toRows, ours)...)
}

// cell reads one cell as the policy declares it; what is left unset is empty.
func (c *Conversion) cell(col *column, line int, written string) string {
	cell := strings.TrimSpace(written)
	if cell != written {
		c.odd(spaces, line, col.name, written)
	}
	switch {
	case col.item && cell == "N/A":
		c.odd(notApplicable, line, col.name, written)
		return ""
	case col.item && cell == "":
		c.fault(line, col.name, "it is empty; the city writes 0 to 3 or N/A")
	case cell == "" && col.unit && col.attribute != nil:
		c.odd(emptyCell, line, col.name, written)
	case cell == "" && (col.to != "" || col.name == "RSN"):
		c.fault(line, col.name, "it is empty")
	case col.name == "RSN" && strings.Trim(cell, "0123456789") != "":
		c.fault(line, col.name, fmt.Sprintf("%q is no number of a building", cell))
	case col.attribute != nil:
		c.check(col, line, cell, written)
	}
	return cell
}

// check reads a cell as the policy declares it.
func (c *Conversion) check(col *column, line int, cell, written string) {
	if cell == "" {
		return
	}
	if _, err := table.ParseFact(*col.attribute, cell); err != nil {
		c.fault(line, col.name, err.Error())
	} else if col.item && cell == "0" {
		c.odd(ratedZero, line, col.name, written)
	}
}

// scores fills in the column score, which takes whole numbers, and notes what is odd about the
// three scores.
func (c *Conversion) scores(line int, city, ours map[string]string) {
	current := city["CURRENT BUILDING EVAL SCORE"]
	whole, fraction, _ := strings.Cut(current, ".")
	ours["score"] = whole
	if strings.Trim(fraction, "0") != "" {
		c.odd(fractionScore, line, "CURRENT BUILDING EVAL SCORE", current)
	}
	reactive := city["CURRENT REACTIVE SCORE"]
	if strings.HasPrefix(reactive, "-") {
		c.odd(negativePoints, line, "CURRENT REACTIVE SCORE", reactive)
	}
	if !addsUp(current, city["PROACTIVE BUILDING SCORE"], reactive) {
		c.odd(scoreDiffers, line, "CURRENT BUILDING EVAL SCORE", current)
	}
}

// addsUp tells whether two numbers that were checked before make a third. What is empty is 0.
func addsUp(sum, first, second string) bool {
	var whole, rest [3]int64
	for i, cell := range []string{sum, first, second} {
		if d, err := number.ParseDecimal(cell); err == nil {
			w, nanos := d.Split()
			whole[i], rest[i] = w, int64(nanos)
		}
	}
	const billion = 1_000_000_000
	over := rest[1] + rest[2]
	return whole[0] == whole[1]+whole[2]+over/billion && rest[0] == over%billion
}

// under puts a row into the order of its columns.
func under(columns []string, row map[string]string) []string {
	cells := make([]string, len(columns))
	for i, name := range columns {
		cells[i] = row[name]
	}
	return cells
}
