package sealing

import (
	"bytes"
	"context"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/keyset"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"

	"github.com/pcc-platform/pcc/services/vault/internal/keyfile"
)

// create makes a keyset of one key in a new file. purpose is bound to the wrapping: a keyset in another's place is refused.
func create(ctx context.Context, path, purpose string, template *tinkpb.KeyTemplate, w KeyWrapper) error {
	handle, err := keyset.NewHandle(template)
	if err != nil {
		return fmt.Errorf("sealing: generate the %s: %w", purpose, err)
	}
	var wrapped bytes.Buffer
	if err := handle.WriteWithContext(ctx, keyset.NewBinaryWriter(&wrapped), w, []byte(purpose)); err != nil {
		return fmt.Errorf("sealing: wrap the %s: %w", purpose, err)
	}
	return keyfile.Create(path, wrapped.Bytes())
}

func open(ctx context.Context, path, purpose string, w KeyWrapper) (*keyset.Handle, error) {
	wrapped, err := keyfile.Read(path)
	if err != nil {
		return nil, err
	}
	handle, err := keyset.ReadWithContext(ctx, keyset.NewBinaryReader(bytes.NewReader(wrapped)), w, []byte(purpose))
	if err != nil {
		return nil, fmt.Errorf("sealing: unwrap the %s in %s: %w", purpose, path, err)
	}
	return handle, nil
}
