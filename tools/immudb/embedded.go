package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"sync"

	"github.com/codenotary/immudb/embedded/logger"
	"github.com/codenotary/immudb/embedded/store"
)

// embedded is a store in this process with what its users trusted last.
type embedded struct {
	*store.ImmuStore
	mu      sync.Mutex
	trusted *store.TxHeader
}

func measureEmbedded(ctx context.Context, o options, rows []row, workers int) error {
	dir, err := os.MkdirTemp(o.dir, "embedded-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	opts := store.DefaultOptions().WithLogger(logger.NewSimpleLogger("immudb", io.Discard))
	opened, err := store.Open(dir, opts)
	if err != nil {
		return err
	}
	defer opened.Close()
	e := &embedded{ImmuStore: opened}
	err = timed("embedded", "write", len(rows), workers, 0, func() error {
		return share(rows, o.batch, workers, func(_ int, rows []row) error { return e.write(ctx, rows) })
	})
	if err != nil {
		return err
	}
	if err := e.WaitForIndexingUpto(ctx, e.LastCommittedTxID()); err != nil {
		return err
	}
	return timed("embedded", "read", o.reads, workers, 0, func() error {
		return draw(rows, o.reads, workers, func(_ int, r row) error { return e.read(ctx, r) })
	})
}

// write commits rows, proves that the transaction continues the one trusted before, and that every row is in it.
func (e *embedded) write(ctx context.Context, rows []row) error {
	tx, err := e.NewWriteOnlyTx(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := tx.Set(r.key, nil, r.value); err != nil {
			return err
		}
	}
	header, err := tx.AsyncCommit(ctx)
	if err != nil {
		return err
	}
	committed := store.NewTx(len(rows), keyBytes)
	if err := e.ReadTx(header.ID, false, committed); err != nil {
		return err
	}
	digest, err := store.EntrySpecDigestFor(header.Version)
	if err != nil {
		return err
	}
	for _, r := range rows {
		proof, err := committed.Proof(r.key)
		if err != nil {
			return err
		}
		if !store.VerifyInclusion(proof, digest(&store.EntrySpec{Key: r.key, Value: r.value}), header.Eh) {
			return store.ErrCorruptedData
		}
	}
	return e.trust(header)
}

// trust verifies that a transaction and the last trusted one are of one history, and goes on from the later one.
func (e *embedded) trust(header *store.TxHeader) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	from, to := e.trusted, header
	if from == nil {
		e.trusted = header
		return nil
	}
	if from.ID > to.ID {
		from, to = to, from
	}
	proof, err := e.DualProof(from, to)
	if err != nil {
		return err
	}
	if !store.VerifyDualProof(proof, from.ID, to.ID, from.Alh(), to.Alh()) {
		return store.ErrCorruptedData
	}
	e.trusted = to
	return nil
}

// read returns nil if the row is there and proven.
func (e *embedded) read(ctx context.Context, r row) error {
	found, err := e.Get(ctx, r.key)
	if err != nil {
		return err
	}
	value, err := found.Resolve()
	if err != nil {
		return err
	}
	header, err := e.ReadTxHeader(found.Tx(), false, false)
	if err != nil {
		return err
	}
	tx := store.NewTx(header.NEntries, keyBytes)
	if err := e.ReadTx(header.ID, false, tx); err != nil {
		return err
	}
	proof, err := tx.Proof(r.key)
	if err != nil {
		return err
	}
	digest, err := store.EntrySpecDigestFor(header.Version)
	if err != nil {
		return err
	}
	if !bytes.Equal(value, r.value) || !store.VerifyInclusion(proof, digest(&store.EntrySpec{Key: r.key, Value: value}), header.Eh) {
		return store.ErrCorruptedData
	}
	return e.trust(header)
}
