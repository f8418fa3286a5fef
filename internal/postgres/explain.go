package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// Explain makes an error of a query outside a transaction ErrUnavailable when it tells of a database that cannot be reached
// now. All others, and those that say already what they are, stay as they are.
func Explain(err error) error {
	if err == nil || apperr.As(err) != nil || errors.Is(err, context.Canceled) {
		return err
	}
	var connect *pgconn.ConnectError
	var network *net.OpError
	var server *pgconn.PgError
	if errors.As(err, &server) && !slices.Contains(passingCodes, server.Code) {
		return err
	}
	if errors.As(err, &connect) || errors.As(err, &network) || server != nil || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrUnavailable.Wrap(err)
	}
	return err
}
