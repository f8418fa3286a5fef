package caller

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// grpcHeader is what precedes a message: a flag and its length.
const grpcHeader = 5

// Half sends the first half of a message of so many bytes to a streaming method of a service over HTTP/2, as a client does
// that is cut off or means ill, and then nothing until ctx ends or the server has enough. It returns once the half is
// handed over.
func (a *Caller) Half(ctx context.Context, t testing.TB, address, method string, size int) {
	t.Helper()
	body, out := io.Pipe()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+address+method, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/grpc")
	req.Header.Set("Te", "trailers")
	go func() {
		resp, err := a.REST.http.Transport.RoundTrip(req) // the client's timeout is not for streams
		if err == nil {
			_ = resp.Body.Close()
		}
		_ = body.CloseWithError(fmt.Errorf("caller: the server has ended the call: %w", ctx.Err()))
	}()
	half := append(make([]byte, grpcHeader), bytes.Repeat([]byte{0}, size/2)...)
	binary.BigEndian.PutUint32(half[1:], uint32(size))
	if _, err := out.Write(half); err != nil && ctx.Err() == nil {
		t.Errorf("half a message: %v", err)
	}
}
