package publiclog_test

import (
	"errors"
	"testing"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/publiclog"
)

func TestWithoutAKeyNothingIsPublished(t *testing.T) {
	logs := publiclog.New(nil, nil)
	if _, err := logs.Checkpoint(t.Context(), "ingest/oem"); !errors.Is(err, ingest.ErrLogNotFound) {
		t.Errorf("checkpoint: %v", err)
	}
	if _, err := logs.Tile(t.Context(), "ingest/oem", 0, 0, 1); !errors.Is(err, ingest.ErrLogNotFound) {
		t.Errorf("tile: %v", err)
	}
}
