package rule

import "strings"

// kindNames are CEL's types in the words of a policy.
var kindNames = map[string]string{
	"eile.date": "a date", "eile.decimal": "a decimal", "string": "a text", "int": "a whole number", "uint": "a whole number",
	"double": "a number with a point", "bool": "a condition", "null": "nothing", "dyn": "any value", "bytes": "bytes",
	"eile.member": "a member", "eile.inspection": "an inspection",
}

// kindOf is a type of CEL with its article, such as "a list of texts".
func kindOf(t string) string {
	if name, ok := kindNames[t]; ok {
		return name
	}
	if inner, ok := strings.CutPrefix(t, "list("); ok {
		return "a list, each of it " + kindOf(strings.TrimSuffix(inner, ")"))
	}
	if len(t) == 1 {
		return "any value"
	}
	return "a value of type " + strings.TrimPrefix(t, "eile.")
}

// kindsOf takes CEL's signature apart, such as "(eile.date, string)" or, of a method,
// "string.(int)".
func kindsOf(signature string) []string {
	owner, inside, _ := strings.Cut(signature, "(")
	if strings.HasPrefix(owner, "list") {
		// The bracket that was cut belongs to the list.
		var list string
		list, inside, _ = strings.Cut(inside, ").(")
		owner = "list(" + list + ")."
	}
	inside = strings.TrimSuffix(inside, ")")
	var kinds []string
	if owner = strings.TrimSuffix(owner, "."); owner != "" {
		kinds = append(kinds, kindOf(owner))
	}
	for inside != "" {
		end := upToComma(inside)
		kinds = append(kinds, kindOf(inside[:end]))
		inside = strings.TrimPrefix(inside[end:], ", ")
	}
	if len(kinds) == 0 {
		return []string{"no value"}
	}
	return kinds
}

// upToComma is the length of the first type of a list of types.
func upToComma(types string) int {
	depth := 0
	for i, r := range types {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			return i
		}
	}
	return len(types)
}
