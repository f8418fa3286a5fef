package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/postgres"
)

func TestExplain(t *testing.T) {
	own := apperr.New(apperr.NotFound, "PASSPORT_NOT_FOUND", "there is none")
	for name, c := range map[string]struct {
		err         error
		unavailable bool
	}{
		"refused connection": {&net.OpError{Op: "dial", Err: errors.New("connection refused")}, true},
		"broken connection":  {io.ErrUnexpectedEOF, true},
		"starting up":        {&pgconn.PgError{Code: "57P03"}, true},
		"a full disk":        {&pgconn.PgError{Code: "53100"}, true},
		"killed":             {&pgconn.PgError{Code: "57P01"}, true},
		"a constraint":       {&pgconn.PgError{Code: "23505"}, false},
		"gave up":            {context.Canceled, false},
		"explained already":  {own, false},
		"anything else":      {errors.New("boom"), false},
	} {
		got := postgres.Explain(fmt.Errorf("read the passport: %w", c.err))
		if errors.Is(got, postgres.ErrUnavailable) != c.unavailable || !errors.Is(got, c.err) {
			t.Errorf("%s: %v", name, got)
		}
	}
	if postgres.Explain(nil) != nil {
		t.Error("no error became one")
	}
}
