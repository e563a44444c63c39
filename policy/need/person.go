package need

import (
	"fmt"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// person is a member who counts on the day.
type person struct {
	member *eilev1.Member
	// number of the member, from 1.
	number int
	// partner is the index in household.people of the partner, or -1.
	partner int
	born    day.Day
	hasBorn bool
	// age in full years where hasBorn.
	age int
}

// number writes "member 3".
func number(i int) string {
	return fmt.Sprintf("member %d", i)
}
