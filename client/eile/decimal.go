package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// maxScale is the most digits after the point that the register keeps.
const maxScale = 9

// decimalVar adds a flag that is an exact decimal number; an empty one is unset.
func decimalVar(flags *pflag.FlagSet, to **eilev1.Decimal, name, usage string) {
	flags.Var(&value{kind: "decimal", read: func(text string) error {
		*to = nil
		if text == "" {
			return nil
		}
		var err error
		*to, err = parseDecimal(text)
		return err
	}}, name, usage)
}

// parseDecimal reads a number as the cells of a file are read.
func parseDecimal(text string) (*eilev1.Decimal, error) {
	fact, err := table.ParseFact(table.Attribute{Type: table.Decimal}, text)
	return fact.GetDecimalValue(), err
}

// decimalText writes every digit that was given: 48.50 stays 48.50.
func decimalText(d *eilev1.Decimal) string {
	scale := int(d.GetScale())
	if scale <= 0 || scale > maxScale {
		return strconv.FormatInt(d.GetUnits(), 10)
	}
	sign, digits := "", strconv.FormatInt(d.GetUnits(), 10)
	if d.GetUnits() < 0 {
		sign, digits = "-", digits[1:]
	}
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale+1-len(digits)) + digits
	}
	cut := len(digits) - scale
	return fmt.Sprintf("%s%s.%s", sign, digits[:cut], digits[cut:])
}
