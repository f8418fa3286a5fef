package ingest

import (
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// queueFullRetry is how long a sender is asked to wait when the queue is full: the writer frees thousands of events in it.
const queueFullRetry = time.Second

// watchRetry is how long a member is asked to wait for a place among the streams of alerts.
const watchRetry = 10 * time.Second

// Errors of calls, as the protos document them. A fault of one event is a Rejection.
var (
	ErrBatchTooLarge    = apperr.New(apperr.InvalidArgument, "BATCH_TOO_LARGE", "more than %d events", MaxBatchEvents).WithField("events")
	ErrBatchNumber      = apperr.New(apperr.InvalidArgument, "BATCH_NUMBER_INVALID", "not above the number of the batch before").WithField("batch_number")
	ErrQueueFull        = apperr.New(apperr.ResourceExhausted, "QUEUE_FULL", "too many events wait to be written; retry").WithRetryAfter(queueFullRetry)
	ErrQueueUnavailable = apperr.New(apperr.Unavailable, "QUEUE_UNAVAILABLE", "the queue did not confirm that it has the events; send them again")
	// ErrQueueNotDrained keeps an erasure waiting.
	ErrQueueNotDrained     = apperr.New(apperr.Unavailable, "QUEUE_NOT_DRAINED", "events that came before still wait to be journaled")
	ErrDatabaseUnavailable = apperr.New(apperr.Unavailable, "DATABASE_UNAVAILABLE", "the database cannot be reached; send it again")
	ErrMembersUnavailable  = apperr.New(apperr.Unavailable, "MEMBER_DIRECTORY_UNAVAILABLE", "the caller's member cannot be looked up now; retry")
	ErrStreamIdle          = apperr.New(apperr.Aborted, "STREAM_IDLE", "no batch for too long; open the stream again")
	ErrStreamClosing       = apperr.New(apperr.Unavailable, "STREAM_CLOSING", "the server stops; open the stream again")
	ErrDeadLetterNotFound  = apperr.New(apperr.NotFound, "DEAD_LETTER_NOT_FOUND", "no such dead letter")
	ErrEventNotFound       = apperr.New(apperr.NotFound, "EVENT_NOT_FOUND", "no such event of the caller's member")
	ErrReportTooLarge      = apperr.New(apperr.FailedPrecondition, "REPORT_TOO_LARGE", "the passport has more events than one answer holds")
	ErrKeyInvalid          = apperr.New(apperr.InvalidArgument, "KEY_INVALID", "not a usable key, or not shown to be the caller's")
	ErrSourceKeyExists     = apperr.New(apperr.AlreadyExists, "SOURCE_KEY_EXISTS", "the key is enrolled already").WithField("public_key")
	ErrTooManyKeys         = apperr.New(apperr.FailedPrecondition, "TOO_MANY_KEYS", "a source has at most %d keys that are not revoked", MaxActiveKeys)
	ErrPassportNotFound    = apperr.New(apperr.NotFound, "PASSPORT_NOT_FOUND", "there is no such passport").WithField("passport")
	ErrVehicleNotYours     = apperr.New(apperr.PermissionDenied, "VEHICLE_NOT_YOURS", "only the maker that enrolled a vehicle enrols its keys").WithField("passport")
	ErrSourceKeyNotFound   = apperr.New(apperr.NotFound, "SOURCE_KEY_NOT_FOUND", "the caller's member has no such key")
	ErrSourceKeyRevoked    = apperr.New(apperr.FailedPrecondition, "SOURCE_KEY_REVOKED", "the key is revoked already")
	ErrAlertNotFound       = apperr.New(apperr.NotFound, "ALERT_NOT_FOUND", "the caller's member gets no such alert")
	ErrTooManyWatches      = apperr.New(apperr.ResourceExhausted, "TOO_MANY_WATCHES", "too many streams of alerts are open; close one, or retry").WithRetryAfter(watchRetry)
	ErrCheckpointUnknown   = apperr.New(apperr.NotFound, "CHECKPOINT_UNKNOWN", "a checkpoint is not one of this journal").WithField("checkpoints")
)
