package store_test

import (
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/check"
)

func init() { store.Check = check.Register }
