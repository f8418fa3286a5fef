package model

import (
	"crypto/sha256"
	"encoding/binary"
)

// IndexLeafType names the encoding of a leaf of the index log.
const IndexLeafType = "pcc-epoch"

const (
	frameVersion = 1 // first byte of a framed leaf
	entryVersion = 2 // first byte of an entry
	saltBytes    = 16
	listKeyBytes = 32

	prefixLeaf = 0x00 // RFC 6962
	prefixNode = 0x01
)

// IndexLeaf returns the leaf hash of r in the index log, at position Number-1, or
// the error of Canonical. It is that of a journal's leaf which is in no list, and
// whose salt is zero because a record has nothing to hide:
//
//	frame = 0x01 || length of type (2) || "pcc-epoch" || zeros (16) || length of text (4) || canonical text
//	leaf  = SHA-256(0x00 || 0x02 || zeros (32) || SHA-256(frame))
func (r EpochRecord) IndexLeaf() (Hash, error) {
	text, err := r.Canonical()
	if err != nil {
		return Hash{}, err
	}
	frame := binary.BigEndian.AppendUint16([]byte{frameVersion}, uint16(len(IndexLeafType)))
	frame = append(append(frame, IndexLeafType...), make([]byte, saltBytes)...)
	frame = binary.BigEndian.AppendUint32(frame, uint32(len(text))) // #nosec G115 -- at most MaxEpochBytes
	commitment := sha256.Sum256(append(frame, text...))
	entry := append([]byte{prefixLeaf, entryVersion}, make([]byte, listKeyBytes)...)
	return sha256.Sum256(append(entry, commitment[:]...)), nil
}

func nodeHash(left, right Hash) Hash {
	return sha256.Sum256(append(append([]byte{prefixNode}, left[:]...), right[:]...))
}
