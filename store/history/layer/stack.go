package layer

import (
	"iter"
	"maps"
	"slices"
)

// Stack is layers, each over those before it, read as one.
type Stack []*Layer

// Sums are those up to the moment of the topmost layer.
func (s Stack) Sums() Sums {
	if len(s) == 0 {
		return Sums{}
	}
	return s[len(s)-1].Sums
}

// Offers are the numbers of offers up to the topmost layer.
func (s Stack) Offers() Sums {
	if len(s) == 0 {
		return Sums{}
	}
	return s[len(s)-1].Offers
}

// Queues names the lists that have places, and the places of lists that are kept, in
// order.
func (s Stack) Queues() []string {
	queues := map[string]bool{}
	for _, l := range s {
		for queue := range l.queues {
			queues[queue] = true
		}
	}
	return slices.Sorted(maps.Keys(queues))
}

// Find reads where an application stood; false: there was none.
func (s Stack) Find(reference string) (Placed, bool, error) {
	return merged[Placed](s, people).find(reference)
}

// Homes yields how every home was, in the order of their references.
func (s Stack) Homes() iter.Seq2[Home, error] { return merged[Home](s, homes).from("") }

// Queue yields the places of a queue whose keys are not below one, in order.
func (s Stack) Queue(queue, from string) iter.Seq2[Place, error] {
	return merged[Place](s, queueOf(queue)).from(from)
}

// Standing counts places of a queue.
type Standing struct {
	All, OutOfTurn int
	Classes        map[string]int
}

// Add counts one more.
func (s *Standing) Add(place Place) {
	s.All += place.by
	s.OutOfTurn += place.by * int(bit(place.OutOfTurn))
	s.Classes[place.Class] += place.by
}

// Before counts the places of a queue whose keys are below one.
func (s Stack) Before(queue, key string) (Standing, error) {
	return s.counted(queue, func(c *cursor[Place]) int { return c.blockOf(key) }, func(name []byte) bool { return string(name) < key })
}

// Count counts the places of a queue.
func (s Stack) Count(queue string) (Standing, error) {
	return s.counted(queue, func(c *cursor[Place]) int { return len(c.section.blocks) - 1 }, func([]byte) bool { return true })
}

// counted counts the places of a queue up to a block, which at finds, and of that
// block as long as some are below.
func (s Stack) counted(queue string, at func(*cursor[Place]) int, below func(name []byte) bool) (Standing, error) {
	count := Standing{Classes: map[string]int{}}
	for _, l := range s {
		c := &cursor[Place]{layer: l, section: l.queue(queue), at: -1}
		from := at(c)
		if from < 0 {
			continue
		}
		counted := c.section.before[from]
		count.All += counted.all
		count.OutOfTurn += counted.outOfTurn
		for class, n := range counted.classes {
			count.Classes[l.names[class]] += n
		}
		for c.jump(from); c.ok && below(c.name); c.next() {
			count.Add(c.get())
		}
		if c.err != nil {
			return count, c.err
		}
	}
	return count, nil
}
