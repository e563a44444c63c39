// Package verify checks an outcome of the engine against its instance, for anybody who has the two
// files.
//
// It is made to be read: it imports nothing of this project, not even types, and finds the
// prescribed outcome again by the plainest algorithm there is for it, which is not the engine's.
// Only the outcome that the mode prescribes passes, so it neither trusts the published certificate
// nor stops at it: stable outcomes, for one, can be many.
//
// This file reads and compares; choice.go and fill.go say what is prescribed.
package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

type instance struct {
	Format, Mode string
	Households   []household
	Classes      []class
}

type household struct {
	ID              string
	Accepts, Groups []string
	accepts         []int // the classes where it can be placed, by index, best first
}

type class struct {
	ID    string
	Slots []slot
	Order *[]string
	rank  map[int]int // place in Order by household; nil for the legal order
}

type slot struct {
	Count       int
	ReservedFor string `json:"reserved_for"`
}

type outcome struct {
	Format      string
	Size        *int
	MaxSize     *int `json:"max_size"`
	Assignments []assignment
	Unhoused    []unhoused
	Cutoffs     []assignment
}

type assignment struct {
	Household, Class string
	Slot             *int
}

type unhoused struct {
	Household, Reason string
	Violator          *struct{ Households, Classes []string }
}

// seat is where a household sits, by index; nowhere for none.
type seat struct{ class, slot int }

var nowhere = seat{-1, -1}

// Check returns one line in plain words for each thing that is wrong in the outcome; none means
// that it is the prescribed one. The error is for a file that is not an instance or an outcome at
// all.
func Check(instanceFile, outcomeFile []byte) (violations []string, err error) {
	var in instance
	if err := read(instanceFile, &in); err != nil {
		return nil, fmt.Errorf("instance: %w", err)
	}
	if err := in.resolve(); err != nil {
		return nil, fmt.Errorf("instance: %w", err)
	}
	var out outcome
	if err := read(outcomeFile, &out); err != nil {
		return nil, fmt.Errorf("outcome: %w", err)
	}
	if out.Format != "eile/outcome/v1" {
		return nil, fmt.Errorf("outcome: its format is %q, not eile/outcome/v1", out.Format)
	}
	if out.Assignments == nil || out.Unhoused == nil || out.Cutoffs == nil {
		violations = append(violations, "assignments, unhoused and cutoffs must all be there, an empty one as []")
	}
	seats := in.choose
	if in.Mode == "fill" {
		seats = in.fill
	}
	want := seats()
	violations = append(violations, compare(out.claims(), in.prescribed(want).claims())...)
	if len(violations) == 0 {
		violations = append(in.legalOrder(out), in.violators(want, out.Unhoused)...)
	}
	return violations, nil
}

func read(file []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON value")
	}
	return nil
}

// resolve turns ids into indices, and refuses what an instance cannot say.
func (in *instance) resolve() error {
	if in.Format != "eile/instance/v1" || in.Mode != "choice" && in.Mode != "fill" {
		return fmt.Errorf("format %q, mode %q is unknown", in.Format, in.Mode)
	}
	households, classes := map[string]int{}, map[string]int{}
	for h := range in.Households {
		households[in.Households[h].ID] = h
	}
	for i := range in.Classes {
		c := &in.Classes[i]
		classes[c.ID] = i
		if c.Order != nil {
			c.rank = map[int]int{}
			for place, id := range *c.Order {
				c.rank[households[id]] = place
				if _, known := households[id]; !known || len(c.rank) != place+1 {
					return fmt.Errorf("the order of class %q names %q, who is unknown or stands there twice", c.ID, id)
				}
			}
		}
		bad := func(s slot) bool { return s.Count < 1 || in.Mode == "fill" && (s.ReservedFor != "" || c.Order != nil) }
		if len(c.Slots) == 0 || slices.ContainsFunc(c.Slots, bad) {
			return fmt.Errorf("class %q has no slots, or slots or an order that the mode does not allow", c.ID)
		}
	}
	if len(households) < len(in.Households) || len(classes) < len(in.Classes) {
		return errors.New("an id stands twice")
	}
	for i := range in.Households {
		h := &in.Households[i]
		for n, id := range h.Accepts {
			c, known := classes[id]
			if !known || slices.Contains(h.Accepts[:n], id) {
				return fmt.Errorf("household %q accepts %q, which is unknown or stands there twice", h.ID, id)
			}
			if in.rank(c, i) >= 0 {
				h.accepts = append(h.accepts, c)
			}
		}
	}
	return nil
}

