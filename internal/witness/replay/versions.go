package replay

import (
	"encoding/binary"
	"fmt"
	"iter"

	"go.etcd.io/bbolt"

	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/headmap"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

// versions is what is stored under a key: its list, and the one before the last epoch that changed it.
type versions struct {
	epoch uint64 // the last that changed the list
	list  proof.List
	// before is the empty list if the epoch made it.
	before proof.List
}

// Bytes encodes versions:
//
//	epoch (8 bytes, big endian) | length of the list's state (2) | the list's state | the state before
func (v versions) bytes() []byte {
	list := v.list.Bytes()
	b := binary.BigEndian.AppendUint64(nil, v.epoch)
	b = binary.BigEndian.AppendUint16(b, uint16(len(list))) // #nosec G115 -- at most 48 hashes
	return append(append(b, list...), v.before.Bytes()...)
}

func parseVersions(b []byte) (v versions, err error) {
	const epochBytes, lengthBytes = 8, 2
	if len(b) < epochBytes+lengthBytes {
		return v, fmt.Errorf("%w: a list of %d bytes", ErrDamaged, len(b))
	}
	v.epoch = binary.BigEndian.Uint64(b)
	length, lists := int(binary.BigEndian.Uint16(b[epochBytes:])), b[epochBytes+lengthBytes:]
	if length > len(lists) {
		return v, fmt.Errorf("%w: a list that ends early", ErrDamaged)
	}
	if v.list, err = proof.ParseList(lists[:length]); err == nil {
		v.before, err = proof.ParseList(lists[length:])
	}
	if err != nil {
		return v, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return v, nil
}

// putLists writes lists that an epoch changed. Nothing of a later epoch is in the file.
func putLists(tx *bbolt.Tx, number uint64, lists []epoch.KeyedList) error {
	bucket := tx.Bucket(bucketLists)
	for _, l := range lists {
		next := versions{epoch: number, list: l.List}
		if stored := bucket.Get(l.Key[:]); stored != nil {
			v, err := parseVersions(stored)
			if err != nil {
				return err
			}
			next.before = v.list
		}
		if err := bucket.Put(l.Key[:], next.bytes()); err != nil {
			return err
		}
	}
	return nil
}

// heads builds the map after an epoch from its lists, and takes back first what is written of the one after it.
func (s *store) heads(number uint64) (*headmap.Map, error) {
	later := false
	heads, err := s.build(func(v versions) { later = later || v.epoch > number })
	if err != nil || !later {
		return heads, err
	}
	if err := s.takeBack(number); err != nil {
		return nil, err
	}
	return s.build(func(versions) {})
}

// build makes the map of all lists, and shows each to see.
func (s *store) build(see func(versions)) (heads *headmap.Map, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		heads, err = headmap.Build(entries(tx.Bucket(bucketLists), see))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%w: lists: %w", ErrDamaged, err)
	}
	return heads, nil
}

func entries(lists *bbolt.Bucket, see func(versions)) iter.Seq2[proof.Entry, error] {
	return func(yield func(proof.Entry, error) bool) {
		cursor := lists.Cursor()
		for key, stored := cursor.First(); key != nil; key, stored = cursor.Next() {
			v, err := parseVersions(stored)
			if err == nil && len(key) != len(proof.Key{}) {
				err = fmt.Errorf("%w: a key of %d bytes", ErrDamaged, len(key))
			}
			if err != nil {
				yield(proof.Entry{}, err)
				return
			}
			see(v)
			if !yield(proof.Entry{Key: proof.Key(key), Head: v.list.Head()}, nil) {
				return
			}
		}
	}
}

// takeBack makes the lists what they were after an epoch.
func (s *store) takeBack(number uint64) error {
	next := []byte{}
	for next != nil {
		err := s.update(stepLists, func(tx *bbolt.Tx) (err error) {
			next, err = takeBackSome(tx.Bucket(bucketLists), next, number)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// takeBackSome changes at most listsPerWrite lists, from a key on, and returns the key to go on with, or nil at the end.
func takeBackSome(bucket *bbolt.Bucket, from []byte, number uint64) (next []byte, err error) {
	var later []epoch.KeyedList
	cursor := bucket.Cursor()
	for key, stored := cursor.Seek(from); key != nil; key, stored = cursor.Next() {
		v, err := parseVersions(stored)
		if err != nil {
			return nil, err
		}
		if v.epoch <= number {
			continue
		}
		if len(later) == listsPerWrite {
			next = append(next, key...)
			break
		}
		later = append(later, epoch.KeyedList{Key: proof.Key(key), List: v.before})
	}
	for _, l := range later {
		if err := takeBackOne(bucket, l, number); err != nil {
			return nil, err
		}
	}
	return next, nil
}

// takeBackOne makes a list what it was before. What it was before that is not known any more, nor needed: nothing earlier
// than the epoch that counts is ever taken back.
func takeBackOne(bucket *bbolt.Bucket, before epoch.KeyedList, number uint64) error {
	if before.List.Count() == 0 {
		return bucket.Delete(before.Key[:])
	}
	v := versions{epoch: number, list: before.List}
	return bucket.Put(before.Key[:], v.bytes())
}
