package journalclient_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	"github.com/pcc-platform/pcc/services/anchor/internal/journalclient"
)

// reader is a service that answers one call with these messages.
type reader struct {
	grpc.ClientConnInterface
	answers [][]byte
	end     error
}

// NewStream implements grpc.ClientConnInterface.
func (r *reader) NewStream(ctx context.Context, _ *grpc.StreamDesc, _ string, _ ...grpc.CallOption) (grpc.ClientStream, error) {
	return &call{ctx: ctx, r: r}, nil
}

type call struct {
	grpc.ClientStream
	ctx context.Context
	r   *reader
}

func (c *call) SendMsg(any) error { return nil }
func (c *call) CloseSend() error  { return nil }

func (c *call) RecvMsg(m any) error {
	if len(c.r.answers) == 0 {
		return c.r.end
	}
	m.(*journalv1.ReadEntriesResponse).Entries, c.r.answers = c.r.answers[0], c.r.answers[1:]
	return c.ctx.Err()
}

func TestEntriesAreReadFromWhoKeepsTheStream(t *testing.T) {
	encoded := bytes.Join([][]byte{bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32), bytes.Repeat([]byte{3}, 32), bytes.Repeat([]byte{4}, 32)}, nil)
	part := epoch.Range{Stream: "keys/oem", First: 7, End: 10}
	read := func(r *reader, service string) (all []proof.Entry, err error) {
		for some, err := range journalclient.New(map[string]grpc.ClientConnInterface{service: r}).Entries(t.Context(), part) {
			if err != nil {
				return all, err
			}
			all = append(all, some...)
		}
		return all, nil
	}
	all, err := read(&reader{answers: [][]byte{encoded, encoded[:64]}, end: io.EOF}, "ingest")
	if err != nil || len(all) != 3 || all[1] != (proof.Entry{Key: proof.Key(encoded[64:96]), Commitment: proof.Hash(encoded[96:])}) || all[2] != all[0] {
		t.Errorf("read %v, %v", all, err)
	}
	down := errors.New("down")
	if some, err := read(&reader{answers: [][]byte{encoded}, end: down}, "ingest"); !errors.Is(err, down) || len(some) != 2 {
		t.Errorf("read %v, %v; want the error after what came before it", some, err)
	}
	if _, err := read(&reader{answers: [][]byte{encoded[1:]}, end: io.EOF}, "ingest"); err == nil {
		t.Error("half an entry was read")
	}
	if _, err := read(&reader{end: io.EOF}, "registry"); err == nil {
		t.Error("a stream was read that nobody asked for keeps")
	}
}
