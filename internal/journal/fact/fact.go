// Package fact appends protobuf messages to a journal: what a service records of itself, one leaf a message, in no vehicle's list.
package fact

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// Append adds facts to a stream in the caller's transaction, in order; none do nothing. It is [journal.Append], whose limits, errors
// and lock it has: it belongs at the end of a transaction.
func Append[M proto.Message](ctx context.Context, tx pgx.Tx, stream string, facts ...M) error {
	if len(facts) == 0 {
		return nil
	}
	leaves := make([]journal.Leaf, len(facts))
	for i, f := range facts {
		var err error
		if leaves[i], err = Leaf(f); err != nil {
			return err
		}
	}
	_, _, err := journal.Append(ctx, tx, stream, leaves)
	return err
}

// Leaf makes the leaf of a fact. Its type is the message's full name. Its salt is random, so that its commitment tells nothing even
// of a fact that can be guessed.
func Leaf(m proto.Message) (journal.Leaf, error) {
	payload, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return journal.Leaf{}, fmt.Errorf("fact: %w", err)
	}
	var salt [proof.SaltBytes]byte
	_, _ = rand.Read(salt[:]) // never fails, by its documentation
	return journal.Leaf{Frame: journal.Frame(string(m.ProtoReflect().Descriptor().FullName()), salt, payload)}, nil
}
