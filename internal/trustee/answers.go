package trustee

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/opening"
)

// maxPruned bounds the answers that are deleted at a time.
const maxPruned = 1000

// answered returns the answer that a question got before, nil if none.
func (s *Store) answered(request, question model.Hash) (answer *opening.Answer, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		if raw := bytes.Clone(tx.Bucket([]byte(bucketAnswers)).Get(append(request[:], question[:]...))); len(raw) > 8+ed25519.SignatureSize {
			sealed := raw[8+ed25519.SignatureSize:]
			answer = &opening.Answer{Signature: raw[8 : 8+ed25519.SignatureSize], Sealed: sealed}
		}
		return nil
	})
	return answer, err
}

// keepAnswer counts an answer, keeps it until the request expires, and queues its hash for the ledger, all in one. It is
// ErrAnswersExhausted if the request permits no more.
func (s *Store) keepAnswer(request access.ReadRequest, id, question model.Hash, answer opening.Answer) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		counts := tx.Bucket([]byte(bucketCounts))
		given := number(counts.Get(id[:]))
		if given >= request.MaxAnswers {
			return ErrAnswersExhausted
		}
		if err := counts.Put(id[:], encodeNumber(given+1)); err != nil {
			return err
		}
		value := append(encodeNumber(uint64(request.ExpiryUnixMilli)), answer.Signature...)
		if err := tx.Bucket([]byte(bucketAnswers)).Put(append(id[:], question[:]...), append(value, answer.Sealed...)); err != nil {
			return err
		}
		sum := answer.Hash()
		return tx.Bucket([]byte(bucketQueue)).Put(append(id[:], sum[:]...), []byte{})
	})
}

// queued returns at most as many answers to be recorded as go into one transaction, in order.
func (s *Store) queued() (lines []access.Answer, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		c := tx.Bucket([]byte(bucketQueue)).Cursor()
		for k, _ := c.First(); k != nil && len(lines) < access.MaxAnswerLines; k, _ = c.Next() {
			lines = append(lines, access.Answer{Request: model.Hash(k), SHA256: model.Hash(k[len(model.Hash{}):])})
		}
		return nil
	})
	return lines, err
}

// recorded takes answers out of the queue.
func (s *Store) recorded(lines []access.Answer) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		for _, l := range lines {
			if err := tx.Bucket([]byte(bucketQueue)).Delete(append(l.Request[:], l.SHA256[:]...)); err != nil {
				return err
			}
		}
		return nil
	})
}

// prune deletes answers to requests that have expired. Counts stay: they are small, and an id is never used again.
func (s *Store) prune(now time.Time) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		c := tx.Bucket([]byte(bucketAnswers)).Cursor()
		var old [][]byte
		for k, v := c.First(); k != nil && len(old) < maxPruned; k, v = c.Next() {
			if number(v[:8]) <= uint64(now.UnixMilli()) {
				old = append(old, bytes.Clone(k))
			}
		}
		for _, k := range old {
			if err := tx.Bucket([]byte(bucketAnswers)).Delete(k); err != nil {
				return err
			}
		}
		return nil
	})
}

// spend records that elements are evaluated for a member on a day, or is ErrTagQuota.
func (s *Store) spend(day time.Time, member string, elements, quota uint64) error {
	key := []byte(day.UTC().Format(time.DateOnly) + " " + member)
	return s.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte(bucketTags))
		used := number(b.Get(key))
		if used+elements > quota {
			return ErrTagQuota
		}
		return b.Put(key, encodeNumber(used+elements))
	})
}

// evaluated returns how many elements were evaluated for a member on a day.
func (s *Store) evaluated(day time.Time, member string) (n uint64, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		n = number(tx.Bucket([]byte(bucketTags)).Get([]byte(day.UTC().Format(time.DateOnly) + " " + member)))
		return nil
	})
	return n, err
}

func encodeNumber(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func number(raw []byte) uint64 {
	if len(raw) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(raw)
}
