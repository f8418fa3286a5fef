package e2e_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/monitor"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// testLogs follows the maker's stream as a stranger with the key that the operator shows, while the maker sends.
func testLogs(t *testing.T, w *world) {
	log := w.monitor(t, "ingest/oem")
	passport := w.newPassport(t, w.oem)
	w.journal(t, passport, "logs-a", 300)
	older, err := log.Newest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.journal(t, passport, "logs-b", 300)
	newer, err := log.Newest(t.Context())
	if err != nil || newer.N < older.N+300 {
		t.Fatalf("%d entries after %d, %v", newer.N, older.N, err)
	}
	if err := log.CheckExtends(t.Context(), older, newer); err != nil {
		t.Error(err)
	}
	list, err := w.oem.Ingest.ListEvents(t.Context(), &ingestv1.ListEventsRequest{Parent: passport, PageSize: 1000})
	if err != nil || len(list.GetEvents()) != 600 {
		t.Fatalf("%d events, %v", len(list.GetEvents()), err)
	}
	for i := 0; i < 600; i += 50 {
		at := list.GetEvents()[i].GetPosition()
		if err := log.CheckIncludes(t.Context(), newer, at.GetSequence(), tlog.Hash(at.GetLeafHash())); err != nil {
			t.Errorf("event %d: %v", i, err)
		}
		if log.CheckIncludes(t.Context(), newer, at.GetSequence(), tlog.RecordHash([]byte("another"))) == nil {
			t.Errorf("at %d the log has another leaf, too", i)
		}
	}
	stays(t, log, older)
	registryIsALogToo(t, w)
	indexIsALogToo(t, w)
	entriesAreMembers(t, w, newer)
	for stream, path := range map[string]string{
		"ingest/nobody": "checkpoint", "keys/oem": "tile/0/999", "ingest/oem": "tile/9/000", "market/oem": "checkpoint",
	} {
		if _, err := w.monitor(t, stream).Get(t.Context(), path); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("%s of %s: %v", path, stream, err)
		}
	}
}

// registryIsALogToo has the maker enrol a vehicle, which makes its stream at another service one longer.
func registryIsALogToo(t *testing.T, w *world) {
	t.Helper()
	log := w.monitor(t, "registry/oem")
	older, err := log.Newest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	passport := w.newPassport(t, w.oem)
	newer, err := log.Newest(t.Context())
	if err != nil || newer.N <= older.N {
		t.Fatalf("%d entries after %d, %v", newer.N, older.N, err)
	}
	if err := log.CheckExtends(t.Context(), older, newer); err != nil {
		t.Error(err)
	}
	out := w.stack.Run(t, "log", "leaves", "registry/oem", "--profile", "oem-admin")
	if !strings.Contains(out, "pcc.registry.v1.JournaledEnrolment") || !strings.Contains(out, passport) {
		t.Errorf("the maker's own leaves: %s", out)
	}
	if _, problem, err := w.stack.Try(t.Context(), nil, "log", "leaves", "registry/oem", "--profile", "garage-admin"); err == nil || !strings.Contains(problem, "LOG_NOT_FOUND") {
		t.Errorf("the maker's leaves for the garage: %v, %s", err, problem)
	}
}

// indexIsALogToo waits for the record of one more epoch.
func indexIsALogToo(t *testing.T, w *world) {
	t.Helper()
	log := w.monitor(t, "index")
	older, err := log.Newest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.newPassport(t, w.oem) // there is no epoch without news
	await.Until(t, settleTime, func(ctx context.Context) string {
		newer, err := log.Newest(ctx)
		if err != nil || newer.N == older.N {
			return fmt.Sprintf("%d epochs, %v", newer.N, err)
		}
		if err := log.CheckExtends(ctx, older, newer); err != nil {
			t.Error(err)
		}
		return ""
	})
}

// stays wants the partial tiles of an old size to be there still.
func stays(t *testing.T, log monitor.Log, older tlog.Tree) {
	t.Helper()
	for _, tile := range tlog.NewTiles(8, 0, older.N) {
		data, err := log.Get(t.Context(), strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil || len(data) != tile.W*tlog.HashSize {
			t.Errorf("%s: %d bytes, %v", tile.Path(), len(data), err)
		}
	}
}

// entriesAreMembers has another member read what the hashes are computed from, which strangers do not get.
func entriesAreMembers(t *testing.T, w *world, tree tlog.Tree) {
	t.Helper()
	const path = "tile/entries/000"
	log := w.monitor(t, "ingest/oem")
	if _, err := log.Get(t.Context(), path); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("a stranger gets %v", err)
	}
	bundle, err := w.monitor(t, "ingest/oem", w.stack.Path("pki", "members", "garage", "admin")).Get(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := monitor.Entries(bundle)
	if err != nil || len(entries) != 256 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	for n, entry := range entries {
		if len(entry) != 65 {
			t.Errorf("entry %d has %d bytes: the event must not be in it", n, len(entry))
		}
		if n%50 > 0 {
			continue
		}
		if err := log.CheckIncludes(t.Context(), tree, int64(n), tlog.RecordHash(entry)); err != nil {
			t.Errorf("entry %d: %v", n, err)
		}
	}
}

// monitor reads a stream over HTTP, as a stranger, or with the certificate in "<file>.crt" and "<file>.key".
func (w *world) monitor(t *testing.T, stream string, files ...string) monitor.Log {
	t.Helper()
	authority, err := os.ReadFile(w.platform.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13}
	for _, file := range files {
		pair, err := tls.LoadX509KeyPair(file+".crt", file+".key")
		if err != nil {
			t.Fatal(err)
		}
		config.Certificates = append(config.Certificates, pair)
	}
	transport := &http.Transport{TLSClientConfig: config}
	t.Cleanup(transport.CloseIdleConnections)
	return monitor.Log{
		URL: w.info.Gateway + "/log/" + stream, Key: strings.TrimSpace(w.stack.Run(t, "log", "key", stream)),
		HTTP: &http.Client{Transport: transport, Timeout: settleTime},
	}
}

// journal has the maker send readings and waits until they are journaled.
func (w *world) journal(t *testing.T, passport, prefix string, n int) {
	t.Helper()
	events := make([]*pb.CloudEvent, n)
	for i := range events {
		events[i] = reading(t, "oem", passport, fmt.Sprintf("%s-%d", prefix, i), fmt.Sprint(1000+i))
	}
	if _, err := w.oem.Ingest.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: events}); err != nil {
		t.Fatal(err)
	}
	await.Until(t, settleTime, func(ctx context.Context) string {
		status, err := w.oem.Ingest.GetIngestStatus(ctx, &ingestv1.GetIngestStatusRequest{})
		if err != nil {
			return err.Error()
		}
		if status.GetPendingBatches() > 0 {
			return fmt.Sprintf("%d batches wait", status.GetPendingBatches())
		}
		return ""
	})
}
