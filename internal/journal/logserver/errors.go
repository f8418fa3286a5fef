package logserver

import "github.com/pcc-platform/pcc/internal/apperr"

// Errors of calls, as the proto documents them.
var (
	ErrLogNotFound  = apperr.New(apperr.NotFound, "LOG_NOT_FOUND", "there is no such log, or the platform publishes none").WithField("stream")
	ErrTileNotFound = apperr.New(apperr.NotFound, "TILE_NOT_FOUND", "the log has no such tile, or not so many hashes in it yet")
)
