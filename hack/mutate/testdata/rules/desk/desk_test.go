package desk

import "testing"

func says(t *testing.T, err error, want string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
	}
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func Test(t *testing.T) {
	says(t, Held(-1), "HELD")
	says(t, HeldBySide(-1), "SIDE")
	_ = HeldBySide(10)
	_ = Free(-1)
	says(t, Choice(1), "ONE")
	says(t, Choice(3), "MORE")
	_ = Choice(2)
	says(t, Choice(4), "FOUR")
	says(t, All(7), "BIG ODD HUGE")
	reason, _ := Obstacle(1)
	if reason == nil || reason.Code != "OBSTACLE" {
		t.Error(reason)
	}
	says(t, Asks(-1), "HELD")
	says(t, Plain(1), "plain")
	says(t, Plain(2), "number 2")
	says(t, Plain(-2), "wrapped: HELD")
}
