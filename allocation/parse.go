package allocation

import (
	"fmt"
	"math"
)

// The formats of the written forms.
const (
	InstanceFormat = "eile/instance/v1"
	OutcomeFormat  = "eile/outcome/v1"
)

// ParseInstance reads a written instance. It is strict: unknown and repeated keys, wrong types, unknown and repeated ids,
// empty ids, classes without slots, and in fill mode orders and reserved slots are refused. The error joins all faults, each
// on a line of its own that begins with the JSON path, as in
//
//	$.classes[1].slots[0].count: must be at least 1, is 0
//
// Only a household's groups may be left out, which means none. Group names need no declaration.
func ParseInstance(data []byte) (Instance, error) {
	c, err := newCursor(data)
	if err != nil {
		return Instance{}, err
	}
	r := &reader{cursor: c, classes: map[string]int32{}, groups: map[string]int32{}, households: map[string]int32{}}
	var format, mode, classes, households func()
	later := func(read func(), when *func()) func() {
		return func() {
			at := c.at
			c.skip()
			*when = func() { c.at = at; read() }
		}
	}
	ok := c.object(map[string]func(){
		"format":     later(func() { r.format(InstanceFormat) }, &format),
		"mode":       later(r.mode, &mode),
		"classes":    later(r.readClasses, &classes),
		"households": later(r.readHouseholds, &households),
	}, "format", "mode", "classes", "households")
	if ok {
		// Whatever order the keys stand in, classes come first because households name them, and orders last.
		for _, key := range []struct {
			name string
			read func()
		}{{".format", format}, {".mode", mode}, {".classes", classes}, {".households", households}, {".classes", r.readOrders}} {
			if key.read != nil {
				c.under(key.name, key.read)
			}
		}
	}
	if err := c.err(); err != nil {
		return Instance{}, err
	}
	return r.in, nil
}

// reader builds an instance from a cursor.
type reader struct {
	*cursor
	in         Instance
	classes    map[string]int32
	groups     map[string]int32
	households map[string]int32
	orders     []func() // by class, nil where it has no order of its own
}

func (r *reader) format(want string) {
	if s, ok := r.str(); ok && s != want {
		r.bad("is %q; this program reads %q", s, want)
	}
}

func (r *reader) mode() {
	s, ok := r.str()
	if ok && Mode(s) != Choice && Mode(s) != Fill {
		r.bad("%q is not a mode; write %q or %q", s, Choice, Fill)
	}
	r.in.Mode = Mode(s)
}

func (r *reader) readClasses() {
	r.array(func(i int) {
		var class Class
		var order func()
		faults := len(r.faults) + r.more
		ok := r.object(map[string]func(){
			"id":    func() { class.ID = r.id(r.classes, i, "class") },
			"slots": func() { class.Slots = r.readSlots() },
			"order": func() {
				at := r.at
				if r.data[at] != '[' {
					r.bad("must be an array, is %s; leave order out for the common order", r.kind())
				}
				class.Order = []int32{}
				r.skip()
				order = func() { r.at = at; r.readOrder(i) }
			},
		}, "id", "slots")
		if ok && faults == len(r.faults)+r.more {
			for _, err := range class.faults(r.in.Mode, i) {
				r.fault(err)
			}
		}
		r.in.Classes = append(r.in.Classes, class)
		r.orders = append(r.orders, order)
	})
}

// fault records a fault that names its own path.
func (r *reader) fault(err error) {
	if len(r.faults) >= maxFaults {
		r.more++
		return
	}
	r.faults = append(r.faults, err)
}

func (r *reader) readSlots() (slots []Slot) {
	r.array(func(int) {
		var s Slot
		r.object(map[string]func(){
			"count": func() {
				n, ok := r.whole()
				if ok && (n < 1 || n > math.MaxInt32) {
					r.bad("must be at least 1 and at most %d, is %d", math.MaxInt32, n)
				}
				s.Count = n
			},
			"reserved_for": func() {
				if name, ok := r.str(); ok && name == "" {
					r.bad("must not be empty; leave reserved_for out for a slot that is open to all alike")
				} else if ok {
					r.group(name)
					s.ReservedFor = name
				}
			},
		}, "count")
		slots = append(slots, s)
	})
	return slots
}

func (r *reader) readHouseholds() {
	r.array(func(i int) {
		var h Household
		r.object(map[string]func(){
			"id":      func() { h.ID = r.id(r.households, i, "household") },
			"accepts": func() { h.Accepts = r.refs(r.classes, "class") },
			"groups": func() {
				r.array(func(int) {
					if name, ok := r.str(); ok && name == "" {
						r.bad("a group needs a name")
					} else if ok {
						h.Groups = r.ref(h.Groups, r.group(name))
					}
				})
			},
		}, "id", "accepts")
		r.in.Households = append(r.in.Households, h)
	})
}

// readOrders reads the classes' own orders, once the households are known.
func (r *reader) readOrders() {
	for i, order := range r.orders {
		if order != nil {
			r.under(fmt.Sprintf("[%d].order", i), order)
		}
	}
}

// readOrder reads a class's own order; that it is not an array has been reported already.
func (r *reader) readOrder(class int) {
	if r.data[r.at] != '[' {
		return
	}
	seen := make(map[int32]bool)
	order := []int32{}
	r.array(func(int) {
		id, ok := r.str()
		if !ok {
			return
		}
		h, known := r.households[id]
		switch {
		case !known:
			r.bad("there is no household %q", id)
		case seen[h]:
			r.bad("household %q stands twice in this order", id)
		}
		seen[h] = true
		order = append(order, h)
	})
	r.in.Classes[class].Order = order
}

// id reads an id that no other of its kind has.
func (r *reader) id(known map[string]int32, index int, kind string) string {
	id, ok := r.str()
	if !ok {
		return ""
	}
	if id == "" {
		r.bad("a %s needs an id", kind)
	} else if first, twice := known[id]; twice {
		r.bad("%s %q stands already at index %d", kind, id, first)
	} else {
		known[id] = int32(index)
	}
	return id
}

// refs reads an array of ids of things that are known, without repeats.
func (r *reader) refs(known map[string]int32, kind string) (refs []int32) {
	r.array(func(int) {
		id, ok := r.str()
		if !ok {
			return
		}
		i, found := known[id]
		if !found {
			r.bad("there is no %s %q", kind, id)
			return
		}
		refs = r.ref(refs, i)
	})
	return refs
}

// ref appends an index, unless it stands there already, which is a fault.
func (r *reader) ref(refs []int32, i int32) []int32 {
	for _, other := range refs {
		if other == i {
			r.bad("stands twice in this list")
			return refs
		}
	}
	return append(refs, i)
}

// group returns the index of a group, which is made known if it is new.
func (r *reader) group(name string) int32 {
	i, known := r.groups[name]
	if !known {
		i = int32(len(r.in.Groups))
		r.groups[name] = i
		r.in.Groups = append(r.in.Groups, name)
	}
	return i
}
