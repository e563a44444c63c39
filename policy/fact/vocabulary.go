package fact

import (
	"fmt"
	"sync"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/rule"
)

// Vocabulary is the variables of one policy and where their values come from. Once all are declared
// it is safe for concurrent use.
type Vocabulary struct {
	// Need and Registered are the numbers of the variables need and registered_on.
	Need, Registered int

	reading    Reading
	variables  []rule.Variable
	origins    []origin
	byName     map[string]int
	members    *rule.Structure
	structures []*rule.Structure
	scopes     sync.Pool
}

// origin is where the value of a variable comes from: one of the roads is set, or for a parameter
// none. A nil answer is an unset one.
type origin struct {
	what      string // the variable is, in words
	date      func(*rule.Date) ref.Val
	household func(*household) ref.Val
	home      func(*home) ref.Val
	compute   *rule.Expression
	// unset is what an unset field means: unknown by its name, or what the policy says that
	// unclaimed means.
	unset ref.Val
}

// What a variable is, in words.
const (
	builtIn     = "built in"
	anAttribute = "a declared attribute"
	aParameter  = "a parameter"
	aValue      = "a value"
)

// declare adds a variable; a name that is taken is an error.
func (v *Vocabulary) declare(name string, kind *types.Type, reach rule.Reach, from origin) (int, error) {
	if old, taken := v.byName[name]; taken {
		return old, fmt.Errorf("the name %q is taken: it is %s", name, v.origins[old].what)
	}
	id := len(v.variables)
	if from.unset == nil {
		from.unset = rule.Unknown(id, name)
	}
	v.variables, v.origins = append(v.variables, rule.Variable{Name: name, Type: kind, Reach: reach}), append(v.origins, from)
	v.byName[name] = id
	return id, nil
}

// Variables are all that were declared, by number.
func (v *Vocabulary) Variables() []rule.Variable { return v.variables }

// Structures are the structs that variables hold.
func (v *Vocabulary) Structures() []*rule.Structure { return v.structures }

// Compute says that a variable is computed by an expression.
func (v *Vocabulary) Compute(variable int, by *rule.Expression) { v.origins[variable].compute = by }
