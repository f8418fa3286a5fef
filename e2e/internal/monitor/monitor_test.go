package monitor_test

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/e2e/internal/monitor"
)

// small serves a published sample of the format, a log of eight entries, after a change. Its files lie as they are served.
func small(t *testing.T, change func(fstest.MapFS)) monitor.Log {
	t.Helper()
	archive, err := os.Open("testdata/tlog_tiles_small_log.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	unzipped, err := gzip.NewReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for reader := tar.NewReader(unzipped); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		files[header.Name] = &fstest.MapFile{Data: data}
	}
	change(files)
	server := httptest.NewServer(http.FileServerFS(files))
	t.Cleanup(server.Close)
	return monitor.Log{URL: server.URL + "/log", Key: strings.TrimSpace(string(files["vkey.txt"].Data)), HTTP: server.Client()}
}

// check follows the log through all its sizes and finds every entry in each.
func check(ctx context.Context, log monitor.Log) error {
	const sizes = 8
	older := tlog.Tree{}
	for size := int64(1); size <= sizes; size++ {
		bundle, err := log.Get(ctx, fmt.Sprintf("tile/entries/000.p/%d", size))
		if err != nil {
			return err
		}
		entries, err := monitor.Entries(bundle)
		if err != nil {
			return err
		}
		tree, err := log.Checkpoint(ctx, fmt.Sprintf("checkpoint.%d", size))
		if err != nil {
			return err
		}
		if tree.N != size || int64(len(entries)) != size {
			return fmt.Errorf("%d entries under a checkpoint of %d", len(entries), tree.N)
		}
		for n, entry := range entries {
			if err := log.CheckIncludes(ctx, tree, int64(n), tlog.RecordHash(entry)); err != nil {
				return err
			}
		}
		if older.N > 0 {
			if err := log.CheckExtends(ctx, older, tree); err != nil {
				return err
			}
		}
		older = tree
	}
	return nil
}

// TestAPublishedLog shows that the monitor reads what others have made, and finds what is wrong with it.
func TestAPublishedLog(t *testing.T) {
	if err := check(t.Context(), small(t, func(fstest.MapFS) {})); err != nil {
		t.Error(err)
	}
	for what, change := range map[string]func(fstest.MapFS){
		"another tile":       func(f fstest.MapFS) { f["log/tile/0/000.p/5"].Data[40] ^= 1 },
		"another entry":      func(f fstest.MapFS) { f["log/tile/entries/000.p/3"].Data[2] ^= 1 },
		"a missing tile":     func(f fstest.MapFS) { delete(f, "log/tile/0/000.p/7") },
		"a later checkpoint": func(f fstest.MapFS) { f["log/checkpoint.4"].Data = f["log/checkpoint.5"].Data },
		"an altered size":    func(f fstest.MapFS) { f["log/checkpoint.6"].Data[len("example.com/log/testdata\n")] = '7' },
	} {
		if check(t.Context(), small(t, change)) == nil {
			t.Errorf("%s is not noticed", what)
		}
	}
}
