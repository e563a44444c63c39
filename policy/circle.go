package policy

import (
	"strings"

	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
)

// computed is a variable with the expression that computes it; nil where it has none.
type computed struct {
	variable int
	name     string
	expr     *rule.Expression
	at       source.Position
}

// inOrder returns the places of the variables so that each follows those it reads. Those that read
// each other in a circle are a fault that names them.
func inOrder(faults *source.Faults, what string, all []computed) []int {
	places := make(map[int]int, len(all))
	for i, c := range all {
		places[c.variable] = i
	}
	const unseen, onTheWay, done = 0, 1, 2
	state := make([]int, len(all))
	var order []int
	var path []string
	var visit func(i int)
	visit = func(i int) {
		c := &all[i]
		if state[i] == onTheWay {
			faults.Add(c.at, "the %s %s → %s read each other in a circle", what, strings.Join(path, " → "), c.name)
		}
		if state[i] != unseen {
			return
		}
		state[i] = onTheWay
		path = append(path, c.name)
		if c.expr != nil {
			for _, read := range c.expr.Reads {
				if j, ok := places[read]; ok {
					visit(j)
				}
			}
		}
		path = path[:len(path)-1]
		state[i] = done
		order = append(order, i)
	}
	for i := range all {
		visit(i)
	}
	return order
}
