package room

type Inner struct{ Depth int }

func (Inner) Do() {}

func (Inner) Undo() {}
