package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/internal/witness"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/wire"
)

const (
	// exchangeInterval is how often the others are asked. A witness remembers some hours of epochs (witness.MaxRemembered), and
	// two histories show as soon as both have cosigned one size.
	exchangeInterval = 30 * time.Second
	exchangeTimeout  = 10 * time.Second
)

// exchange compares with the witnesses of other members. A log that shows each of them a history of its own is caught by
// nobody else: each history grows as it should.
type exchange struct {
	urls    []string
	http    *http.Client
	witness *witness.Witness
	logger  *slog.Logger
}

func newExchange(peers []string, origin string, w *witness.Witness, logger *slog.Logger) *exchange {
	e := &exchange{http: &http.Client{Timeout: exchangeTimeout}, witness: w, logger: logger}
	for _, peer := range peers {
		e.urls = append(e.urls, strings.TrimSuffix(peer, "/")+"/"+wire.LogID(origin)+"/checkpoint")
	}
	return e
}

// run asks all others in turn, again and again, until ctx ends.
func (e *exchange) run(ctx context.Context) error {
	ticker := time.NewTicker(exchangeInterval)
	defer ticker.Stop()
	for {
		e.round(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (e *exchange) round(ctx context.Context) {
	for _, url := range e.urls {
		e.compare(ctx, url)
	}
}

// compare examines what another witness has cosigned last. What it shows need not be believed: it counts if the log has
// signed it. The witness itself tells of evidence.
func (e *exchange) compare(ctx context.Context, url string) {
	note, err := e.fetch(ctx, url)
	if err == nil {
		err = e.witness.Examine(ctx, note)
	}
	if err == nil || errors.Is(err, os.ErrNotExist) || ctx.Err() != nil || errors.As(err, new(*witness.EquivocationError)) {
		return
	}
	e.logger.WarnContext(ctx, "not compared with another witness", slog.String("url", url), slog.Any("error", err))
}

// fetch reads a note. The error wraps [os.ErrNotExist] if the other has cosigned nothing yet.
func (e *exchange) fetch(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("witness: peer: %w", err)
	}
	response, err := e.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("witness: peer: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return nil, fmt.Errorf("witness: peer: %w", os.ErrNotExist)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("witness: peer answers %s", response.Status)
	}
	note, err := io.ReadAll(io.LimitReader(response.Body, checkpoint.MaxNoteBytes+1))
	if err != nil {
		return nil, fmt.Errorf("witness: peer: %w", err)
	}
	return note, nil
}
