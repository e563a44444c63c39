package state

// The tables, for the tests that hold them.
var (
	Applications = applications
	Units        = units
)
