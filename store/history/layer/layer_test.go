package layer_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/history/layer"
)

var first = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// drawn are changes of a few applications and homes, as often as not of one twice.
func drawn(t *rapid.T) (some layer.Changes) {
	for range rapid.IntRange(0, 300).Draw(t, "people") {
		p := &eilev1.Placement{
			Reference: fmt.Sprintf("A-%d", rapid.IntRange(0, 200).Draw(t, "reference")),
			List:      rapid.SampledFrom([]string{"general", "young"}).Draw(t, "list"),
			NeedClass: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "class"),
			OrderKey:  rapid.SliceOfN(rapid.Byte(), 0, 2).Draw(t, "key"),
			Status:    eilev1.ApplicationStatus(rapid.IntRange(1, 4).Draw(t, "status")),
			OutOfTurn: rapid.Bool().Draw(t, "out of turn"), Placed: rapid.Bool().Draw(t, "placed"),
		}
		some.People = append(some.People, layer.PlacedOf(p, first))
	}
	for range rapid.IntRange(0, 20).Draw(t, "homes") {
		some.Homes = append(some.Homes, layer.Home{
			Reference: fmt.Sprintf("U-%d", rapid.IntRange(0, 9).Draw(t, "home")),
			Status:    eilev1.UnitStatus(rapid.IntRange(1, 4).Draw(t, "status")), Since: first,
		})
	}
	return some
}

// lay lays changes over layers, putting so many shifts aside at a time.
func lay(t *rapid.T, under layer.Stack, some layer.Changes, room int) *layer.Layer {
	return written(t, func(to io.Writer, index *layer.Index) error {
		s := &layer.Shifts{Room: room, Aside: func(write func(io.Writer, *layer.Index) error) (*layer.Layer, error) {
			return written(t, write), nil
		}}
		return layer.Lay(to, index, under, some.InOrder(), s)
	})
}

// written is a layer as it is read again from its bytes.
func written(t *rapid.T, write func(io.Writer, *layer.Index) error) *layer.Layer {
	var content bytes.Buffer
	if err := write(&content, &layer.Index{Moment: first}); err != nil {
		t.Fatalf("write: %v", err)
	}
	read := bytes.NewReader(content.Bytes())
	index, err := layer.ReadIndex(read, read.Size())
	if err != nil {
		t.Fatalf("read again: %v", err)
	}
	return &layer.Layer{Index: index, Bytes: read}
}

// told is all that a stack says.
func told(t *rapid.T, s layer.Stack) string {
	var all bytes.Buffer
	fmt.Fprintln(&all, s.Sums())
	for _, queue := range s.Queues() {
		count, err := s.Count(queue)
		if err != nil {
			t.Fatalf("count: %v", err)
		}
		for place, err := range s.Queue(queue, "") {
			if err != nil {
				t.Fatalf("queue: %v", err)
			}
			fmt.Fprintf(&all, "%q %q of %d\n", queue, place.Key, count.All)
		}
	}
	for home, err := range s.Homes() {
		if err != nil {
			t.Fatalf("homes: %v", err)
		}
		fmt.Fprintln(&all, home)
	}
	return all.String()
}

// TestLaid: a layer says where the last change left everybody, whether it was laid at
// once, in parts, over another one, or joined with it.
func TestLaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := drawn(t), drawn(t)
		last := map[string]layer.Placed{}
		for _, p := range slices.Concat(before.People, after.People) {
			last[p.Reference] = p
		}
		both := layer.Changes{People: slices.Concat(before.People, after.People), Homes: slices.Concat(before.Homes, after.Homes)}
		low := lay(t, nil, before, 0)
		over := layer.Stack{low, lay(t, layer.Stack{low}, after, 0)}
		joined := written(t, func(to io.Writer, index *layer.Index) error { return layer.Join(to, index, over) })
		want := told(t, layer.Stack{lay(t, nil, both, 0)})
		for name, s := range map[string]layer.Stack{
			"in parts": {lay(t, nil, both, rapid.IntRange(1, 50).Draw(t, "room"))}, "over another": over, "joined": {joined},
		} {
			if got := told(t, s); got != want {
				t.Fatalf("%s it tells\n%s\nwant\n%s", name, got, want)
			}
			for reference, placed := range last {
				if found, ok, err := s.Find(reference); err != nil || !ok || found != placed {
					t.Fatalf("%s %s is %v, %t, %v, want %v", name, reference, found, ok, err, placed)
				}
			}
			waits := 0
			for _, placed := range last {
				if placed.Waits() && placed.List == "general" {
					waits++
				}
			}
			if count, err := s.Count("general"); err != nil || count.All != waits {
				t.Fatalf("%s %+v wait, %v, want %d", name, count, err, waits)
			}
		}
	})
}

// TestDamaged: a byte that is not what was written is found out before anything is
// told from it, and the damage names the layer.
func TestDamaged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var content bytes.Buffer
		some := drawn(t)
		if err := layer.Lay(&content, &layer.Index{Moment: first}, nil, some.InOrder(), &layer.Shifts{}); err != nil {
			t.Fatalf("Lay: %v", err)
		}
		harmed := content.Bytes()
		harmed[rapid.IntRange(0, len(harmed)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		index, err := layer.ReadIndex(bytes.NewReader(harmed), int64(len(harmed)))
		if err != nil {
			return
		}
		err = readAll(layer.Stack{{Index: index, Bytes: bytes.NewReader(harmed)}})
		if damage, found := errors.AsType[layer.Damaged](err); !found || !damage.Moment.Equal(first) {
			t.Fatalf("reading the layer of %v answers %v", first, err)
		}
	})
}

// readAll reads every row of a stack.
func readAll(s layer.Stack) error {
	for _, err := range s.Homes() {
		if err != nil {
			return err
		}
	}
	for _, queue := range s.Queues() {
		for _, err := range s.Queue(queue, "") {
			if err != nil {
				return err
			}
		}
	}
	for i := range 201 {
		if _, _, err := s.Find(fmt.Sprintf("A-%d", i)); err != nil {
			return err
		}
	}
	return nil
}
