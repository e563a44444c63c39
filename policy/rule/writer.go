package rule

import (
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Writer formats values for people in one language.
type Writer struct {
	words.Hand
	currency string
}

// WriterOf writes as readers of a language expect, and money in a currency; none: without.
func WriterOf(lang, currency string) Writer { return Writer{words.Rules.Hand(lang), currency} }

// The functions that write for people: money(cents), amount(cents), plural(n, forms…).
const (
	moneyFunction  = "money"
	amountFunction = "amount"
	pluralFunction = "plural"
)

// overloads are those of the functions that write.
var overloads = []string{"eile_" + moneyFunction, "eile_" + amountFunction, "eile_" + pluralFunction}

// functions that write.
func (w Writer) functions() []cel.EnvOption {
	nouns := make([]*cel.Type, w.Forms()+1)
	nouns[0] = cel.IntType
	for i := range w.Forms() {
		nouns[i+1] = cel.StringType
	}
	return []cel.EnvOption{
		cel.Function(moneyFunction, cel.Overload(overloads[0], []*cel.Type{cel.IntType}, cel.StringType, cel.UnaryBinding(func(v ref.Val) ref.Val {
			return types.String(w.money(int64(v.(types.Int))))
		}))),
		cel.Function(amountFunction, cel.Overload(overloads[1], []*cel.Type{cel.IntType}, cel.StringType, cel.UnaryBinding(func(v ref.Val) ref.Val {
			return types.String(w.Amount(int64(v.(types.Int))))
		}))),
		cel.Function(pluralFunction, cel.Overload(overloads[2], nouns, cel.StringType, cel.FunctionBinding(func(args ...ref.Val) ref.Val {
			return args[1+w.Form(int64(args[0].(types.Int)))]
		}))),
	}
}

// money writes hundredths with the currency.
func (w Writer) money(cents int64) string {
	return strings.TrimSuffix(w.Amount(cents)+" "+w.currency, " ")
}

// Write puts any value of an expression into a sentence.
func (w Writer) Write(v ref.Val) string {
	arg := argument("", v, false)
	if arg.GetValue() == nil {
		return "?"
	}
	return w.figure(arg)
}

// figure writes an argument as it stands; what is not known is a dash.
func (w Writer) figure(arg *eilev1.Argument) string {
	switch v := arg.GetValue().(type) {
	case *eilev1.Argument_Text:
		return v.Text
	case *eilev1.Argument_Cents:
		return strconv.FormatInt(v.Cents, 10)
	}
	return w.Figure(arg)
}
