package cli

import (
	"errors"
	"os"

	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/confidential/directory"
	"github.com/pcc-platform/pcc/internal/confidential/sealer"
)

// newSealer seals as the profile's member with the key in a file, which it makes if there is none.
func newSealer(profile client.Profile, keyFile string) (*sealer.Sealer, func(), error) {
	key, err := sealer.LoadKey(keyFile)
	if errors.Is(err, os.ErrNotExist) {
		key, err = sealer.CreateKey(keyFile)
	}
	if err != nil {
		return nil, nil, err
	}
	d := &dialer{}
	conn, err := d.dial(profile, "access")
	if err != nil {
		return nil, nil, err
	}
	return sealer.New(key, directory.New(conn), nil), d.close, nil
}
