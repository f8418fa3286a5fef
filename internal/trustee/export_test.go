package trustee

import (
	"testing"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/threshold"
)

// ShareOf is the share in use of a purpose's first key.
func ShareOf(t *testing.T, s *Store, purpose access.KeyPurpose) threshold.Share {
	t.Helper()
	h, err := s.share(t.Context(), shareInUse, purpose, 1)
	if err != nil || h == nil {
		t.Fatalf("no share, %v", err)
	}
	return h.share
}

// Begin notes a session in a store as begun.
func Begin(t *testing.T, path string, id model.Hash) {
	t.Helper()
	s, err := OpenStore(path, func([]byte) (Wrapper, error) { return NewKeyWrapper([32]byte{}) })
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if fresh, err := s.begin(id); err != nil || !fresh {
		t.Fatalf("begun, %v", err)
	}
}
