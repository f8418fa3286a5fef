package cli

import (
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/importer"
)

// dialer opens connections of profiles and closes them together.
type dialer struct{ open []*grpc.ClientConn }

func (d *dialer) dial(p client.Profile, service string) (*grpc.ClientConn, error) {
	conn, err := p.Dial(service)
	if err == nil {
		d.open = append(d.open, conn)
	}
	return conn, err
}

func (d *dialer) close() {
	for _, c := range d.open {
		_ = c.Close()
	}
}

// newImportRun connects an import: vehicles are enrolled by maker, inspections are sent by inspector, all else by maker.
func newImportRun(maker, inspector client.Profile) (_ *importer.Import, closeAll func(), err error) {
	d := &dialer{}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	run := &importer.Import{}
	if run.Vault, err = d.dial(maker, "vault"); err != nil {
		return nil, nil, err
	}
	if run.Registry, err = d.dial(maker, "registry"); err != nil {
		return nil, nil, err
	}
	ingest, err := d.dial(maker, "ingest")
	if err != nil {
		return nil, nil, err
	}
	run.Others = importer.NewSender(ingest, maker.Member)
	run.Inspections = run.Others
	if inspector.Member != maker.Member {
		if ingest, err = d.dial(inspector, "ingest"); err != nil {
			return nil, nil, err
		}
		run.Inspections = importer.NewSender(ingest, inspector.Member)
	}
	return run, d.close, nil
}
