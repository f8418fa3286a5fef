package proof_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

var update = flag.Bool("update", false, "make the golden vectors anew")

// vectors are testdata/vectors.json, which implementations in other languages
// run too.
type vectors struct {
	About []string     `json:"about"`
	Maps  []mapVector  `json:"maps"`
	Lists []listVector `json:"lists"`
	Cases []caseVector `json:"cases"`
}

type mapVector struct {
	Name    string        `json:"name"`
	Entries []entryVector `json:"entries,omitempty"`
	// Numbered is the number of entries of a map too long to be written out.
	Numbered uint64 `json:"numbered,omitempty"`
	Root     octets `json:"root"`
}

type entryVector struct {
	Key  octets `json:"key"`
	Head octets `json:"head"`
}

type listVector struct {
	Name   string   `json:"name"`
	Hashes []octets `json:"hashes"`
	Head   octets   `json:"head"`
	State  octets   `json:"state"`
}

// caseVector is a question to a verifier. Which fields it has depends on check.
type caseVector struct {
	Check  string   `json:"check"`
	Name   string   `json:"name"`
	Key    octets   `json:"key,omitempty"`
	Head   octets   `json:"head,omitempty"`
	Root   octets   `json:"root,omitempty"`
	Proof  octets   `json:"proof,omitzero"`
	Hashes []octets `json:"hashes,omitzero"`
	State  octets   `json:"state,omitempty"`
	// Outcome is accepted, refused or malformed.
	Outcome string `json:"outcome"`
	// Why says in words why it must not be accepted.
	Why string `json:"why,omitempty"`
}

const (
	accepted     = "accepted"
	isRefused    = "refused"
	isMalformed  = "malformed"
	inclusion    = "inclusion"
	nonInclusion = "non-inclusion"
)

// octets are bytes written as lower-case hexadecimal digits.
type octets []byte

func (o octets) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, o), nil }

func (o *octets) UnmarshalText(text []byte) (err error) {
	*o, err = hex.AppendDecode(nil, text)
	return err
}

func hashesOf(all []octets) []proof.Hash {
	hashes := make([]proof.Hash, 0, len(all))
	for _, o := range all {
		hashes = append(hashes, proof.Hash(o))
	}
	return hashes
}

// run puts the question to this package.
func (c caseVector) run() error {
	switch c.Check {
	case nonInclusion:
		return proof.VerifyNonInclusion(c.Proof, proof.Key(c.Key), proof.Hash(c.Root))
	case "state":
		_, err := proof.ParseList(c.State)
		return err
	}
	head, err := proof.ParseHead(c.Head)
	if err != nil {
		return err
	}
	switch c.Check {
	case inclusion:
		return proof.VerifyInclusion(c.Proof, proof.Key(c.Key), head, proof.Hash(c.Root))
	case "list":
		return proof.VerifyList(hashesOf(c.Hashes), head)
	case "head":
		return nil
	default:
		return errors.New("unknown check " + c.Check)
	}
}

func outcome(err error) string {
	switch {
	case err == nil:
		return accepted
	case errors.Is(err, proof.ErrRefused):
		return isRefused
	case errors.Is(err, proof.ErrMalformed):
		return isMalformed
	default:
		return err.Error()
	}
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	path := filepath.Join("testdata", "vectors.json")
	if *update {
		text, err := json.MarshalIndent(makeVectors(t), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(text, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestVectors runs what was written once: proofs that were given out verify for
// ever.
func TestVectors(t *testing.T) {
	v := readVectors(t)
	for _, m := range v.Maps {
		entries := numberedUpTo(m.Numbered)
		for _, e := range m.Entries {
			head, err := proof.ParseHead(e.Head)
			if err != nil {
				t.Fatalf("%s: %v", m.Name, err)
			}
			entries = append(entries, proof.Entry{Key: proof.Key(e.Key), Head: head})
		}
		if root := mapOf(t, entries).Root(); root != proof.Hash(m.Root) {
			t.Errorf("map %s: root %x, want %x", m.Name, root, m.Root)
		}
	}
	for _, l := range v.Lists {
		list := listOf(t, hashesOf(l.Hashes))
		if !slices.Equal(list.Head().Bytes(), l.Head) || !slices.Equal(list.Bytes(), l.State) {
			t.Errorf("list %s: head %x, state %x; want %x, %x", l.Name, list.Head().Bytes(), list.Bytes(), l.Head, l.State)
		}
	}
	seen := map[string]int{}
	for _, c := range v.Cases {
		if got := outcome(c.run()); got != c.Outcome {
			t.Errorf("%s: %s: %s, want %s", c.Check, c.Name, got, c.Outcome)
		}
		seen[c.Check+" "+c.Outcome]++
	}
	for _, check := range []string{inclusion, nonInclusion, "list", "head", "state"} {
		if seen[check+" "+accepted] == 0 || seen[check+" "+isMalformed]+seen[check+" "+isRefused] == 0 {
			t.Errorf("no case of %s is accepted, or none is not", check)
		}
	}
}
