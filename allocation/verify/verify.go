// Package verify checks an outcome of the engine against its instance, for anybody who has the two files.
//
// It is made to be read: it imports nothing of this project, not even types, and finds the prescribed outcome again by the
// plainest algorithm there is for it, which is not the engine's. Only the outcome that the mode prescribes passes, so this
// package neither trusts the published certificate nor stops at it: stable outcomes, for one, can be many.
//
// verify.go reads the files and compares; choice.go and fill.go say what is prescribed.
package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

type instance struct {
	Format     string
	Mode       string
	Households []household
	Classes    []class
}

type household struct {
	ID      string
	Accepts []string
	Groups  []string

	accepts []int // Accepts as class indices
}

type class struct {
	ID    string
	Slots []slot
	Order *[]string

	rank map[int]int // position in Order by household index; nil: the legal order
}

type slot struct {
	Count       int
	ReservedFor string `json:"reserved_for"`
}

type outcome struct {
	Format      string
	Size        int
	MaxSize     int `json:"max_size"`
	Assignments []struct {
		Household, Class string
		Slot             int
	}
	Unhoused []struct {
		Household, Reason string
		Violator          *violator
	}
	Cutoffs []struct {
		Class, Household string
		Slot             int
	}
}

type violator struct {
	Households []string
	Classes    []string
}

// seat is where a household sits; nobody's is {-1, -1}.
type seat struct{ class, slot int }

// Check returns one line in plain words for each thing that is wrong in the outcome; none means that it is the prescribed
// one. The error is for a file that is not an instance or an outcome at all.
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
	c := &check{in: in, out: out}
	if in.Mode == "fill" {
		c.want = in.fill()
	} else {
		c.want = in.choose()
	}
	c.assignments()
	c.sizes()
	c.unhoused()
	c.cutoffs()
	return c.violations, nil
}

func read(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the end of the JSON value")
	}
	return nil
}

// resolve turns ids into indices.
func (in *instance) resolve() error {
	if in.Format != "eile/instance/v1" || in.Mode != "choice" && in.Mode != "fill" {
		return fmt.Errorf("format %q, mode %q is not known", in.Format, in.Mode)
	}
	households, classes := map[string]int{}, map[string]int{}
	for i, h := range in.Households {
		households[h.ID] = i
	}
	for i := range in.Classes {
		c := &in.Classes[i]
		classes[c.ID] = i
		if len(c.Slots) == 0 {
			return fmt.Errorf("class %q has no slots", c.ID)
		}
		for _, s := range c.Slots {
			if s.Count < 1 || in.Mode == "fill" && (s.ReservedFor != "" || c.Order != nil) {
				return fmt.Errorf("class %q has a slot or an order that mode %s does not have", c.ID, in.Mode)
			}
		}
		if c.Order == nil {
			continue
		}
		c.rank = map[int]int{}
		for rank, id := range *c.Order {
			h, known := households[id]
			if _, twice := c.rank[h]; !known || twice {
				return fmt.Errorf("the order of class %q names household %q, which is unknown or stands there twice", c.ID, id)
			}
			c.rank[h] = rank
		}
	}
	for i := range in.Households {
		h := &in.Households[i]
		for _, id := range h.Accepts {
			c, known := classes[id]
			if !known || slices.Contains(h.accepts, c) {
				return fmt.Errorf("household %q accepts %q, which is unknown or stands there twice", h.ID, id)
			}
			h.accepts = append(h.accepts, c)
		}
	}
	if len(households) < len(in.Households) || len(classes) < len(in.Classes) {
		return errors.New("an id is used twice")
	}
	return nil
}

// place returns the household's rank in the order of class c, -1 if it cannot be placed there.
func (in *instance) place(c, h int) int {
	if in.Classes[c].rank == nil {
		return h
	}
	if rank, listed := in.Classes[c].rank[h]; listed {
		return rank
	}
	return -1
}

func (in *instance) name(s seat) string {
	if s.class < 0 {
		return "no home"
	}
	return fmt.Sprintf("class %s, slot %d", in.Classes[s.class].ID, s.slot)
}

// check compares what is published with what is wanted.
type check struct {
	in         instance
	out        outcome
	want       []seat // by household
	violations []string
}

func (c *check) bad(format string, args ...any) {
	c.violations = append(c.violations, fmt.Sprintf(format, args...))
}

