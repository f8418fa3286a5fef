package daemon

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/quorum"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

const origin = "pcc.example/log/index"

// shown is what a platform shows one member.
type shown struct{ *witnesstest.Platform }

// Close does nothing: a platform outlives those who read it.
func (shown) Close() error { return nil }

// member is a member's witness, on a real port, that can be stopped and started.
type member struct {
	t    *testing.T
	name string
	cfg  Config
	key  string

	daemon *daemon
	stop   func() error
}

// newMember makes the folder of a witness of a log, and a port for it.
func newMember(t *testing.T, name, logKey string) *member {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &member{t: t, name: name, cfg: Config{Folder: t.TempDir(), Listen: listener.Addr().String(), LogKey: logKey, ProfileFile: "-"}}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if m.key, err = checkpoint.CreateWitnessKey(m.cfg.KeyFile(), "witness."+name+".example"); err != nil {
		t.Fatal(err)
	}
	return m
}

// start runs the witness on what a platform shows it, until stop or the end of the test.
func (m *member) start(p *witnesstest.Platform) {
	m.t.Helper()
	var err error
	if m.daemon, err = build(m.t.Context(), m.cfg, shown{p}, slog.New(slog.DiscardHandler)); err != nil {
		m.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.daemon.Run(ctx) }()
	m.stop = func() error {
		m.stop = func() error { return nil }
		cancel()
		return <-done
	}
	m.t.Cleanup(func() {
		if err := m.stop(); err != nil {
			m.t.Error(err)
		}
	})
}

// halt stops the witness as SIGTERM does.
func (m *member) halt() {
	m.t.Helper()
	if err := m.stop(); err != nil {
		m.t.Fatal(err)
	}
}

// ask asks the witnesses of some members to cosign the newest epoch of a platform.
func ask(t *testing.T, p *witnesstest.Platform, need int, members ...*member) (quorum.Collected, error) {
	t.Helper()
	opts := quorum.Options{Log: p.Known(), Need: need, Linger: time.Minute, HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	for _, m := range members {
		opts.Witnesses = append(opts.Witnesses, quorum.Witness{Name: m.name, URL: m.cfg.URL(), Key: m.key})
	}
	q, err := quorum.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return q.Collect(t.Context(), p.Checkpoint(p.Size()), p.Prove)
}

// grow journals events of several lists in several streams, and cuts epochs.
func grow(p *witnesstest.Platform, epochs int) {
	for i := range epochs {
		p.Journal("ingest/oem", 1+i%3)
		p.Journal("ingest/garage", 1+i%2)
		p.Journal("keys/oem", 0)
		p.Cut(time.Now())
	}
}

// cosigned is the number of the last epoch that a witness says it has cosigned.
func (m *member) cosigned() uint64 {
	m.t.Helper()
	logs, err := Status(m.t.Context(), m.cfg.URL(), http.DefaultClient)
	if err != nil || len(logs) != 1 {
		m.t.Fatalf("%d logs, %v", len(logs), err)
	}
	return logs[0].Size
}
