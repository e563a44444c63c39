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

// monthOf is the month of a date, from 1; where that is today, the next month is noted.
func monthOf(v ref.Val) ref.Val {
	d := v.(*Date)
	y, m, _ := d.Day.Date()
	if d.Today != nil {
		first, _ := day.New(y, int(m), 1) // every month has it
		d.Today.Note(first.AddMonths(1))
	}
	return types.Int(m)
}

// dayOf is the day of the month of a date.
func dayOf(v ref.Val) ref.Val {
	d := v.(*Date)
	d.tomorrow()
	return types.Int(d.Day.Day())
}

// weekdayOf is the day of the week of a date, from Monday, which is 1.
func weekdayOf(v ref.Val) ref.Val {
	d := v.(*Date)
	d.tomorrow()
	return types.Int((d.Day.Weekday()+6)%7 + 1)
}

// daysBetween is how many days the second date lies after the first.
func daysBetween(a, b ref.Val) ref.Val {
	from, to := a.(*Date), b.(*Date)
	from.tomorrow()
	to.tomorrow()
	return types.Int(to.Day - from.Day)
}

// monthsBetween is how many full months lie between two dates. Where one of them is today, it is
// noted when there is one more, or one less, at the earliest.
func monthsBetween(a, b ref.Val) ref.Val {
	from, to := a.(*Date), b.(*Date)
	sign := types.Int(1)
	if to.Day < from.Day {
		from, to, sign = to, from, -1
	}
	n := months(from.Day, to.Day)
	if to.Today != nil {
		to.Today.Note(from.Day.AddMonths(n + 1))
	}
	if from.Today != nil {
		from.Today.Note(max(to.Day.AddMonths(-n), from.Day) + 1)
	}
	return sign * types.Int(n)
}

// months is the most n for which n months after a day are not after a later one.
func months(from, to day.Day) int {
	y, m, _ := from.Date()
	toYear, toMonth, _ := to.Date()
	n := 12*(toYear-y) + int(toMonth-m)
	if from.AddMonths(n) > to {
		n--
	}
	return n
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