// rank is the household's place in the order of the class, -1 if it cannot be placed there.
func (in *instance) rank(class, h int) int {
	if in.Classes[class].rank == nil {
		return h
	}
	if place, listed := in.Classes[class].rank[h]; listed {
		return place
	}
	return -1
}

// prescribed writes out the outcome that gives these seats, but for the violators.
func (in *instance) prescribed(seats []seat) (out outcome) {
	reserved := in.reserved(seats)
	for h, s := range seats {
		id := in.Households[h].ID
		if s == nowhere {
			out.Unhoused = append(out.Unhoused, unhoused{Household: id, Reason: in.reason(h, reserved)})
		} else {
			out.Assignments = append(out.Assignments, assignment{id, in.Classes[s.class].ID, new(s.slot)})
		}
	}
	out.Size, out.MaxSize = new(len(out.Assignments)), new(in.most())
	if in.Mode == "choice" {
		for s, h := range in.lastHolders(seats) {
			out.Cutoffs = append(out.Cutoffs, assignment{in.Households[h].ID, in.Classes[s.class].ID, new(s.slot)})
		}
	}
	return out
}

// claims says in words, one line each, what the outcome claims, but for the violators.
func (out outcome) claims() []string {
	number := func(n *int) string {
		if n == nil {
			return "null or missing"
		}
		return strconv.Itoa(*n)
	}
	lines := []string{"size is " + number(out.Size), "max_size is " + number(out.MaxSize)}
	for _, a := range out.Assignments {
		lines = append(lines, fmt.Sprintf("household %q gets class %q, slot %s", a.Household, a.Class, number(a.Slot)))
	}
	for _, u := range out.Unhoused {
		lines = append(lines, fmt.Sprintf("household %q gets no home, because %s", u.Household, u.Reason))
	}
	for _, k := range out.Cutoffs {
		lines = append(lines, fmt.Sprintf("the cutoff of class %q, slot %s, is household %q", k.Class, number(k.Slot), k.Household))
	}
	slices.Sort(lines)
	return lines
}

// compare lists what only one of two sorted lists has.
func compare(got, want []string) (diff []string) {
	for len(got) > 0 || len(want) > 0 {
		switch {
		case len(want) == 0 || len(got) > 0 && got[0] < want[0]:
			diff = append(diff, "wrong or said twice: "+got[0])
			got = got[1:]
		case len(got) == 0 || want[0] < got[0]:
			diff = append(diff, "prescribed, but not said: "+want[0])
			want = want[1:]
		default:
			got, want = got[1:], want[1:]
		}
	}
	return diff
}

// legalOrder checks that assignments and unhoused, when they are right, stand in the order of the
// instance.
func (in *instance) legalOrder(out outcome) []string {
	assigned, unhoused := out.Assignments, out.Unhoused
	for _, h := range in.Households {
		switch {
		case len(assigned) > 0 && assigned[0].Household == h.ID:
			assigned = assigned[1:]
		case len(unhoused) > 0 && unhoused[0].Household == h.ID:
			unhoused = unhoused[1:]
		default:
			return []string{fmt.Sprintf("household %q does not stand where the legal order has it", h.ID)}
		}
	}
	return nil
}

// violators checks the proof that is published for each household that fill mode does not house.
func (in *instance) violators(seats []seat, published []unhoused) (faults []string) {
	index := map[string]int{}
	for h := range in.Households {
		index[in.Households[h].ID] = h
	}
	circuit := in.circuits(seats)
	for _, u := range published {
		if (u.Violator != nil) != (in.Mode == "fill" && u.Reason == "OUTRANKED") {
			faults = append(faults, fmt.Sprintf("household %q: a violator is missing, or stands where none belongs", u.Household))
		} else if u.Violator != nil {
			households, classes := circuit(index[u.Household])
			if !sameSet(u.Violator.Households, households) || !sameSet(u.Violator.Classes, classes) {
				faults = append(faults, fmt.Sprintf("the violator of household %q should be households %s, classes %s",
					u.Household, strings.Join(households, " "), strings.Join(classes, " ")))
			}
		}
	}
	return faults
}

func sameSet(got, want []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
}
