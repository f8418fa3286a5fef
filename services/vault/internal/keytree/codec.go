package keytree

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/tink"
)

// nodeBytes is the size of a stored node: level, first leaf, key.
const nodeBytes = 1 + 8 + KeySize

var errMalformed = errors.New("keytree: the file is malformed")

// wrap encodes and encrypts t.
func (t *tree) wrap(ctx context.Context, w tink.AEADWithContext) ([]byte, error) {
	plain := make([]byte, 0, len(t.nodes)*nodeBytes)
	for _, n := range t.nodes {
		plain = append(plain, n.level)
		plain = binary.BigEndian.AppendUint64(plain, n.first)
		plain = append(plain, n.key[:]...)
	}
	wrapped, err := w.EncryptWithContext(ctx, plain, []byte(purpose))
	if err != nil {
		return nil, fmt.Errorf("keytree: wrap: %w", err)
	}
	return wrapped, nil
}

// unwrap decrypts and decodes a tree, whose nodes must be in order and none below another.
func unwrap(ctx context.Context, w tink.AEADWithContext, wrapped []byte) (t tree, err error) {
	plain, err := w.DecryptWithContext(ctx, wrapped, []byte(purpose))
	if err != nil {
		return t, fmt.Errorf("keytree: unwrap: %w", err)
	}
	if len(plain)%nodeBytes != 0 {
		return t, errMalformed
	}
	t.nodes = make([]node, 0, len(plain)/nodeBytes)
	for ; len(plain) > 0; plain = plain[nodeBytes:] {
		n := node{level: plain[0], first: binary.BigEndian.Uint64(plain[1:]), key: [KeySize]byte(plain[9:nodeBytes])}
		last := len(t.nodes) - 1
		if n.level > depth || last >= 0 && (t.nodes[last].first >= n.first || t.nodes[last].covers(n.first)) {
			return t, errMalformed
		}
		t.nodes = append(t.nodes, n)
	}
	return t, nil
}
