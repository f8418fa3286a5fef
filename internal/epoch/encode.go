package epoch

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/headmap"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

const encodingVersion = 1

// Bytes encodes the index and the streams, not the map, which is kept by its heads:
//
//	version (1 byte) | state of the index | number of streams (2) | for each stream: length of its name (1) | name | its state
//
// Integers are big endian; the state of a list is that of [proof.List].
func (s State) Bytes() []byte {
	b := append([]byte{encodingVersion}, s.Index.Bytes()...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(s.Streams)))
	for _, stream := range s.Streams {
		b = append(b, byte(len(stream.Name)))
		b = append(b, stream.Name...)
		b = append(b, stream.List.Bytes()...)
	}
	return b
}

// ParseState decodes a state and joins it with the map of its epoch. It accepts one encoding of each state. Whether it is
// the state after a record is for [Check] to say, with the state's [State.Content]. The error wraps [ErrInvalid].
func ParseState(encoded []byte, heads *headmap.Map) (State, error) {
	r := reader{rest: encoded}
	if version := r.take(1); r.err == nil && version[0] != encodingVersion {
		return State{}, fmt.Errorf("%w: a state of version %d", ErrInvalid, version[0])
	}
	s := State{Index: r.list(), Heads: heads}
	count := r.number(2)
	if count > model.MaxStreams {
		return State{}, fmt.Errorf("%w: a state of %d streams", ErrInvalid, count)
	}
	for i := 0; i < count && r.err == nil; i++ {
		stream := Stream{Name: string(r.take(r.number(1))), List: r.list()}
		if stream.Name == "" || i > 0 && s.Streams[i-1].Name >= stream.Name || len(stream.Name) > model.MaxStreamNameBytes {
			return State{}, fmt.Errorf("%w: stream %d of a state", ErrInvalid, i)
		}
		s.Streams = append(s.Streams, stream)
	}
	if r.err == nil && len(r.rest) > 0 {
		return State{}, fmt.Errorf("%w: %d bytes behind a state", ErrInvalid, len(r.rest))
	}
	return s, r.err
}

// reader takes an encoding apart and remembers the first failure.
type reader struct {
	rest []byte
	err  error
}

// take returns the next n bytes, zeros after a failure.
func (r *reader) take(n int) []byte {
	if r.err == nil && n > len(r.rest) {
		r.err = fmt.Errorf("%w: a state that ends early", ErrInvalid)
	}
	if r.err != nil {
		return make([]byte, n)
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

// number returns the next integer of up to 2 bytes.
func (r *reader) number(width int) int {
	n := 0
	for _, b := range r.take(width) {
		n = n<<8 | int(b)
	}
	return n
}

// list takes as many bytes as the list's count says that it has.
func (r *reader) list() proof.List {
	const countBytes = 8
	count := r.take(countBytes)
	blocks := r.take(bits.OnesCount64(binary.BigEndian.Uint64(count)) * len(proof.Hash{}))
	list, err := proof.ParseList(append(count[:len(count):len(count)], blocks...))
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return list
}
