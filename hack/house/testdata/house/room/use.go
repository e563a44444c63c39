package room

import "example.org/house/room/below"

func Use(o Outer, d Doer, b Box[int]) int {
	o.Do()
	d.Do()
	o.Made()
	return b.Open() + below.Floor.Height()
}

func Width(list []struct{ Deep Outer }) (width int) {
	for _, each := range list {
		width += each.Deep.Depth
	}
	return width
}
