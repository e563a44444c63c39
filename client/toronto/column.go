package toronto

import (
	"slices"
	"strings"

	"github.com/eile-housing/eile/policy/table"
)

// column is where a column of the city's file goes.
type column struct {
	// name in the city's file, and the column of ours; empty: it is read for itself, or not taken.
	name, to string
	// unit columns go to UnitsFile, the others to InspectionsFile.
	unit bool
	// item columns are rated 0 to 3, or N/A.
	item bool
	// attribute reads the cell; nil where it is text.
	attribute *table.Attribute
}

// head are the columns beside the items. A ward's name is the district: it is what applicants know.
var head = []column{
	{name: "RSN"},
	{name: "YEAR REGISTERED", to: "year_registered", unit: true},
	{name: "YEAR BUILT", to: "year_built", unit: true},
	{name: "YEAR EVALUATED"},
	{name: "PROPERTY TYPE", to: "property_type", unit: true},
	{name: "WARD", to: "ward", unit: true},
	{name: "WARDNAME", to: "district", unit: true},
	{name: "SITE ADDRESS", to: "address", unit: true},
	{name: "CONFIRMED STOREYS", to: "storeys", unit: true},
	{name: "CONFIRMED UNITS", to: "dwellings", unit: true},
	{name: "EVALUATION COMPLETED ON"},
	{name: "CURRENT BUILDING EVAL SCORE", to: "building_score"},
	{name: "PROACTIVE BUILDING SCORE", to: "proactive_score"},
	{name: "CURRENT REACTIVE SCORE", to: "reactive_score"},
	{name: "NO OF AREAS EVALUATED", to: "areas_evaluated"},
	{name: "GRID"}, {name: "LATITUDE"}, {name: "LONGITUDE"}, {name: "X"}, {name: "Y"},
}

// header finds where each column goes, and writes the headers of our files.
func (c *Conversion) header(names []string) {
	wanted := c.wanted()
	c.columns = make([]column, 0, len(names))
	c.toUnits, c.toRows = []string{"reference", "status"}, []string{"unit", "inspected_on", "score"}
	for _, name := range names {
		i := slices.IndexFunc(wanted, func(w column) bool { return w.name == name || w.item && w.to == itemName(name) })
		if i < 0 {
			c.fault(1, name, "it is no column of the city's file that this program knows, or it stands there twice")
			continue
		}
		found := wanted[i]
		found.name = name
		wanted = slices.Delete(wanted, i, i+1)
		switch {
		case found.unit:
			c.toUnits = append(c.toUnits, found.to)
		case found.to != "":
			c.toRows = append(c.toRows, found.to)
		}
		c.columns = append(c.columns, found)
	}
	for _, missing := range wanted {
		// A column of an item that is not there has no name in the city's file, only that of ours.
		name := missing.name
		if missing.item {
			name = missing.to
		}
		c.fault(1, name, "the column is missing in the header")
	}
	c.row(UnitsFile, c.toUnits...)
	c.row(InspectionsFile, c.toRows...)
}

// wanted are the columns that the city's file must have: those of the head, and an item for every
// other attribute that the policy declares for inspections.
func (c *Conversion) wanted() []column {
	wanted := slices.Clone(head)
	for i := range c.declared.inspections {
		name := c.declared.inspections[i].Name
		if !slices.ContainsFunc(head, func(h column) bool { return h.to == name }) {
			wanted = append(wanted, column{to: name, item: true})
		}
	}
	for i := range wanted {
		declared := c.declared.inspections
		if wanted[i].unit {
			declared = c.declared.units
		}
		if at := slices.IndexFunc(declared, func(a table.Attribute) bool { return a.Name == wanted[i].to }); at >= 0 {
			wanted[i].attribute = &declared[at]
		}
	}
	return wanted
}

// itemName is the attribute of an item: the name of its column in small letters, with _ for
// whatever is no letter.
func itemName(column string) string {
	words := strings.FieldsFunc(strings.ToLower(column), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(words, "_")
}
