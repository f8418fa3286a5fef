package history

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"time"
)

// EventID returns an id for the event of this reading: the same for the same
// row on every import, different for every row of a vehicle, equal rows
// included. scope names the vehicle on the platform and has to be random, such
// as a passport's name: with a VIN in its place, the id would let anybody confirm a
// guess of the VIN.
//
// The position in the file is not part of the id, so a longer edition of the
// same file adds its new rows only.
func (r Reading) EventID(scope string) string {
	digest := sha256.New()
	for _, field := range []string{
		"pcc/history/reading/v1", scope,
		r.Time.UTC().Format(time.RFC3339), string(r.Precision),
		r.RawValue, string(r.Unit),
		string(r.Kind), string(r.Nature), string(r.Result), r.Centre,
		strconv.Itoa(r.Occurrence),
	} {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(field)))
		digest.Write(length[:])
		digest.Write([]byte(field))
	}
	const idBytes = 16
	return hex.EncodeToString(digest.Sum(nil)[:idBytes])
}

// countEqual numbers the rows of one vehicle that are equal but for their place.
func countEqual(readings []Reading) {
	seen := make(map[Reading]int, len(readings))
	for i := range readings {
		key := readings[i]
		key.Line, key.Row, key.Occurrence = 0, 0, 0
		readings[i].Occurrence = seen[key]
		seen[key]++
	}
}
