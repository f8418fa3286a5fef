package replay

import (
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/witness"
)

var (
	// ErrDamaged says that the follower's own file is not what it wrote, or of another log. Without the file it begins anew.
	ErrDamaged = errors.New("replay: damaged file")

	errInDoubt = errors.New("replay: an epoch is half written; start again")
	errClosed  = errors.New("replay: closed")
)

// refuse makes the verdict on an epoch.
func refuse(number uint64, format string, args ...any) error {
	return fmt.Errorf("%w: epoch %d: %w", witness.ErrRefused, number, fmt.Errorf(format, args...))
}

// verdict tells what the arithmetic finds wrong with an epoch from what is wrong here.
func verdict(number uint64, err error) error {
	difference := new(epoch.Difference)
	if errors.As(err, &difference) || errors.Is(err, epoch.ErrInvalid) {
		return refuse(number, "%w", err)
	}
	return err
}
