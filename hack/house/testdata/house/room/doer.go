package room

type Doer interface{ Do() }

func Run(d Doer) { d.Do() }
