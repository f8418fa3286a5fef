package signatures

import (
	"crypto/sha256"
	"fmt"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/signing"
	"github.com/pcc-platform/pcc/verify"
)

// Statement returns the statement that a document shows for a journaled event, nil when the leaf names none. It checks that it is the
// statement that the leaf names, and that it covers exactly the event's bytes as the event that the leaf says; it does not verify
// the signature. The error wraps verify.ErrSignature.
func Statement(journaled *ingestv1.JournaledEvent, shown *verify.Signature) (*signing.Signed, error) {
	named := journaled.GetSignature()
	switch {
	case named == nil && shown == nil:
		return nil, nil //nolint:nilnil // not signed
	case named == nil || shown == nil:
		return nil, fmt.Errorf("%w: a leaf with a signature is shown with its statement, and no other", verify.ErrSignature)
	case string(sum(shown.Statement)) != string(named.GetStatementSha256()):
		return nil, fmt.Errorf("%w: the leaf names another statement", verify.ErrSignature)
	case named.GetIndex() < 0:
		return nil, fmt.Errorf("%w: index %d", verify.ErrSignature, named.GetIndex())
	}
	statement, err := signing.Parse(shown.Statement)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", verify.ErrSignature, err)
	}
	path := make([]signing.Hash, len(shown.Path))
	for i, h := range shown.Path {
		if len(h) != len(path[i]) {
			return nil, fmt.Errorf("%w: %d bytes are no hash", verify.ErrSignature, len(h))
		}
		path[i] = signing.Hash(h)
	}
	if err := statement.VerifyEvent(sha256.Sum256(journaled.GetCloudEvent()), uint64(named.GetIndex()), path); err != nil {
		return nil, fmt.Errorf("%w: %w", verify.ErrSignature, err)
	}
	return statement, nil
}

func sum(data []byte) []byte {
	hash := sha256.Sum256(data)
	return hash[:]
}
