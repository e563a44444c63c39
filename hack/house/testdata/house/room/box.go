package room

type Box[T any] struct{ what T }

func (b Box[T]) Open() T { return b.what }
