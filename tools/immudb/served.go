package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/codenotary/immudb/embedded/store"
	"github.com/codenotary/immudb/pkg/api/schema"
	"github.com/codenotary/immudb/pkg/client"
	"github.com/codenotary/immudb/pkg/database"
	"github.com/codenotary/immudb/pkg/server"
)

const (
	user, secret, databaseName = "immudb", "immudb", "defaultdb"
	startTimeout               = 30 * time.Second
	maxMessage                 = 64 << 20
)

// serve runs the server until ctx ends.
func serve(ctx context.Context, o options) error {
	host, port, err := address(o.serve)
	if err != nil {
		return err
	}
	opts := server.DefaultOptions().WithDir(o.dir).WithAddress(host).WithPort(port).WithMetricsServer(false).WithWebServer(false).
		WithPgsqlServer(false).WithLogfile(filepath.Join(o.dir, "server.log")).WithMaxRecvMsgSize(maxMessage)
	s := server.DefaultServer().WithOptions(opts).(*server.ImmuServer)
	if err := s.Initialize(); err != nil {
		return err
	}
	stopping := context.AfterFunc(ctx, func() { _ = s.Stop() })
	defer stopping()
	return s.Start()
}

func address(text string) (host string, port int, err error) {
	host, number, err := net.SplitHostPort(text)
	if err != nil {
		return "", 0, err
	}
	port, err = strconv.Atoi(number)
	return host, port, err
}

func measureServer(ctx context.Context, o options, rows []row, workers int) error {
	dir, err := os.MkdirTemp(o.dir, "server-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	listen, pid, stop, err := startServer(ctx, dir)
	if err != nil {
		return err
	}
	defer stop()
	clients := make([]client.ImmuClient, workers)
	for i := range clients {
		if clients[i], err = dial(ctx, listen, filepath.Join(dir, fmt.Sprint("client-", i))); err != nil {
			return err
		}
		defer clients[i].CloseSession(context.WithoutCancel(ctx))
	}
	states := make([]*schema.ImmutableState, workers)
	err = timed("server", "write", len(rows), workers, pid, func() error {
		return share(rows, o.batch, workers, func(worker int, rows []row) (err error) {
			states[worker], err = verifiedSet(ctx, clients[worker], states[worker], rows)
			return err
		})
	})
	if err != nil {
		return err
	}
	return timed("server", "read", o.reads, workers, pid, func() error {
		return draw(rows, o.reads, workers, func(worker int, r row) error {
			entry, err := clients[worker].VerifiedGet(ctx, r.key)
			if err == nil && !bytes.Equal(entry.Value, r.value) {
				err = store.ErrCorruptedData
			}
			return err
		})
	})
}

func startServer(ctx context.Context, dir string) (listen string, pid int, stop func(), err error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", 0, nil, err
	}
	listen = free.Addr().String()
	if err := free.Close(); err != nil {
		return "", 0, nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return "", 0, nil, err
	}
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		return "", 0, nil, err
	}
	c := exec.CommandContext(ctx, program, "-serve", listen, "-dir", data)
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		return "", 0, nil, err
	}
	stop = func() { _ = c.Process.Kill(); _ = c.Wait() }
	deadline := time.Now().Add(startTimeout)
	for {
		conn, err := net.Dial("tcp", listen)
		if err == nil {
			return listen, c.Process.Pid, stop, conn.Close()
		}
		if time.Now().After(deadline) {
			stop()
			return "", 0, nil, fmt.Errorf("the server does not listen: %w", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func dial(ctx context.Context, listen, dir string) (client.ImmuClient, error) {
	host, port, err := address(listen)
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	c := client.NewClient().WithOptions(client.DefaultOptions().WithAddress(host).WithPort(port).WithDir(dir).WithMaxRecvMsgSize(maxMessage))
	return c, c.OpenSession(ctx, []byte(user), []byte(secret), databaseName)
}

// verifiedSet is client.VerifiedSet for many rows: one transaction, every row's inclusion verified, and that the transaction
// continues the trusted state.
func verifiedSet(ctx context.Context, c client.ImmuClient, trusted *schema.ImmutableState, rows []row) (*schema.ImmutableState, error) {
	req := &schema.VerifiableSetRequest{SetRequest: &schema.SetRequest{}, ProveSinceTx: trusted.GetTxId()}
	for _, r := range rows {
		req.SetRequest.KVs = append(req.SetRequest.KVs, &schema.KeyValue{Key: r.key, Value: r.value})
	}
	answer, err := c.GetServiceClient().VerifiableSet(ctx, req)
	if err != nil {
		return nil, err
	}
	tx := schema.TxFromProto(answer.Tx)
	header := tx.Header()
	digest, err := store.EntrySpecDigestFor(header.Version)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		proof, err := tx.Proof(database.EncodeKey(r.key))
		if err != nil {
			return nil, err
		}
		if !store.VerifyInclusion(proof, digest(database.EncodeEntrySpec(r.key, nil, r.value)), header.Eh) {
			return nil, store.ErrCorruptedData
		}
	}
	alh := header.Alh()
	if header.Eh != schema.DigestFromProto(answer.DualProof.TargetTxHeader.EH) {
		return nil, store.ErrCorruptedData
	}
	if trusted.GetTxId() > 0 {
		proof, from := schema.DualProofFromProto(answer.DualProof), trusted.GetTxId()
		was := schema.DigestFromProto(trusted.GetTxHash())
		if err := schema.FillMissingLinearAdvanceProof(ctx, proof, from, header.ID, c.GetServiceClient()); err != nil {
			return nil, err
		}
		if !store.VerifyDualProof(proof, from, header.ID, was, alh) {
			return nil, store.ErrCorruptedData
		}
	}
	return &schema.ImmutableState{Db: databaseName, TxId: header.ID, TxHash: append([]byte(nil), alh[:sha256.Size]...)}, nil
}
