package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/pflag"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// value is a flag whose text is read by a function, so that a bad one is bad usage.
type value struct {
	kind string
	text string
	read func(string) error
}

func (v *value) String() string { return v.text }
func (v *value) Type() string   { return v.kind }

func (v *value) Set(text string) error {
	err := v.read(text)
	if err != nil {
		return err
	}
	v.text = text
	return nil
}

// format of what is printed.
type format string

func (f *format) String() string {
	if *f == "" {
		return "table"
	}
	return string(*f)
}

func (f *format) Type() string { return "format" }

func (f *format) Set(text string) error {
	switch text {
	case "table", "json", "csv":
		*f = format(text)
		return nil
	default:
		return errors.New("must be table, json or csv")
	}
}

// requestID is a UUID as the server takes it: 36 characters.
type requestID string

func (r *requestID) String() string { return string(*r) }
func (r *requestID) Type() string   { return "uuid" }

func (r *requestID) Set(text string) error {
	if len(text) != 36 || uuid.Validate(text) != nil {
		return errors.New("must be a UUID, such as 7f1a4c1e-3b0e-4f0e-9d52-0c3f4a5b6c7d")
	}
	*r = requestID(text)
	return nil
}

// count is a number from 1; 0 is: not given.
type count int32

func (c *count) String() string { return strconv.Itoa(int(*c)) }
func (c *count) Type() string   { return "count" }

func (c *count) Set(text string) error {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 1 {
		return errors.New("must be a whole number from 1")
	}
	*c = count(n)
	return nil
}

// dateVar adds a flag that is a calendar date. An empty one is unset.
func dateVar(flags *pflag.FlagSet, to **date.Date, name, usage string) {
	flags.Var(&value{kind: "date", read: func(text string) error {
		*to = nil
		if text == "" {
			return nil
		}
		day, err := parseDay(text)
		if err != nil {
			return err
		}
		*to = &date.Date{Year: int32(day.Year()), Month: int32(day.Month()), Day: int32(day.Day())}
		return nil
	}}, name, usage)
}

func parseDay(text string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, errors.New("must be a date of the calendar, YYYY-MM-DD")
	}
	return day, nil
}

// momentVar adds a flag that is a moment: RFC 3339, or a date, of which the given function makes a moment.
func momentVar(flags *pflag.FlagSet, to **timestamppb.Timestamp, ofDay func(time.Time) time.Time, name, usage string) {
	flags.Var(&value{kind: "time", read: func(text string) error {
		moment, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			day, err := parseDay(text)
			if err != nil {
				return errMoment
			}
			moment = ofDay(day)
		}
		*to = timestamppb.New(moment)
		return nil
	}}, name, usage)
}

var errMoment = errors.New("must be a time, YYYY-MM-DDThh:mm:ss with Z or an offset, or a date YYYY-MM-DD")

func startOfDay(day time.Time) time.Time { return day }

// endOfDay is the last moment of a day in UTC, so that an answer as of a day holds what happened on it.
func endOfDay(day time.Time) time.Time { return day.AddDate(0, 0, 1).Add(-time.Nanosecond) }

// registeredVar adds a flag that is a registration date with the precision in which it is written.
func registeredVar(flags *pflag.FlagSet, to *string, name, usage string) {
	flags.Var(&value{kind: "time", read: func(text string) error {
		if _, err := time.Parse(time.RFC3339Nano, text); err != nil {
			if _, err := parseDay(text); err != nil {
				return errMoment
			}
		}
		*to = text
		return nil
	}}, name, usage)
}

// enum is a generated enumeration.
type enum interface {
	~int32
	protoreflect.Enum
}

// enumVar adds a flag that is a value of an enumeration by its name without the prefix, in any case. An empty one is unset.
func enumVar[E enum](flags *pflag.FlagSet, to *E, name, usage string) {
	flags.Var(&value{kind: "name", read: func(text string) error {
		if text == "" {
			*to = 0
			return nil
		}
		var err error
		*to, err = parseEnum[E](text)
		return err
	}}, name, usage+": "+strings.Join(enumNames[E](), " "))
}

func parseEnum[E enum](text string) (E, error) {
	values := E(0).Descriptor().Values()
	text = strings.ReplaceAll(strings.ToUpper(text), "-", "_")
	for i := 1; i < values.Len(); i++ {
		full := string(values.Get(i).Name())
		if text == full || text == enumName(values.Get(i)) {
			return E(values.Get(i).Number()), nil
		}
	}
	return 0, fmt.Errorf("must be one of %s", strings.Join(enumNames[E](), " "))
}

func enumNames[E enum]() []string {
	values := E(0).Descriptor().Values()
	var names []string
	for i := 1; i < values.Len(); i++ {
		names = append(names, enumName(values.Get(i)))
	}
	return names
}

// intVar adds a flag that is a whole number; an empty one is unset.
func intVar(flags *pflag.FlagSet, to **int32, name, usage string) {
	flags.Var(&value{kind: "number", read: func(text string) error {
		*to = nil
		if text == "" {
			return nil
		}
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return errors.New("must be a whole number")
		}
		*to = new(int32(n))
		return nil
	}}, name, usage)
}

// centsVar adds a flag that is an amount of money, never below 0; an empty one is unset.
func centsVar(flags *pflag.FlagSet, to **int64, name, usage string) {
	flags.Var(&value{kind: "cents", read: func(text string) error {
		*to = nil
		if text == "" {
			return nil
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return errors.New("must be a whole number of cents from 0")
		}
		*to = &n
		return nil
	}}, name, usage)
}

// boolVar adds a flag that is true, false or, when empty, unset. It always takes a value: unknown is not false.
func boolVar(flags *pflag.FlagSet, to **bool, name, usage string) {
	flags.Var(&value{kind: "bool", read: func(text string) error {
		switch text {
		case "":
			*to = nil
		case "true", "false":
			*to = new(text == "true")
		default:
			return errors.New("must be true or false")
		}
		return nil
	}}, name, usage)
}
