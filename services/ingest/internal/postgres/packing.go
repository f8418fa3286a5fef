package postgres

import (
	"encoding/binary"
	"slices"

	"github.com/google/uuid"
)

const idBytes = len(uuid.UUID{})

// packer writes values one after the other. A text is written once: when it comes again, its number among the texts is.
type packer struct {
	data  []byte
	texts []string
}

func (p *packer) number(n int64) { p.data = binary.AppendVarint(p.data, n) }

func (p *packer) id(key string) { p.data = append(p.data, key...) }

func (p *packer) text(s string) {
	n := slices.Index(p.texts, s)
	if n >= 0 {
		p.number(int64(n))
		return
	}
	p.number(int64(len(p.texts)))
	p.texts = append(p.texts, s)
	p.raw(s)
}

// raw writes a text that hardly comes again.
func (p *packer) raw(s string) {
	p.number(int64(len(s)))
	p.data = append(p.data, s...)
}

// unpacker reads what a packer wrote. Once something is missing it reads nothing but zeros.
type unpacker struct {
	data   string
	texts  []string
	failed bool
}

func (u *unpacker) fail() {
	u.data, u.failed = "", true
}

func (u *unpacker) number() int64 {
	var n uint64
	for i := range min(len(u.data), binary.MaxVarintLen64) {
		n |= uint64(u.data[i]&0x7f) << (7 * i)
		if u.data[i] < 0x80 {
			u.data = u.data[i+1:]
			return int64(n>>1) ^ -int64(n&1) //nolint:gosec // the other half of the zig-zag
		}
	}
	u.fail()
	return 0
}

// bytes reads so many of them.
func (u *unpacker) bytes(n int) string {
	if n < 0 || n > len(u.data) {
		u.fail()
		return ""
	}
	s := u.data[:n]
	u.data = u.data[n:]
	return s
}

func (u *unpacker) id() string { return u.bytes(idBytes) }

func (u *unpacker) raw() string { return u.bytes(int(u.number())) }

func (u *unpacker) text() string {
	n := int(u.number())
	if n == len(u.texts) {
		u.texts = append(u.texts, u.raw())
	}
	if n < 0 || n >= len(u.texts) {
		u.fail()
		return ""
	}
	return u.texts[n]
}

// count reads how many values of at least so many bytes follow.
func (u *unpacker) count(least int) int {
	n := u.number()
	if n < 0 || n > int64(len(u.data)/least) {
		u.fail()
		return 0
	}
	return int(n)
}
