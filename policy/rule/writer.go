package rule

import (
	"fmt"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Writer formats values for people in one language.
type Writer struct {
	group, point string
	currency     string
	yes, no      string
	// forms is how many forms of a noun plural takes, and form picks one for a number.
	forms int
	form  func(n int64) int
}

// English writes as English readers expect.
func English(currency string) Writer {
	return Writer{group: ",", point: ".", currency: currency, yes: "yes", no: "no", forms: 2, form: func(n int64) int {
		if n == 1 {
			return 0
		}
		return 1
	}}
}

// Lithuanian writes as Lithuanian readers expect. Nouns have three forms: 1 and 21, but not 11; 2 to 9; and 0, 10 to 20, 30.
func Lithuanian(currency string) Writer {
	return Writer{group: "\u00a0", point: ",", currency: currency, yes: "taip", no: "ne", forms: 3, form: func(n int64) int {
		unit, teen := n%10, n%100 >= 11 && n%100 <= 19
		switch {
		case unit == 0 || teen:
			return 2
		case unit == 1:
			return 0
		default:
			return 1
		}
	}}
}

// functions that write: money(cents), amount(cents), plural(n, forms…).
func (w Writer) functions() []cel.EnvOption {
	nouns := make([]*cel.Type, w.forms+1)
	nouns[0] = cel.IntType
	for i := range w.forms {
		nouns[i+1] = cel.StringType
	}
	return []cel.EnvOption{
		cel.Function("money", cel.Overload("eile_money", []*cel.Type{cel.IntType}, cel.StringType, cel.UnaryBinding(func(v ref.Val) ref.Val {
			return types.String(strings.TrimSuffix(w.amount(int64(v.(types.Int)))+" "+w.currency, " "))
		}))),
		cel.Function("amount", cel.Overload("eile_amount", []*cel.Type{cel.IntType}, cel.StringType, cel.UnaryBinding(func(v ref.Val) ref.Val {
			return types.String(w.amount(int64(v.(types.Int))))
		}))),
		cel.Function("plural", cel.Overload("eile_plural", nouns, cel.StringType, cel.FunctionBinding(func(args ...ref.Val) ref.Val {
			return args[1+w.form(int64(magnitude(int64(args[0].(types.Int)))))]
		}))),
	}
}

// amount writes hundredths with grouped thousands: 1016600 is 10,166.00.
func (w Writer) amount(cents int64) string {
	n := magnitude(cents)
	s := w.grouped(strconv.FormatUint(n/100, 10)) + w.point + fmt.Sprintf("%02d", n%100)
	if cents < 0 {
		return "-" + s
	}
	return s
}

func (w Writer) grouped(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + w.group + digits[i:]
	}
	return digits
}

// Write puts any value of an expression into a sentence.
func (w Writer) Write(v ref.Val) string {
	switch x := v.(type) {
	case types.String:
		return string(x)
	case types.Int:
		return strconv.FormatInt(int64(x), 10)
	case types.Bool:
		if x {
			return w.yes
		}
		return w.no
	case *Decimal:
		return strings.Replace(x.String(), ".", w.point, 1)
	case *Date:
		return x.Day.String()
	}
	return "?"
}
