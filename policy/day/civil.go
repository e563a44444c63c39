package day

// The calendar repeats after 400 years of 146,097 days. Years are counted here from 1 March, so
// that the leap day is the last day of its year and the months before it have the fixed lengths of
// a pattern of 153 days in five months.
const (
	daysIn400Years = 146097
	// marchZero is the number of days from 0000-03-01 to 1970-01-01.
	marchZero = 719468
)

// civil returns the day of a date that the calendar has.
func civil(y, m, d int) Day {
	year, month := int64(y), int64(m)-3
	if month < 0 {
		year, month = year-1, month+12
	}
	era := floorDiv(year, 400)
	inEra := year - era*400
	n := era*daysIn400Years + inEra*365 + inEra/4 - inEra/100 + (153*month+2)/5 + int64(d) - 1 - marchZero
	return clamp(n)
}

// civil returns year, month from 1 and day from 1.
func (d Day) civil() (year, month, day int) {
	n := int64(d) + marchZero
	era := floorDiv(n, daysIn400Years)
	inEra := n - era*daysIn400Years
	// The days 1,460, 36,524 and 146,096 are the leap days that end 4, 100 and 400 years; without
	// them all years are equal.
	y := (inEra - inEra/1460 + inEra/36524 - inEra/146096) / 365
	inYear := inEra - (365*y + y/4 - y/100)
	m := (5*inYear + 2) / 153
	day = int(inYear-(153*m+2)/5) + 1
	y += era * 400
	if m < 10 {
		return int(y), int(m) + 3, day
	}
	return int(y) + 1, int(m) - 9, day
}

func clamp(n int64) Day {
	return Day(max(min(n, int64(Max)), int64(Min)))
}

// floorDiv divides by a positive b and rounds down.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func leap(y int) bool {
	return y%4 == 0 && (y%100 != 0 || y%400 == 0)
}

// lastOf returns the last day of a month from 1 to 12.
func lastOf(y, m int) int {
	switch m {
	case 2:
		if leap(y) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	default:
		return 31
	}
}
