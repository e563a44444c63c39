package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

// ActivateFile puts the policy of a file, or a shipped one, in force. The one
// that is in force already stays as it is.
func (s *Server) ActivateFile(ctx context.Context, name string) error {
	source, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		shipped, ok := policy.ShippedSource(name)
		if !ok {
			return fmt.Errorf("there is no such file, and no policy of that name is shipped")
		}
		source, err = shipped, nil
	}
	if err != nil {
		return err
	}
	loaded, err := loadChecked(name, source)
	if err != nil {
		return err
	}
	_, err = s.Activate(as(ctx, casework.Machine), &eilev1.ActivatePolicyRequest{}, loaded, source)
	return err
}
