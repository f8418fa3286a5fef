package sourcesign_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/sourcesign"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/signing"
)

const source = "/members/oem/cloud"

func TestAChainGoesOnInTheNextRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key.pem")
	public, err := sourcesign.CreateKey(file)
	must(t, err)
	var chain signing.Chain
	follow := func(b *ingestv1.SignedBatch) {
		t.Helper()
		s, err := signing.Parse(b.GetStatement())
		must(t, err)
		must(t, s.Verify(public))
		must(t, chain.Add(s))
	}
	var unacknowledged *ingestv1.SignedBatch
	for range 3 {
		run, err := sourcesign.Open(file, source)
		must(t, err)
		pending, err := run.Pending()
		must(t, err)
		if unacknowledged != nil && (len(pending) != 1 || !proto.Equal(pending[0], unacknowledged)) {
			t.Errorf("pending %v, want %v", pending, unacknowledged)
		}
		for range pending {
			must(t, run.Acknowledged())
		}
		first, err := run.Sign(oneEvent(t))
		must(t, err)
		follow(first)
		unacknowledged, err = run.Sign(oneEvent(t))
		must(t, err)
		follow(unacknowledged)
		must(t, run.Acknowledged()) // and then the program dies
	}
}

func TestAKeySignsForOneSource(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key.pem")
	_, err := sourcesign.CreateKey(file)
	must(t, err)
	if _, err := sourcesign.CreateKey(file); err == nil {
		t.Error("a key was replaced")
	}
	run, err := sourcesign.Open(file, source)
	must(t, err)
	if _, err := run.Sign(oneEvent(t)); err != nil || run.Name() != source {
		t.Errorf("sign for %s: %v", run.Name(), err)
	}
	if _, err := sourcesign.Open(file, source+"/2"); err == nil {
		t.Error("the key's chain went on under another source")
	}
	must(t, os.WriteFile(file+".state", []byte("{"), 0o600))
	if _, err := sourcesign.Open(file, source); err == nil {
		t.Error("a broken state file counts as none")
	}
	must(t, os.WriteFile(file, []byte("no key"), 0o600))
	if _, err := sourcesign.Open(file, source); err == nil {
		t.Error("no key is a key")
	}
}

func TestWhatWaitsIsBounded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key.pem")
	_, err := sourcesign.CreateKey(file)
	must(t, err)
	run, err := sourcesign.Open(file, source)
	must(t, err)
	for range sourcesign.MaxPending {
		_, err := run.Sign(oneEvent(t))
		must(t, err)
	}
	if _, err := run.Sign(oneEvent(t)); !errors.Is(err, sourcesign.ErrTooManyPending) {
		t.Errorf("got %v", err)
	}
}

func oneEvent(t *testing.T) []*pb.CloudEvent {
	t.Helper()
	e, err := event.New("id", source, "passports/x", time.Unix(1, 0), &eventsv1.Wash{})
	must(t, err)
	return []*pb.CloudEvent{e}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
