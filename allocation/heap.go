package allocation

// holder is a household that a class holds for now. The lower its rank in the class's order, the stronger its claim; no
// two holders of a class have the same rank.
type holder struct {
	rank   int32
	tenant int32  // index into acceptance.tenants
	groups uint64 // which groups of the block that looks at it the household belongs to
}

// holders is a binary heap with the weakest claim on top.
type holders []holder

func (h *holders) push(x holder) {
	*h = append(*h, x)
	h.up(len(*h) - 1)
}

// replaceTop puts x in place of the weakest and returns the weakest.
func (h holders) replaceTop(x holder) holder {
	top := h[0]
	h[0] = x
	h.down(0)
	return top
}

// take removes the holder at index i.
func (h *holders) take(i int) holder {
	x := (*h)[i]
	last := len(*h) - 1
	moved := (*h)[last]
	*h = (*h)[:last]
	if i < last {
		(*h)[i] = moved
		h.down(i)
		h.up(i)
	}
	return x
}

func (h holders) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if h[parent].rank >= h[i].rank {
			return
		}
		h[parent], h[i] = h[i], h[parent]
		i = parent
	}
}

func (h holders) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if child+1 < len(h) && h[child+1].rank > h[child].rank {
			child++
		}
		if h[i].rank >= h[child].rank {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
