package night_test

import (
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	preparing = eilev1.RunState_RUN_STATE_PREPARING
	matched   = eilev1.RunState_RUN_STATE_MATCHED
	approved  = eilev1.RunState_RUN_STATE_APPROVED
	committed = eilev1.RunState_RUN_STATE_COMMITTED
	failed    = eilev1.RunState_RUN_STATE_FAILED
	cancelled = eilev1.RunState_RUN_STATE_CANCELLED
)

// town is the text of the policy of a town.
func town(mode, reserve, districts, approval string) string {
	return eiletest.Town{Mode: mode, Reserve: reserve, Districts: districts, Approval: approval}.Text()
}

// refused fails unless an error is a refusal for one reason.
func refused(t *testing.T, what string, err error, code string) {
	t.Helper()
	if got := eiletest.Codes(err); !slices.Equal(got, []string{code}) {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}
