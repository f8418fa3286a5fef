// Package notetest signs notes as a log and its witnesses do, for tests.
package notetest

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
)

// LogLine returns the signature line of a log, whose key nobody on the ledger knows.
func LogLine() string {
	return Line("pcc.example/index", 0x01020304, make([]byte, ed25519.SignatureSize))
}

// Witness signs as one witness, with a key that follows from its name.
type Witness struct {
	Key     model.WitnessKey
	private ed25519.PrivateKey
}

// New returns the witness with this name of its key.
func New(name string) Witness { return Seeded(name, name) }

// Seeded returns the witness with this name and a key that follows from the seed.
func Seeded(name, seed string) Witness {
	hashed := sha256.Sum256([]byte(seed))
	private := ed25519.NewKeyFromSeed(hashed[:])
	key := model.WitnessKey{Name: name, Public: [ed25519.PublicKeySize]byte(private[ed25519.SeedSize:])}
	return Witness{Key: key, private: private}
}

// Cosign returns the witness's signature line under a checkpoint at a time.
func (w Witness) Cosign(text string, at time.Time) string {
	return w.CosignAt(text, uint64(at.Unix())) // #nosec G115 -- tests stay after 1970
}

// CosignAt is Cosign for any number of seconds, also one that is no time.
func (w Witness) CosignAt(text string, seconds uint64) string {
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, text)
	timed := binary.BigEndian.AppendUint64(nil, seconds)
	return Line(w.Key.Name, w.Key.ID(), append(timed, ed25519.Sign(w.private, []byte(message))...))
}

// Text returns the checkpoint that is signed.
func Text(origin string, size uint64, root model.Hash) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, size, base64.StdEncoding.EncodeToString(root[:]))
}

// Checkpoint returns the checkpoint of the index log of these records.
func Checkpoint(t testing.TB, origin string, records ...model.EpochRecord) string {
	t.Helper()
	leaves := make([]model.Hash, len(records))
	for i, r := range records {
		var err error
		if leaves[i], err = r.IndexLeaf(); err != nil {
			t.Fatal(err)
		}
	}
	return Text(origin, uint64(len(leaves)), Root(leaves...))
}

// Root returns the root of one or more leaf hashes, computed as RFC 6962 defines it.
func Root(leaves ...model.Hash) model.Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	left, right := Root(leaves[:k]...), Root(leaves[k:]...)
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// Note returns the signed note: the text, LogLine and the lines given.
func Note(text string, lines ...string) string {
	return text + "\n" + LogLine() + strings.Join(lines, "")
}

// Line returns a signature line.
func Line(name string, keyID uint32, signature []byte) string {
	raw := append(binary.BigEndian.AppendUint32(nil, keyID), signature...)
	return "— " + name + " " + base64.StdEncoding.EncodeToString(raw) + "\n"
}
