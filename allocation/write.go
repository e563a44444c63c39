package allocation

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"unicode/utf8"
)

// The written form is canonical: the same value always gives the same bytes. Keys stand in the order of the format, each
// household, class and assignment on a line of its own, so that two files can be compared by eye; empty arrays are [].

// Marshal returns the written form of the instance.
func (in Instance) Marshal() []byte { return marshal(in.WriteTo) }

// Marshal returns the written form of the outcome.
func (out Outcome) Marshal() []byte { return marshal(out.WriteTo) }

func marshal(write func(io.Writer) (int64, error)) []byte {
	var b bytes.Buffer
	if _, err := write(&b); err != nil {
		panic(err) // a bytes.Buffer never fails
	}
	return b.Bytes()
}

// WriteTo writes the written form of the instance.
func (in Instance) WriteTo(w io.Writer) (int64, error) {
	p := newPrinter(w)
	p.raw(`{"format": "` + InstanceFormat + `", "mode": `)
	p.text(string(in.Mode))
	p.raw(",\n \"households\": ")
	lines(p, in.Households, func(h Household) {
		p.raw(`{"id": `)
		p.text(h.ID)
		p.raw(`, "accepts": `)
		list(p, h.Accepts, func(c int32) { p.text(in.Classes[c].ID) })
		p.raw(`, "groups": `)
		list(p, h.Groups, func(g int32) { p.text(in.Groups[g]) })
		p.raw("}")
	})
	p.raw(",\n \"classes\": ")
	lines(p, in.Classes, func(c Class) {
		p.raw(`{"id": `)
		p.text(c.ID)
		p.raw(`, "slots": `)
		list(p, c.Slots, p.slot)
		if c.Order != nil {
			p.raw(`, "order": `)
			list(p, c.Order, func(h int32) { p.text(in.Households[h].ID) })
		}
		p.raw("}")
	})
	p.raw("}\n")
	return p.written, p.flush()
}

// WriteTo writes the written form of the outcome. In fill mode the violators can make it much longer than the instance, so
// what several households share is made once.
func (out Outcome) WriteTo(w io.Writer) (int64, error) {
	p := newPrinter(w)
	p.raw(`{"format": "` + OutcomeFormat + `", "size": `)
	p.number(out.Size)
	p.raw(`, "max_size": `)
	p.number(out.MaxSize)
	p.raw(",\n \"assignments\": ")
	lines(p, out.Assignments, func(a Assignment) {
		p.raw(`{"household": `)
		p.text(a.Household)
		p.place(a.Class, a.Slot)
		p.raw("}")
	})
	p.raw(",\n \"unhoused\": ")
	shared := make(map[*Violator][2][]byte)
	lines(p, out.Unhoused, func(u Unhoused) {
		p.raw(`{"household": `)
		p.text(u.Household)
		p.raw(`, "reason": `)
		p.text(string(u.Reason))
		if u.Violator != nil {
			p.violator(u, shared)
		}
		p.raw("}")
	})
	p.raw(",\n \"cutoffs\": ")
	lines(p, out.Cutoffs, func(c Cutoff) {
		p.raw(`{"class": `)
		p.text(c.Class)
		p.raw(`, "slot": `)
		p.number(c.Slot)
		p.raw(`, "household": `)
		p.text(c.Household)
		p.raw("}")
	})
	p.raw("}\n")
	return p.written, p.flush()
}

// printer writes JSON and remembers the first error, which flush returns.
type printer struct {
	*bufio.Writer
	written int64
	scratch []byte
}

func newPrinter(w io.Writer) *printer { return &printer{Writer: bufio.NewWriterSize(w, 1<<16)} }

func (p *printer) raw(s string) {
	n, _ := p.WriteString(s)
	p.written += int64(n)
}

func (p *printer) bytes(b []byte) {
	n, _ := p.Write(b)
	p.written += int64(n)
}

func (p *printer) flush() error { return p.Flush() }

func (p *printer) number(n int) {
	p.scratch = strconv.AppendInt(p.scratch[:0], int64(n), 10)
	p.bytes(p.scratch)
}

func (p *printer) text(s string) {
	p.scratch = appendText(p.scratch[:0], s)
	p.bytes(p.scratch)
}

func (p *printer) slot(s Slot) {
	p.raw(`{"count": `)
	p.number(s.Count)
	if s.ReservedFor != "" {
		p.raw(`, "reserved_for": `)
		p.text(s.ReservedFor)
	}
	p.raw("}")
}

func (p *printer) place(class string, slot int) {
	p.raw(`, "class": `)
	p.text(class)
	p.raw(`, "slot": `)
	p.number(slot)
}

func (p *printer) violator(u Unhoused, shared map[*Violator][2][]byte) {
	parts, made := shared[u.Violator]
	if !made {
		for _, id := range u.Violator.Rivals {
			parts[0] = append(appendText(parts[0], id), ", "...)
		}
		for i, id := range u.Violator.Classes {
			if i > 0 {
				parts[1] = append(parts[1], ", "...)
			}
			parts[1] = appendText(parts[1], id)
		}
		shared[u.Violator] = parts
	}
	p.raw(`, "violator": {"households": [`)
	p.bytes(parts[0])
	p.text(u.Household)
	p.raw(`], "classes": [`)
	p.bytes(parts[1])
	p.raw("]}")
}

// list writes an array on one line.
func list[T any](p *printer, items []T, write func(T)) {
	p.raw("[")
	for i, item := range items {
		if i > 0 {
			p.raw(", ")
		}
		write(item)
	}
	p.raw("]")
}

// lines writes an array with one element on each line.
func lines[T any](p *printer, items []T, write func(T)) {
	p.raw("[")
	for i, item := range items {
		if i > 0 {
			p.raw(",")
		}
		p.raw("\n  ")
		write(item)
	}
	p.raw("]")
}

// appendText appends a JSON string. It escapes only what JSON demands; bytes that are not UTF-8 become U+FFFD.
func appendText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += size
			continue
		}
		i++
	}
	return append(b, '"')
}
