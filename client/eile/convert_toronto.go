package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
)

// torontoPolicy declares the attributes that the converted files may hold.
const torontoPolicy = "toronto-rentsafe"

// The quirks of the city's file, and what is done about each.
var (
	notApplicable  = &quirk{Kind: "not_applicable", Done: "N/A: left unset, the building has no such thing"}
	emptyCell      = &quirk{Kind: "empty", Done: "left unset"}
	spaces         = &quirk{Kind: "spaces", Done: "read without the spaces around it"}
	ratedZero      = &quirk{Kind: "rated_zero", Done: "kept as 0: the city counts the item and gives it nothing"}
	fractionScore  = &quirk{Kind: "fraction", Done: "kept in building_score; score takes the whole part"}
	negativePoints = &quirk{Kind: "negative_reactive", Done: "kept in reactive_score: points taken off after complaints"}
	scoreDiffers   = &quirk{Kind: "score_differs", Done: "not the proactive and the reactive score together; all three kept as written"}
	yearDiffers    = &quirk{Kind: "year", Done: "not the year of EVALUATION COMPLETED ON; not used, the evaluation has that date"}
	factDiffers    = &quirk{Kind: "fact_differs", Done: "an evaluation of the same building says otherwise; the latest evaluation is believed"}
)

// torontoColumn is where a column of the city's file goes.
type torontoColumn struct {
	// name in the city's file, and the column of ours; empty: it is read for itself, or not taken.
	name, to string
	// unit columns go to units.csv, the others to inspections.csv.
	unit bool
	// item columns are rated 0 to 3, or N/A.
	item bool
	// attribute reads the cell; nil where it is text.
	attribute *table.Attribute
}

// torontoHead are the columns beside the items. A ward's name is the district: it is what applicants know.
var torontoHead = []torontoColumn{
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

// torontoReader turns evaluations into rows of our files.
type torontoReader struct {
	*conversion
	columns []torontoColumn // in the order of the city's file
	toUnits []string
	toRows  []string // columns of inspections.csv
	// buildings in the order in which they first come, by RSN.
	buildings []*building
	byRSN     map[string]*building
}

// building is what its latest evaluation says of it.
type building struct {
	rsn         string
	on          day.Day
	facts       map[string]string
	evaluations map[day.Day]int // line of each
}

// convertToronto reads the city's file once. Memory grows with the buildings, not with the evaluations.
func (s *session) convertToronto(name, dir string) (*conversion, error) {
	source, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = source.Close() }()
	c, err := s.newConversion(name, dir)
	if err != nil {
		return nil, err
	}
	defer c.drop()
	t := &torontoReader{conversion: c, byRSN: map[string]*building{}}
	if err := t.read(source); err != nil {
		return nil, err
	}
	if err := t.writeUnits(); err != nil {
		return nil, err
	}
	return c, c.keep()
}

func (t *torontoReader) read(source io.Reader) error {
	buffered := bufio.NewReader(source)
	if mark, err := buffered.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = buffered.Discard(len(mark))
	}
	rows := csv.NewReader(buffered)
	rows.ReuseRecord = true
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			if t.columns == nil {
				t.fault(1, "", "the file is empty")
			}
			return nil
		}
		if err != nil {
			line := 0
			if syntax, ok := errors.AsType[*csv.ParseError](err); ok {
				line, err = syntax.StartLine, syntax.Err
			}
			t.fault(line, "", err.Error())
			return nil
		}
		if t.columns == nil {
			if err := t.header(cells); err != nil || t.faults > 0 {
				return err
			}
			continue
		}
		line, _ := rows.FieldPos(0)
		if err := t.evaluation(line, cells); err != nil {
			return err
		}
	}
}

// header finds where each column goes, and writes the headers of our files.
func (t *torontoReader) header(names []string) error {
	text, _ := policy.ShippedSource(torontoPolicy)
	p, err := policy.Load(torontoPolicy, text)
	if err != nil {
		return err
	}
	units, inspections := p.Attributes(policy.UnitKind), p.Attributes(policy.InspectionKind)
	wanted := slices.Clone(torontoHead)
	for i := range inspections {
		a := &inspections[i]
		if !slices.ContainsFunc(torontoHead, func(c torontoColumn) bool { return c.to == a.Name }) {
			wanted = append(wanted, torontoColumn{to: a.Name, item: true, attribute: a})
		}
	}
	t.columns = make([]torontoColumn, 0, len(names))
	t.toUnits, t.toRows = []string{"reference", "status"}, []string{"unit", "inspected_on", "score"}
	for _, name := range names {
		i := slices.IndexFunc(wanted, func(c torontoColumn) bool { return c.name == name || c.item && c.to == itemName(name) })
		if i < 0 {
			t.fault(1, name, "it is no column of the city's file that this program knows, or it stands there twice")
			continue
		}
		c := wanted[i]
		c.name = name
		wanted = slices.Delete(wanted, i, i+1)
		declared := inspections
		if c.unit {
			declared, t.toUnits = units, append(t.toUnits, c.to)
		} else if c.to != "" {
			t.toRows = append(t.toRows, c.to)
		}
		if at := slices.IndexFunc(declared, func(a table.Attribute) bool { return a.Name == c.to }); at >= 0 {
			c.attribute = &declared[at]
		}
		t.columns = append(t.columns, c)
	}
	for _, c := range wanted {
		t.fault(1, c.name+c.itemHint(), "the column is missing in the header")
	}
	return errors.Join(t.rows["units.csv"].Write(t.toUnits), t.rows["inspections.csv"].Write(t.toRows))
}

func (c *torontoColumn) itemHint() string {
	if c.item {
		return c.to
	}
	return ""
}

// itemName is the attribute of an item: the name of its column in small letters, with _ for whatever is no letter.
func itemName(column string) string {
	words := strings.FieldsFunc(strings.ToLower(column), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(words, "_")
}
