package main

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	waitingHouseholds = 1837 // Vilnius, at the beginning of 2017
	homesInAll        = 150
)

// shares are how many households of each group waited in Vilnius on 2009-01-01:
// Government resolution 613 of 2009-06-17, annex (TAR.705DA5D08A55), 5,219 in
// all. They are the latest split by group that was published for the city.
var shares = []struct {
	group string
	count int
}{
	{"young family", 1592},
	{"three or more children", 194},
	{"without parental care", 604},
	{"disabled", 851},
	{"general", 1947},
	{"tenant to be moved", 31},
}

var districts = []string{"Antakalnis", "Fabijoniškės", "Grigiškės", "Karoliniškės", "Lazdynai", "Naujininkai", "Naujoji Vilnia", "Pašilaičiai", "Šeškinė", "Žirmūnai"}

// drawn are the files of the demo and one applicant to follow.
type drawn struct {
	applications, units, codes string
}

// generator draws households and homes; the same seed draws the same ones.
type generator struct {
	*rand.Rand
	today time.Time
}

func write(dir string, seed uint64, today time.Time) (drawn, error) {
	g := generator{rand.New(rand.NewPCG(seed, 1837)), today}
	files := drawn{
		applications: filepath.Join(dir, "applications.csv"), units: filepath.Join(dir, "units.csv"), codes: filepath.Join(dir, "codes.csv"),
	}
	applications := [][]string{{
		"reference", "registered_at", "members", "districts", "declared_residence", "net_income_cents", "assets_cents",
		"declared_year", "owns_home", "disability", "needs_adapted", "sitting_tenant",
	}}
	for i := range waitingHouseholds {
		applications = append(applications, g.household(i))
	}
	units := [][]string{{
		"reference", "district", "rooms", "area_sqm", "floor", "lift", "adapted", "tenure", "wear_percent", "amenities", "status",
	}}
	for i := range homesInAll {
		units = append(units, g.home(i))
	}
	if err := writeCSV(files.applications, applications); err != nil {
		return files, err
	}
	return files, writeCSV(files.units, units)
}

func writeCSV(path string, rows [][]string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	writer := csv.NewWriter(file)
	err = writer.WriteAll(rows)
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}

// group draws by the real shares.
func (g generator) group() string {
	total := 0
	for _, share := range shares {
		total += share.count
	}
	at := g.IntN(total)
	for _, share := range shares {
		if at < share.count {
			return share.group
		}
		at -= share.count
	}
	return "general"
}

func (g generator) household(i int) []string {
	group := g.group()
	members := g.members(group)
	persons := len(members)
	// Two registrations of one second would be a draw; the demo has none.
	registered := time.Date(2005, 1, 3, 8, 0, 0, 0, time.UTC).Add(time.Duration(i*57+g.IntN(50)) * time.Hour)
	income := 250_000 + g.IntN(250_000)*min(persons, 3)/2
	return []string{
		fmt.Sprintf("DEMO-%04d", i+1), registered.Format(time.RFC3339), strings.Join(members, ";"), g.wanted(), "Vilnius",
		strconv.Itoa(income), strconv.Itoa(g.IntN(600_000)), strconv.Itoa(g.today.Year() - 1), "false",
		strconv.FormatBool(group == "disabled"), strconv.FormatBool(group == "disabled" && g.IntN(8) == 0),
		strconv.FormatBool(group == "tenant to be moved"),
	}
}

func (g generator) members(group string) []string {
	born := func(from, to int) string {
		day := g.today.AddDate(-from-g.IntN(to-from), 0, -g.IntN(365))
		return day.Format(time.DateOnly)
	}
	sex := func() string { return []string{"F", "M"}[g.IntN(2)] }
	person := func(relation string, from, to int) string {
		return relation + "/" + sex() + "/" + born(from, to)
	}
	children, partner, youngest, eldest := 0, false, 28, 75
	switch group {
	case "young family":
		youngest, eldest, partner, children = 22, 35, g.IntN(3) > 0, 1+g.IntN(2)
	case "three or more children":
		youngest, eldest, partner, children = 28, 48, g.IntN(4) > 0, 3+g.IntN(3)
	case "without parental care":
		youngest, eldest = 18, 34
	case "disabled":
		partner = g.IntN(4) == 0
	default:
		partner, children = g.IntN(3) == 0, g.IntN(3)/2*(1+g.IntN(2))
	}
	members := []string{person("self", youngest, eldest)}
	if partner {
		members = append(members, person("partner", youngest, eldest))
	}
	for range children {
		members = append(members, person("child", 1, 17))
	}
	return members
}

// wanted draws up to three districts; half of the households live anywhere.
func (g generator) wanted() string {
	if g.IntN(2) == 0 {
		return ""
	}
	order := g.Perm(len(districts))[:1+g.IntN(3)]
	names := make([]string, len(order))
	for i, at := range order {
		names[i] = districts[at]
	}
	return strings.Join(names, ";")
}

// home draws a home: a third is vacant, some are worn or lack amenities.
func (g generator) home(i int) []string {
	rooms := 1 + g.IntN(3)
	area := rooms*14 + 4 + g.IntN(10)
	amenities := "cold_water;hot_water;sewerage;toilet;bath;heating;electricity;kitchen"
	wear := 10 + g.IntN(45)
	switch g.IntN(8) {
	case 0:
		wear = 61 + g.IntN(20)
	case 1:
		amenities = "cold_water;electricity;heating"
	}
	status := "let"
	if g.IntN(3) == 0 {
		status = "vacant"
	}
	return []string{
		fmt.Sprintf("DEMO-U%03d", i+1), districts[g.IntN(len(districts))], strconv.Itoa(rooms), fmt.Sprintf("%d.%d", area, g.IntN(10)),
		strconv.Itoa(g.IntN(9)), strconv.FormatBool(g.IntN(2) == 0), strconv.FormatBool(g.IntN(8) == 0), "owned",
		strconv.Itoa(wear), amenities, status,
	}
}