func (c *check) assignments() {
	if c.out.Assignments == nil || c.out.Unhoused == nil || c.out.Cutoffs == nil {
		c.bad("assignments, unhoused and cutoffs must all be there; an empty one is [], never null")
	}
	got := map[string]string{}
	var order []string
	for _, a := range c.out.Assignments {
		if _, twice := got[a.Household]; twice {
			c.bad("household %s is assigned twice", a.Household)
		}
		got[a.Household] = fmt.Sprintf("class %s, slot %d", a.Class, a.Slot)
		order = append(order, a.Household)
	}
	var legal []string
	for h, want := range c.want {
		id := c.in.Households[h].ID
		is, assigned := got[id]
		if !assigned {
			is = "no home"
		} else {
			legal = append(legal, id)
		}
		if is != c.in.name(want) {
			c.bad("household %s: the outcome says %s, but %s is prescribed", id, is, c.in.name(want))
		}
		delete(got, id)
	}
	for _, a := range c.out.Assignments {
		if _, unknown := got[a.Household]; unknown {
			c.bad("household %s is assigned, but the instance does not have it", a.Household)
		}
	}
	if len(got) == 0 && len(order) == len(legal) && !slices.Equal(order, legal) {
		c.bad("the assignments do not stand in legal order")
	}
}

func (c *check) sizes() {
	size := 0
	for _, s := range c.want {
		if s.class >= 0 {
			size++
		}
	}
	if c.out.Size != size {
		c.bad("size is %d, but %d households are to be housed", c.out.Size, size)
	}
	if most := c.in.most(); c.out.MaxSize != most {
		c.bad("max_size is %d, but the most that could be housed is %d", c.out.MaxSize, most)
	}
}

// unhoused compares the reasons, and in fill mode the violators.
func (c *check) unhoused() {
	type claim struct {
		reason string
		proof  *violator
	}
	got := map[string]claim{}
	for _, u := range c.out.Unhoused {
		if _, twice := got[u.Household]; twice {
			c.bad("household %s is listed twice as unhoused", u.Household)
		}
		got[u.Household] = claim{u.Reason, u.Violator}
	}
	rivals, reason := c.in.rivals(c.want), c.in.reasons(c.want)
	for h, s := range c.want {
		id := c.in.Households[h].ID
		is, listed := got[id]
		delete(got, id)
		if s.class >= 0 {
			if listed {
				c.bad("household %s is listed as unhoused, but a home is prescribed for it", id)
			}
			continue
		}
		want := reason(h)
		switch {
		case !listed:
			c.bad("household %s gets no home and is not listed as unhoused", id)
		case is.reason != want:
			c.bad("household %s: the reason is %s, but should be %s", id, is.reason, want)
		case c.in.Mode == "fill" && want == "OUTRANKED":
			if fault := c.violator(is.proof, rivals(h), h); fault != "" {
				c.bad("household %s: %s", id, fault)
			}
		case is.proof != nil:
			c.bad("household %s has a violator where none belongs", id)
		}
	}
	for _, u := range c.out.Unhoused {
		if _, unknown := got[u.Household]; unknown {
			c.bad("household %s is listed as unhoused, but the instance does not have it", u.Household)
		}
	}
}

// violator checks the proof that h competes with its rivals for one home fewer than they are together.
func (c *check) violator(proof *violator, rivals []int, h int) string {
	if proof == nil {
		return "its violator is missing"
	}
	var households, classes []string
	reached := map[int]bool{}
	for _, i := range append(rivals, h) {
		households = append(households, c.in.Households[i].ID)
		for _, k := range c.in.Households[i].accepts {
			if !reached[k] {
				reached[k] = true
				classes = append(classes, c.in.Classes[k].ID)
			}
		}
	}
	if !sameSet(proof.Households, households) {
		return fmt.Sprintf("the households of its violator should be %s", strings.Join(households, " "))
	}
	if !sameSet(proof.Classes, classes) {
		return fmt.Sprintf("the classes of its violator should be %s", strings.Join(classes, " "))
	}
	return ""
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// cutoffs compares the cutoffs: of each full slot, the last of its holders in the slot's own order.
func (c *check) cutoffs() {
	var got, want []string
	for _, k := range c.out.Cutoffs {
		got = append(got, fmt.Sprintf("class %s, slot %d: household %s", k.Class, k.Slot, k.Household))
	}
	if c.in.Mode == "choice" {
		for s, h := range c.in.last(c.want) {
			want = append(want, fmt.Sprintf("%s: household %s", c.in.name(s), c.in.Households[h].ID))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	for _, line := range got {
		if _, found := slices.BinarySearch(want, line); !found {
			c.bad("there should be no such cutoff: %s", line)
		}
	}
	for _, line := range want {
		if _, found := slices.BinarySearch(got, line); !found {
			c.bad("missing cutoff: %s", line)
		}
	}
	if len(slices.Compact(got)) < len(c.out.Cutoffs) {
		c.bad("a cutoff stands twice")
	}
}
