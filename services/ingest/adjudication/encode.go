package adjudication

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// stateVersion is the first byte of an encoded State. It changes with the encoding and with what a State keeps.
const stateVersion = 1

var errTruncated = errors.New("truncated")

// MarshalBinary encodes the State; equal States have equal encodings. It never fails.
func (s *State) MarshalBinary() ([]byte, error) {
	b := []byte{stateVersion, byte(s.readings.level), byte(s.life.level), byte(s.use.level)}
	b = binary.AppendUvarint(b, uint64(len(s.readings.items)))
	for _, r := range s.readings.items {
		b = appendReading(b, r)
	}
	for _, l := range []*ladder[Signal]{&s.life, &s.use} {
		b = binary.AppendUvarint(b, uint64(len(l.items)))
		for _, signal := range l.items {
			b = appendSignal(b, signal)
		}
	}
	return b, nil
}

func appendReading(b []byte, r Reading) []byte {
	b = binary.AppendVarint(b, r.OccurredAt.UnixMicro())
	b = binary.AppendVarint(b, r.AcceptedAt.UnixMicro()-r.OccurredAt.UnixMicro())
	b = binary.AppendVarint(b, r.Metres)
	b = binary.AppendUvarint(b, uint64(r.Assurance)) //nolint:gosec // 0 to 1000
	b = append(b, byte(r.RawUnit), byte(r.Provenance), byte(r.Kind))
	b = appendString(b, r.EventID)
	b = appendString(b, r.Source)
	return appendString(b, r.RawValue)
}

func appendSignal(b []byte, s Signal) []byte {
	b = binary.AppendVarint(b, s.OccurredAt.UnixMicro())
	b = binary.AppendVarint(b, s.Since.UnixMicro())
	for _, v := range []int64{s.Amount, s.Removed, s.Installed} {
		b = binary.AppendVarint(b, v)
	}
	b = append(b, byte(s.Kind), byte(s.Unit), flag(s.Complete), flag(s.ValuesKnown))
	b = appendString(b, s.EventID)
	return appendString(b, s.Source)
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func flag(set bool) byte {
	if set {
		return 1
	}
	return 0
}

// UnmarshalBinary decodes a State. An encoding of another version, or one that is damaged, is an error; then the State is
// to be built anew from the vehicle's events.
func (s *State) UnmarshalBinary(b []byte) error {
	if len(b) == 0 || b[0] != stateVersion {
		return fmt.Errorf("odometer state: not of version %d", stateVersion)
	}
	d := decoder{rest: b[1:]}
	var decoded State
	for _, level := range []*int{&decoded.readings.level, &decoded.life.level, &decoded.use.level} {
		if *level = int(d.byte()); *level > maxLevel {
			d.err = errors.New("no such level")
		}
	}
	decoded.readings.add(readingRules(), decodeItems(&d, MaxReadings, decodeReading)...)
	decoded.life.add(signalRules(), decodeItems(&d, MaxSignals, decodeSignal)...)
	decoded.use.add(signalRules(), decodeItems(&d, MaxSignals, decodeSignal)...)
	if d.err == nil && len(d.rest) > 0 {
		d.err = errors.New("bytes left over")
	}
	if d.err != nil {
		return fmt.Errorf("odometer state: %w", d.err)
	}
	*s = decoded
	return nil
}

// decoder reads what is left of an encoding; after an error it reads zeros.
type decoder struct {
	rest []byte
	err  error
}

func decodeItems[T any](d *decoder, most uint64, decode func(*decoder) T) []T {
	n := d.uvarint()
	if n > most {
		d.err = errors.New("too many items")
	}
	var items []T
	for i := uint64(0); i < n && d.err == nil; i++ {
		items = append(items, decode(d))
	}
	return items
}

func decodeReading(d *decoder) Reading {
	occurred := d.varint()
	r := Reading{
		OccurredAt: micro(occurred), AcceptedAt: micro(occurred + d.varint()), Metres: d.varint(), Assurance: int(min(d.uvarint(), maxAssurance)), //nolint:gosec // at most 1000
		RawUnit: Unit(d.byte()), Provenance: Provenance(d.byte()), Kind: Kind(d.byte()),
		EventID: d.string(), Source: d.string(), RawValue: d.string(),
	}
	return r.canonical()
}

func decodeSignal(d *decoder) Signal {
	return Signal{
		OccurredAt: micro(d.varint()), Since: micro(d.varint()),
		Amount: d.varint(), Removed: d.varint(), Installed: d.varint(),
		Kind: SignalKind(d.byte()), Unit: Unit(d.byte()), Complete: d.byte() == 1, ValuesKnown: d.byte() == 1,
		EventID: d.string(), Source: d.string(),
	}.canonical()
}

func micro(t int64) time.Time { return time.UnixMicro(t).UTC() }

func (d *decoder) take(n int) []byte {
	if d.err != nil || n > len(d.rest) {
		d.err = errors.Join(d.err, errTruncated)
		return nil
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.err = errors.Join(d.err, errTruncated)
		return 0
	}
	d.take(n)
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.rest)
	if n <= 0 {
		d.err = errors.Join(d.err, errTruncated)
		return 0
	}
	d.take(n)
	return v
}

func (d *decoder) string() string {
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		d.err = errors.Join(d.err, errTruncated)
		return ""
	}
	return string(d.take(int(n))) //nolint:gosec // at most the length of a slice
}
