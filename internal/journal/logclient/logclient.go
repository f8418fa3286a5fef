// Package logclient reads entries of streams from the service that keeps them.
package logclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/journal/keeper"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/rpc"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// Logs are the services that keep streams, by name.
type Logs map[string]journalv1.LogServiceClient

// Entries yields a part of a stream, in order, in pieces as they come; fewer entries if the stream ends before. An error ends
// it, and is one of package apperr where the service has refused.
func (l Logs) Entries(ctx context.Context, part epoch.Range) iter.Seq2[[]proof.Entry, error] {
	return func(yield func([]proof.Entry, error) bool) {
		ctx, cancel := context.WithCancel(ctx) // ends the call when its answers are not wanted any more
		defer cancel()
		answers, err := l.open(ctx, part)
		for err == nil {
			var answer *journalv1.ReadEntriesResponse
			if answer, err = answers.Recv(); err != nil {
				break
			}
			var entries []proof.Entry
			if entries, err = Decode(answer.GetEntries()); err == nil && !yield(entries, nil) {
				return
			}
		}
		if !errors.Is(err, io.EOF) {
			yield(nil, fmt.Errorf("logclient: read entries of %s: %w", part.Stream, rpc.FromStatus(err)))
		}
	}
}

// open asks the service that keeps the stream.
func (l Logs) open(ctx context.Context, part epoch.Range) (journalv1.LogService_ReadEntriesClient, error) {
	service, _ := keeper.Of(part.Stream)
	client, known := l[service]
	if !known {
		return nil, errors.New("no service is known to keep it")
	}
	return client.ReadEntries(ctx, &journalv1.ReadEntriesRequest{
		Stream: part.Stream, First: int64(part.First), Limit: int64(part.Len()), //nolint:gosec // below 2^48
	})
}

// EntryBytes is the length of an entry as it travels: the key of its list, and its commitment.
const EntryBytes = len(proof.Key{}) + len(proof.Hash{})

// Decode reads entries of EntryBytes each.
func Decode(encoded []byte) ([]proof.Entry, error) {
	const keyBytes = len(proof.Key{})
	if len(encoded)%EntryBytes != 0 {
		return nil, fmt.Errorf("logclient: entries of %d bytes", len(encoded))
	}
	entries := make([]proof.Entry, 0, len(encoded)/EntryBytes)
	for ; len(encoded) > 0; encoded = encoded[EntryBytes:] {
		entries = append(entries, proof.Entry{Key: proof.Key(encoded[:keyBytes]), Commitment: proof.Hash(encoded[keyBytes:EntryBytes])})
	}
	return entries, nil
}

// Encode is what Decode reads.
func Encode(entries []proof.Entry) []byte {
	encoded := make([]byte, 0, len(entries)*EntryBytes)
	for _, e := range entries {
		encoded = append(append(encoded, e.Key[:]...), e.Commitment[:]...)
	}
	return encoded
}
