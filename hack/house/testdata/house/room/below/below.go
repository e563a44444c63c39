package below

// Floor is a package-level variable.
var Floor floor

type floor struct{ height int }

func (f floor) Height() int { return f.height }
