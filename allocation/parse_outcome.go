package allocation

import "errors"

// ParseOutcome reads a written outcome, as strictly as ParseInstance. It checks the form only: package verify checks whether
// it is right.
func ParseOutcome(data []byte) (Outcome, error) {
	c, err := newCursor(data)
	if err != nil {
		return Outcome{}, err
	}
	r := &reader{cursor: c}
	var out Outcome
	number := func(into *int) func() { return func() { *into, _ = r.whole() } }
	text := func(into *string) func() { return func() { *into, _ = r.str() } }
	r.object(map[string]func(){
		"format":   func() { r.format(OutcomeFormat) },
		"size":     number(&out.Size),
		"max_size": number(&out.MaxSize),
		"assignments": func() {
			r.array(func(int) {
				var a Assignment
				r.object(map[string]func(){"household": text(&a.Household), "class": text(&a.Class), "slot": number(&a.Slot)},
					"household", "class", "slot")
				out.Assignments = append(out.Assignments, a)
			})
		},
		"unhoused": func() { r.array(func(int) { out.Unhoused = append(out.Unhoused, r.readUnhoused()) }) },
		"cutoffs": func() {
			r.array(func(int) {
				var k Cutoff
				r.object(map[string]func(){"class": text(&k.Class), "slot": number(&k.Slot), "household": text(&k.Household)},
					"class", "slot", "household")
				out.Cutoffs = append(out.Cutoffs, k)
			})
		},
	}, "format", "size", "max_size", "assignments", "unhoused", "cutoffs")
	return out, c.err()
}

func (r *reader) readUnhoused() (u Unhoused) {
	r.object(map[string]func(){
		"household": func() { u.Household, _ = r.str() },
		"reason": func() {
			s, _ := r.str()
			u.Reason = Reason(s)
		},
		"violator": func() { u.Violator = r.readViolator() },
	}, "household", "reason")
	if u.Violator == nil {
		return u
	}
	if n := len(u.Violator.Rivals); n > 0 && u.Violator.Rivals[n-1] == u.Household {
		u.Violator.Rivals = u.Violator.Rivals[:n-1]
	} else {
		r.fault(errors.New(string(r.path) + ".violator.households: must end with the household itself"))
	}
	return u
}

func (r *reader) readViolator() *Violator {
	var v Violator
	list := func(into *[]string) func() {
		return func() {
			r.array(func(int) {
				if s, ok := r.str(); ok {
					*into = append(*into, s)
				}
			})
		}
	}
	r.object(map[string]func(){"households": list(&v.Rivals), "classes": list(&v.Classes)}, "households", "classes")
	return &v
}
