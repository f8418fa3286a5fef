package model

import (
	"crypto/sha256"
	"strconv"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

const epochFormat = "pcc-epoch/v2"

// Limits of an epoch record.
const (
	MaxStreams         = 1024      // streams in one epoch
	MaxStreamNameBytes = 128       // bytes of one stream's name
	MaxEpochBytes      = 256 << 10 // bytes of a canonical epoch; above what MaxStreams can reach
)

// EpochRecord states the size and root of every journal stream at one moment, and
// the root of the map that gives every list of entries its head. Records form a
// chain: each names the hash of the one before it.
type EpochRecord struct {
	Number        uint64             // 1 for the first epoch, then without gaps
	PreviousHash  Hash               // hash of epoch Number-1; zero for the first
	TimeUnixMilli int64              // when the checkpoints were taken, milliseconds since 1970 UTC; positive
	MapRoot       Hash               // root of the map over all entries of the streams; EmptyMapRoot if it has no keys
	MapKeys       uint64             // keys of the map: lists that have entries
	Streams       []StreamCheckpoint // sorted by Stream in byte order, names unique, at most MaxStreams
}

// StreamCheckpoint is the head of one append-only stream.
type StreamCheckpoint struct {
	Stream string // such as "ingest/oem": a-z, 0-9, '/' and '-', at most MaxStreamNameBytes
	Size   uint64 // entries
	Root   Hash   // RFC 6962 Merkle root over the Size entries
}

// EmptyMapRoot is the root of the map without keys: SHA-256 of the byte 0x02.
func EmptyMapRoot() Hash { return sha256.Sum256([]byte{0x02}) }

// Canonical returns the one encoding of r:
//
//	pcc-epoch/v2
//	<number>
//	<previous hash, base64>
//	<time, milliseconds>
//	<map root, base64>
//	<map keys>
//	<stream> <size> <root, base64>     (one line a stream)
//
// It returns a MALFORMED_RECORD error if r breaks a rule of its own.
func (r EpochRecord) Canonical() ([]byte, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	return r.encode(), nil
}

// Hash returns the SHA-256 of r's canonical bytes, or the error of Canonical.
func (r EpochRecord) Hash() (Hash, error) {
	canonical, err := r.Canonical()
	if err != nil {
		return Hash{}, err
	}
	return sha256.Sum256(canonical), nil
}

// Checkpoint returns the checkpoint of the named stream and whether r has it.
func (r EpochRecord) Checkpoint(stream string) (StreamCheckpoint, bool) {
	i, found := r.find(stream)
	if !found {
		return StreamCheckpoint{}, false
	}
	return r.Streams[i], true
}

// ParseEpoch decodes canonical text. Any other text, even one that differs in a
// single byte of form, is a MALFORMED_RECORD.
func ParseEpoch(text []byte) (EpochRecord, error) {
	if len(text) > MaxEpochBytes {
		return EpochRecord{}, Errorf(ReasonMalformed, "epoch of %d bytes, at most %d are allowed", len(text), MaxEpochBytes)
	}
	l := canonical.Read(text)
	l.Literal(epochFormat)
	r := EpochRecord{Number: l.Uint("number"), PreviousHash: l.Digest("previous hash")}
	r.TimeUnixMilli = l.Int("time")
	r.MapRoot, r.MapKeys = l.Digest("map root"), l.Uint("map keys")
	for l.More() && len(r.Streams) <= MaxStreams {
		r.Streams = append(r.Streams, readStream(l))
	}
	if err := l.Err(); err != nil {
		return EpochRecord{}, Errorf(ReasonMalformed, "%v", err)
	}
	if err := r.validate(); err != nil {
		return EpochRecord{}, err
	}
	if string(r.encode()) != string(text) {
		return EpochRecord{}, Errorf(ReasonMalformed, "epoch %d is not in canonical form", r.Number)
	}
	return r, nil
}

func readStream(l *canonical.Lines) StreamCheckpoint {
	fields := l.Fields("stream line", 3)
	return StreamCheckpoint{Stream: fields[0], Size: l.ParseUint("stream size", fields[1]), Root: l.ParseDigest("stream root", fields[2])}
}

func (r EpochRecord) encode() []byte {
	var b strings.Builder
	b.WriteString(epochFormat + "\n")
	b.WriteString(strconv.FormatUint(r.Number, 10) + "\n")
	b.WriteString(r.PreviousHash.base64() + "\n")
	b.WriteString(strconv.FormatInt(r.TimeUnixMilli, 10) + "\n")
	b.WriteString(r.MapRoot.base64() + "\n")
	b.WriteString(strconv.FormatUint(r.MapKeys, 10) + "\n")
	for _, s := range r.Streams {
		b.WriteString(s.Stream + " " + strconv.FormatUint(s.Size, 10) + " " + s.Root.base64() + "\n")
	}
	return []byte(b.String())
}

// validate checks what can be judged without the previous epoch.
func (r EpochRecord) validate() error {
	switch {
	case r.Number == 0:
		return Errorf(ReasonMalformed, "epochs are numbered from 1")
	case (r.Number == 1) != r.PreviousHash.IsZero():
		return Errorf(ReasonMalformed, "epoch %d: the previous hash is zero in the first epoch and in no other", r.Number)
	case r.TimeUnixMilli <= 0:
		return Errorf(ReasonMalformed, "epoch %d: time is not positive", r.Number)
	case (r.MapKeys == 0) != (r.MapRoot == EmptyMapRoot()):
		return Errorf(ReasonMalformed, "epoch %d: the map has no keys if its root is that of the empty map, and not else", r.Number)
	case len(r.Streams) > MaxStreams:
		return Errorf(ReasonMalformed, "epoch %d: %d streams, at most %d are allowed", r.Number, len(r.Streams), MaxStreams)
	}
	for i, s := range r.Streams {
		if !canonical.IsName(s.Stream, MaxStreamNameBytes, isStreamByte) {
			return Errorf(ReasonMalformed, "epoch %d: stream %d has a malformed name", r.Number, i)
		}
		if i > 0 && r.Streams[i-1].Stream >= s.Stream {
			return Errorf(ReasonMalformed, "epoch %d: streams are not sorted and unique at %d", r.Number, i)
		}
	}
	return nil
}

func (r EpochRecord) time() time.Time { return time.UnixMilli(r.TimeUnixMilli) }

func isStreamByte(c byte) bool { return canonical.IsIDByte(c) || c == '/' }
