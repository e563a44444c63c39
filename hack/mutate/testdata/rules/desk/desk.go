package desk

import (
	"errors"
	"fmt"

	"example.org/rules"
)

// The names say which rules the tests hold.

func Held(n int) error {
	if n < 0 || n > 9 {
		return rules.Refuse("HELD")
	}
	return nil
}

func HeldBySide(n int) error {
	if n < 0 || n > 9 {
		return rules.Refuse("SIDE")
	}
	return nil
}

func Free(n int) error {
	if n < 0 {
		return rules.Refuse("FREE")
	}
	return nil
}

func Unseen() error { return rules.Refuse("UNSEEN") }

func Choice(n int) error {
	switch {
	case n == 1:
		return rules.Refuse("ONE")
	case n == 2, n == 3:
		return rules.Refuse("MORE")
	}
	switch n {
	case 4:
		return rules.Refuse("FOUR")
	default:
		return nil
	}
}

func All(n int) error {
	var against rules.Reasons
	if n > 1 {
		against.Add("BIG")
	}
	odd(&against, n)
	if n > 5 {
		against = append(against, &rules.Reason{Code: "HUGE"})
	}
	if err := against.Refusal(); err != nil {
		return err
	}
	return nil
}

func odd(against *rules.Reasons, n int) {
	if n%2 == 1 {
		against.Add("ODD")
	}
}

func Obstacle(n int) (*rules.Reason, error) {
	if n == 1 {
		return &rules.Reason{Code: "OBSTACLE"}, nil
	}
	return nil, nil
}

func Asks(n int) error {
	if err := Held(n); err != nil {
		return err
	}
	return nil
}

func Plain(n int) error {
	if n == 1 {
		return errors.New("plain")
	}
	if n == 2 {
		return fmt.Errorf("number %d", n)
	}
	if err := Held(n + 1); err != nil {
		return fmt.Errorf("wrapped: %w", err)
	}
	return nil
}
