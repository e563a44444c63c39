package waitlist

// A part is a piece of what an index holds, shared with its forks until one of them writes to it.
type part[T any] struct {
	of    T
	owner *owner
}

// own returns a part that may be written to: copied first unless it is of the owner.
func (p *part[T]) own(owner *owner, clone func(T) T) *T {
	if p.owner != owner {
		p.of, p.owner = clone(p.of), owner
	}
	return &p.of
}
