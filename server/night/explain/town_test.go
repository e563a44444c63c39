package explain_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/eile-housing/eile/internal/eiletest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// town is the text of the policy of a town.
func town(mode, reserve, districts, approval string) string {
	return eiletest.Town{Mode: mode, Reserve: reserve, Districts: districts, Approval: approval}.Text()
}
