package journalclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/journal/keeper"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// Entries yields a part of a stream, in order, in pieces as they come. A stream that ends early is for the caller to find.
func (l *Logs) Entries(ctx context.Context, r epoch.Range) iter.Seq2[[]proof.Entry, error] {
	return func(yield func([]proof.Entry, error) bool) {
		ctx, cancel := context.WithCancel(ctx) // ends the call when its answers are not wanted any more
		defer cancel()
		answers, err := l.open(ctx, r)
		for err == nil {
			var answer *journalv1.ReadEntriesResponse
			if answer, err = answers.Recv(); err != nil {
				break
			}
			var entries []proof.Entry
			if entries, err = entriesOf(answer.GetEntries()); err == nil && !yield(entries, nil) {
				return
			}
		}
		if !errors.Is(err, io.EOF) {
			yield(nil, fmt.Errorf("journalclient: read entries of %s: %w", r.Stream, err))
		}
	}
}

// open asks the service that keeps the stream.
func (l *Logs) open(ctx context.Context, r epoch.Range) (journalv1.LogService_ReadEntriesClient, error) {
	service, _ := keeper.Of(r.Stream)
	client, known := l.services[service]
	if !known {
		return nil, errors.New("no service keeps such a stream")
	}
	return client.ReadEntries(ctx, &journalv1.ReadEntriesRequest{
		Stream: r.Stream, First: int64(r.First), Limit: int64(r.Len()), //nolint:gosec // below 2^48
	})
}

// entriesOf decodes the entries of one answer: the list's key and the commitment of each.
func entriesOf(encoded []byte) ([]proof.Entry, error) {
	const keyBytes, entryBytes = len(proof.Key{}), len(proof.Key{}) + len(proof.Hash{})
	if len(encoded)%entryBytes != 0 {
		return nil, fmt.Errorf("entries of %d bytes", len(encoded))
	}
	entries := make([]proof.Entry, 0, len(encoded)/entryBytes)
	for ; len(encoded) > 0; encoded = encoded[entryBytes:] {
		entries = append(entries, proof.Entry{Key: proof.Key(encoded[:keyBytes]), Commitment: proof.Hash(encoded[keyBytes:entryBytes])})
	}
	return entries, nil
}
