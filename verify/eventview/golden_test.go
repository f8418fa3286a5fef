package eventview_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/eventview"
	"github.com/pcc-platform/pcc/verify/internal/prooftest"
)

var update = flag.Bool("update", false, "make the golden document anew")

// TestGoldenDocument verifies a document that was made once and is never made
// again: what was exported under a schema version verifies for ever, and other
// implementations have something to compare themselves with.
func TestGoldenDocument(t *testing.T) {
	document, trust := filepath.Join("testdata", "document.json"), filepath.Join("testdata", "trust.json")
	if *update {
		writeGolden(t, document, trust)
	}
	list, err := verify.ParseTrust(read(t, trust))
	if err != nil {
		t.Fatal(err)
	}
	report, err := verify.Verify(read(t, document), list, eventview.Decode)
	if err != nil {
		t.Fatal(err)
	}
	if report.Events != 4 || report.Passport != prooftest.Subject || len(report.EndorsedBy) != 3 {
		t.Errorf("report = %+v", report)
	}
	tampered := strings.Replace(string(read(t, document)), `"odometer_metres": 61003000`, `"odometer_metres": 51003000`, 1)
	if _, err := verify.Verify([]byte(tampered), list, eventview.Decode); verify.ReasonOf(err) != verify.ReasonViewMismatch {
		t.Errorf("changed mileage: %v", err)
	}
}

// TestGoldenForgeries refuses documents that are right but for the list in which one event was journaled: that of another
// vehicle, that of another class, or none. Whoever could make such a journal could hide events.
func TestGoldenForgeries(t *testing.T) {
	list, err := verify.ParseTrust(read(t, filepath.Join("testdata", "trust.json")))
	if err != nil {
		t.Fatal(err)
	}
	for _, forgery := range []string{"another vehicle", "another class", "no list"} {
		_, err := verify.Verify(read(t, forged(forgery)), list, eventview.Decode)
		if verify.ReasonOf(err) != verify.ReasonLeafNotIncluded {
			t.Errorf("an event in %s: %v", forgery, err)
		}
	}
}

// forged is where the document is that shows an event of another list.
func forged(what string) string {
	return filepath.Join("testdata", "forged_"+strings.ReplaceAll(what, " ", "_")+".json")
}

func writeGolden(t *testing.T, document, trust string) {
	t.Helper()
	w := prooftest.NewWorld(t, eventview.LeafType, inspection, eventview.Decode)
	list, err := json.MarshalIndent(w.Trust, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{document: w.Encode(t), trust: append(list, '\n')}
	good := w.Document
	for what, event := range w.Misplaced {
		w.Document.Events, w.Document.Streams = append(slices.Clone(good.Events), event), append(slices.Clone(good.Streams), w.MisplacedStream)
		files[forged(what)] = w.Encode(t)
	}
	for path, text := range files {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// inspection is a payload whose mileage tells the entries apart.
func inspection(t testing.TB, passport string, seq int) ([]byte, *verify.Signature) {
	return payload(t, func(j *ingestv1.JournaledEvent, e *pb.CloudEvent) {
		const metres = 1000
		kilometres := 61_000 + seq
		j.Passport, j.OdometerMetres = passport, proto.Int64(int64(kilometres)*metres)
		e.Id = fmt.Sprint("id-", seq)
		e.Attributes["subject"].Attr = &pb.CloudEventAttributeValue_CeString{CeString: passport}
		if err := e.GetProtoData().MarshalFrom(&eventsv1.Inspection{Odometer: &eventsv1.Odometer{
			RawValue: fmt.Sprint(kilometres), RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE,
		}}); err != nil {
			t.Fatal(err)
		}
	}), nil
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
