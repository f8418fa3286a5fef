package server

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/pcc-platform/pcc/internal/authn"
)

// directory is a members' directory that knows whether it was ever read: before, every member would be refused.
type directory struct {
	authn.MemberSource
	read atomic.Bool
}

func newDirectory(src authn.MemberSource) *directory { return &directory{MemberSource: src} }

// Authorities implements authn.MemberSource.
func (d *directory) Authorities(ctx context.Context) ([]authn.MemberAuthority, error) {
	members, err := d.MemberSource.Authorities(ctx)
	if err == nil {
		d.read.Store(true)
	}
	return members, err
}

func (d *directory) ready(context.Context) error {
	if !d.read.Load() {
		return errors.New("the members' directory was not read yet")
	}
	return nil
}
