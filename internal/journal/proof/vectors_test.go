package proof_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// vector is one case of testdata/vectors.jsonl and of the public collection of
// RFC 6962 proofs, which uses the same names.
type vector struct {
	Kind     string   `json:"kind"`
	Case     string   `json:"case"`
	LeafIdx  uint64   `json:"leafIdx"`
	TreeSize uint64   `json:"treeSize"`
	Root     []byte   `json:"root"`
	LeafHash []byte   `json:"leafHash"`
	Size1    uint64   `json:"size1"`
	Size2    uint64   `json:"size2"`
	Root1    []byte   `json:"root1"`
	Root2    []byte   `json:"root2"`
	Proof    [][]byte `json:"proof"`
	WantErr  bool     `json:"wantErr"`
}

var errNotAHash = errors.New("not 32 bytes")

func (v vector) verify() error {
	fixed := make([]proof.Hash, 0, len(v.Proof)+2)
	ends := [][]byte{v.LeafHash, v.Root}
	if v.Kind == "consistency" {
		ends = [][]byte{v.Root1, v.Root2}
	}
	for _, h := range append(ends, v.Proof...) {
		if len(h) != len(proof.Hash{}) {
			return errNotAHash
		}
		fixed = append(fixed, proof.Hash(h))
	}
	if v.Kind == "consistency" {
		return proof.VerifyConsistency(fixed[2:], v.Size1, v.Size2, fixed[0], fixed[1])
	}
	return proof.VerifyInclusion(fixed[2:], v.LeafIdx, v.TreeSize, fixed[0], fixed[1])
}

// checkVectors runs the inclusion and consistency cases and returns how many.
// Cases with hashes of a wrong length cannot be put to this API, whose type
// already refuses them; they count as refused even where the collection, with
// two equal roots of 12 bytes, wants them accepted.
func checkVectors(t *testing.T, lines io.Reader) (accepted, refused int) {
	t.Helper()
	for scanner := bufio.NewScanner(lines); scanner.Scan(); {
		var v vector
		if err := json.Unmarshal(scanner.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if v.Kind != "inclusion" && v.Kind != "consistency" {
			continue
		}
		err := v.verify()
		switch {
		case errors.Is(err, errNotAHash):
			refused++
		case (err != nil) != v.WantErr:
			t.Errorf("%s %s: error %v, want error %t", v.Kind, v.Case, err, v.WantErr)
		case v.WantErr:
			refused++
		default:
			accepted++
		}
	}
	return accepted, refused
}

func TestOwnVectors(t *testing.T) {
	lines, err := os.ReadFile("testdata/vectors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if accepted, refused := checkVectors(t, bytes.NewReader(lines)); accepted == 0 || refused == 0 {
		t.Errorf("%d accepted, %d refused: both kinds must be covered", accepted, refused)
	}
}

func TestPublicVectors(t *testing.T) {
	dir := os.Getenv("PCC_DATA_DIR")
	if dir == "" {
		dir = "../../../../shared/data"
	}
	file, err := os.Open(filepath.Join(dir, "crypto_vectors", "merkle_proofs.jsonl.gz"))
	if errors.Is(err, os.ErrNotExist) {
		t.Logf("no public vectors under %s: only the committed ones run", dir)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	if accepted, refused := checkVectors(t, lines); accepted != 5 || refused != 95 {
		t.Errorf("%d accepted, %d refused, want 5 and 95", accepted, refused)
	}
}
