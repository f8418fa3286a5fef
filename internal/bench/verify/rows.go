package verify

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// eventsPerVehicle is how many rows have the key of one vehicle's list.
const eventsPerVehicle = 60

// makeRows returns leaves whose frames have exactly size bytes. Their content is not compressible.
func makeRows(n, size int) []journal.Leaf {
	random := rand.NewChaCha8([32]byte{1})
	overhead := len(proof.Frame(leafType, [proof.SaltBytes]byte{}, nil))
	rows := make([]journal.Leaf, n)
	for i := range rows {
		var salt [proof.SaltBytes]byte
		payload := make([]byte, size-overhead)
		_, _ = random.Read(salt[:])
		_, _ = random.Read(payload)
		rows[i] = journal.Leaf{Key: vehicleKey(i / eventsPerVehicle), Frame: proof.Frame(leafType, salt, payload)}
	}
	return rows
}

const leafType = "pcc.bench.Row"

func vehicleKey(vehicle int) proof.Key {
	return sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(vehicle))) // #nosec G115 -- not negative
}

// writeRows writes the rows as tools/immudb reads them: a key of its own for each, then the frame.
func writeRows(path string, rows []journal.Leaf) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("bench: rows: %w", err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for i, row := range rows {
		key := row.Key
		binary.BigEndian.PutUint64(key[len(key)-8:], uint64(i)) // #nosec G115 -- not negative
		_, _ = w.Write(key[:])
		_, _ = w.Write(row.Frame)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("bench: rows: %w", err)
	}
	return f.Close()
}
