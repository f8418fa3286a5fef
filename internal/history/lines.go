package history

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// MaxLineBytes bounds one line of a file, and with it the memory of a source.
const MaxLineBytes = 1 << 20

// decompress returns the content of r, unpacked when it is gzip, which is told
// by its first bytes and not by a file's name.
func decompress(r io.Reader) (*bufio.Reader, error) {
	plain := bufio.NewReader(r)
	magic, err := plain.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("history: read: %w", err)
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return plain, nil
	}
	unpacked, err := gzip.NewReader(plain)
	if err != nil {
		return nil, fmt.Errorf("history: read gzip: %w", err)
	}
	return bufio.NewReader(unpacked), nil
}

// lines yields the lines of a file one by one.
type lines struct {
	in     *bufio.Reader
	number int
	buffer []byte
}

// byLine opens a format whose lines are taken apart one by one.
func byLine(parse func(line []byte) (draft, *Rejection)) opener {
	return func(in *bufio.Reader, _ Options) (splitter, parser, error) {
		return &lines{in: in}, func(i item) ([]draft, *Rejection) {
			d, rejection := parse(i.data)
			return []draft{d}, rejection
		}, nil
	}
}

// next returns the next line that is not blank, without its end. A line over
// MaxLineBytes is read to its end and reported as too long, so that the lines
// behind it are not lost.
func (l *lines) next() (item, error) {
	for {
		line, tooLong, err := l.read()
		if err != nil || tooLong || len(bytes.TrimSpace(line)) > 0 {
			return item{data: line, line: l.number, tooLong: tooLong}, err
		}
	}
}

// stop implements splitter.
func (l *lines) stop() {}

func (l *lines) read() (line []byte, tooLong bool, err error) {
	l.buffer = l.buffer[:0]
	l.number++
	for {
		part, err := l.in.ReadSlice('\n')
		if !tooLong {
			l.buffer = append(l.buffer, part...)
			tooLong = len(l.buffer) > MaxLineBytes
		}
		switch {
		case err == nil:
			return bytes.TrimRight(l.buffer, "\r\n"), tooLong, nil
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(l.buffer) > 0:
			return bytes.TrimRight(l.buffer, "\r\n"), tooLong, nil
		case errors.Is(err, io.EOF):
			return nil, false, io.EOF
		default:
			return nil, false, fmt.Errorf("history: read line %d: %w", l.number, err)
		}
	}
}
