package rule

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
)

func dateOfText(v ref.Val) ref.Val {
	d, err := day.Parse(string(v.(types.String)))
	if err != nil {
		return types.NewErr("%v", err)
	}
	return &Date{Day: d}
}

func dateOf(args ...ref.Val) ref.Val {
	y, m, d := args[0].(types.Int), args[1].(types.Int), args[2].(types.Int)
	if y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > 31 {
		return types.NewErr("there is no date %d-%d-%d", y, m, d)
	}
	v, err := day.New(int(y), int(m), int(d))
	if err != nil {
		return types.NewErr("%v", err)
	}
	return &Date{Day: v}
}

// YearOf is the year of a date; where that is today, the new year is noted.
func YearOf(v ref.Val) ref.Val {
	d := v.(*Date)
	if d.Today != nil {
		d.Today.newYear()
	}
	return types.Int(d.Day.Year())
}

// AgeOn is the age that someone born on the first date has on the second; where that is today, the
// next birthday is noted.
func AgeOn(born, on ref.Val) ref.Val {
	b, o := born.(*Date), on.(*Date)
	age := day.Age(b.Day, o.Day)
	if o.Today != nil {
		o.Today.Note(day.Birthday(b.Day, age+1))
	}
	return types.Int(age)
}

// birthday is the day on which someone born on a date is n years old. Compared with today it tells
// the age and notes that day alone.
func birthday(born, n ref.Val) ref.Val {
	years := n.(types.Int)
	if years < 0 || years > 200 {
		return types.NewErr("nobody is %d years old", years)
	}
	d := born.(*Date)
	d.tomorrow()
	return &Date{Day: day.Birthday(d.Day, int(years))}
}

// addMonths returns the same day of a later month, or its last one.
func addMonths(v ref.Val, n types.Int, unit types.Int) ref.Val {
	d := v.(*Date)
	d.tomorrow()
	if n < -12000 || n > 12000 {
		return types.NewErr("%d months are more than a calendar holds", n)
	}
	return &Date{Day: d.Day.AddMonths(int(n * unit))}
}

func addDays(v, n ref.Val) ref.Val {
	d, days := v.(*Date), n.(types.Int)
	d.tomorrow()
	if days < -366000 || days > 366000 {
		return types.NewErr("%d days are more than a calendar holds", days)
	}
	return &Date{Day: d.Day.AddDays(int(days))}
}
