package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
)

// evaluation turns one line into a row of inspections.csv, and notes what it says of the building.
func (t *torontoReader) evaluation(line int, cells []string) error {
	before := t.faults
	city, ours := map[string]string{}, map[string]string{}
	for i := range t.columns {
		c := &t.columns[i]
		cell, err := t.cell(c, line, cells[i])
		if err != nil {
			return err
		}
		city[c.name] = cell
		if c.to != "" {
			ours[c.to] = cell
		}
	}
	on, err := day.Parse(city["EVALUATION COMPLETED ON"])
	if err != nil {
		t.fault(line, "EVALUATION COMPLETED ON", err.Error())
	}
	if t.faults > before {
		return nil
	}
	if err := t.checkScores(line, city, ours); err != nil {
		return err
	}
	if year := city["YEAR EVALUATED"]; year != strconv.Itoa(on.Year()) {
		if err := t.odd(yearDiffers, line, "YEAR EVALUATED", year); err != nil {
			return err
		}
	}
	ours["unit"], ours["inspected_on"] = city["RSN"], on.String()
	if err := t.building(line, city["RSN"], on, ours); err != nil {
		return err
	}
	t.Inspections++
	return t.write("inspections.csv", t.toRows, ours)
}

// cell reads one cell as the policy declares it; what is left unset is empty.
func (t *torontoReader) cell(c *torontoColumn, line int, written string) (string, error) {
	cell := strings.TrimSpace(written)
	if cell != written {
		if err := t.odd(spaces, line, c.name, written); err != nil {
			return "", err
		}
	}
	switch {
	case c.item && cell == "N/A":
		return "", t.odd(notApplicable, line, c.name, written)
	case c.item && cell == "":
		t.fault(line, c.name, "it is empty; the city writes 0 to 3 or N/A")
		return "", nil
	case cell == "" && c.unit && c.attribute != nil:
		return "", t.odd(emptyCell, line, c.name, written)
	case cell == "" && (c.to != "" || c.name == "RSN"):
		t.fault(line, c.name, "it is empty")
		return "", nil
	case c.name == "RSN" && strings.Trim(cell, "0123456789") != "":
		t.fault(line, c.name, fmt.Sprintf("%q is no number of a building", cell))
		return "", nil
	case c.attribute == nil:
		return cell, nil
	}
	if _, err := table.ParseFact(*c.attribute, cell); err != nil {
		t.fault(line, c.name, err.Error())
		return "", nil
	}
	if c.item && cell == "0" {
		return cell, t.odd(ratedZero, line, c.name, written)
	}
	return cell, nil
}

// checkScores fills in the column score, which takes whole numbers, and notes what is odd about the three scores.
func (t *torontoReader) checkScores(line int, city, ours map[string]string) error {
	current := city["CURRENT BUILDING EVAL SCORE"]
	whole, fraction, _ := strings.Cut(current, ".")
	ours["score"] = whole
	var odd []error
	if strings.Trim(fraction, "0") != "" {
		odd = append(odd, t.odd(fractionScore, line, "CURRENT BUILDING EVAL SCORE", current))
	}
	reactive := city["CURRENT REACTIVE SCORE"]
	if strings.HasPrefix(reactive, "-") {
		odd = append(odd, t.odd(negativePoints, line, "CURRENT REACTIVE SCORE", reactive))
	}
	if billionths(current) != billionths(city["PROACTIVE BUILDING SCORE"])+billionths(reactive) {
		odd = append(odd, t.odd(scoreDiffers, line, "CURRENT BUILDING EVAL SCORE", current))
	}
	return errors.Join(odd...)
}

// billionths of a number that was checked before, so that sums are exact.
func billionths(cell string) int64 {
	whole, fraction, _ := strings.Cut(cell, ".")
	n, _ := strconv.ParseInt(whole+(fraction + "000000000")[:9], 10, 64)
	return n
}

// building notes what an evaluation says of its building; the latest is believed, whatever its place in the file.
func (t *torontoReader) building(line int, rsn string, on day.Day, ours map[string]string) error {
	b := t.byRSN[rsn]
	if b == nil {
		b = &building{rsn: rsn, evaluations: map[day.Day]int{}}
		t.byRSN[rsn], t.buildings = b, append(t.buildings, b)
	}
	if other, again := b.evaluations[on]; again {
		t.fault(line, "EVALUATION COMPLETED ON", fmt.Sprintf("building %s was evaluated on %s in line %d too: which is the later cannot be told", rsn, on, other))
		return nil
	}
	b.evaluations[on] = line
	facts := map[string]string{}
	for _, c := range t.columns {
		if !c.unit {
			continue
		}
		facts[c.to] = ours[c.to]
		if b.facts != nil && b.facts[c.to] != facts[c.to] {
			if err := t.odd(factDiffers, line, c.name, facts[c.to]); err != nil {
				return err
			}
		}
	}
	if on > b.on || b.facts == nil {
		b.on, b.facts = on, facts
	}
	return nil
}

// writeUnits writes a row for each building. Its tenants live there: it is let, and never offered as a whole.
func (t *torontoReader) writeUnits() error {
	for _, b := range t.buildings {
		b.facts["reference"], b.facts["status"] = b.rsn, "let"
		if err := t.write("units.csv", t.toUnits, b.facts); err != nil {
			return err
		}
		t.Units++
	}
	return nil
}

func (t *torontoReader) write(file string, columns []string, row map[string]string) error {
	cells := make([]string, len(columns))
	for i, name := range columns {
		cells[i] = row[name]
	}
	return t.rows[file].Write(cells)
}
