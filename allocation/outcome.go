package allocation

// Outcome is what a night decides, with what anybody needs to check it against its Instance.
type Outcome struct {
	Size        int // households that get a home
	MaxSize     int // the most that any assignment could house, classes' own orders respected
	Assignments []Assignment
	Unhoused    []Unhoused
	Cutoffs     []Cutoff // choice mode: of every full slot
}

// Assignment gives a household a home of a class, from the slot with the given index.
type Assignment struct {
	Household string
	Class     string
	Slot      int
}

// Unhoused says why a household gets no home.
type Unhoused struct {
	Household string
	Reason    Reason
	Violator  *Violator // fill mode, for Outranked; may be shared by several households
}

// Violator proves that nothing can be done for a household in fill mode: it and its rivals, all of them more senior and
// housed, accept only these classes, which have just as many homes as there are rivals. No smaller set proves it.
type Violator struct {
	Rivals  []string // in legal order; the written form adds the household itself at the end
	Classes []string // in order of id
}

// Cutoff is the last holder of a full slot in the slot's own order: members of its group first, then the class's order. Who
// accepts a class is rejected by it exactly if all its slots are full and the household comes after the cutoff of each.
type Cutoff struct {
	Class     string
	Slot      int
	Household string
}

// Reason is why a household gets no home at all, or not a certain one.
type Reason string

const (
	// NoSuitableClass says that it accepts none of the classes.
	NoSuitableClass Reason = "NO_SUITABLE_CLASS"
	// Reserved says that a reserved seat of a class where it could have been placed went to a household that is less senior, that is,
	// later in the legal order.
	Reserved Reason = "RESERVED"
	// Outranked says that the homes it accepts went to households that come before it in the legal order or in the class's own.
	Outranked Reason = "OUTRANKED"

	// The others explain one home only, see Instance.PassedOver.

	// NotSuitable says that it does not accept the class, or is left out of the class's order.
	NotSuitable Reason = "NOT_SUITABLE"
	// PreferredOther says that it got a home that it likes better.
	PreferredOther Reason = "PREFERRED_OTHER"
	// PlacedElsewhere says that fill mode gave it a home that it likes less, so that a less senior household is housed too.
	PlacedElsewhere Reason = "PLACED_ELSEWHERE"
)
