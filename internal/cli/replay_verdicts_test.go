package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// replayVerdicts runs `pcc replay verdicts` with the trust list of the vectors.
func replayVerdicts(file string) (code int, out string) {
	var written bytes.Buffer
	code = Main([]string{"replay", "verdicts", "--trust", vector("trust.json"), file}, strings.NewReader(""), &written, &written)
	return code, written.String()
}

// TestVerdictsNeedWholeDocuments replays documents of the verifier's vectors: what a document withholds, or what does not verify, is
// named, and so is a report without its document.
func TestVerdictsNeedWholeDocuments(t *testing.T) {
	file := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	report, neither := file("report.json", `{"passport": {"name": "passports/1"}}`), file("neither.json", `{"other": 1}`)
	const withheld = "cannot be replayed: it rests on events that the document withholds: "
	for _, c := range []struct{ what, file, want string }{
		{"a class withheld", vector("valid/class_withheld.json"), withheld + "3 of 3 events of odometer"},
		{"an event withheld", vector("valid/signed_event_withheld.json"), withheld + "1 of 3 events of odometer"},
		{"a forged document", vector("forged/mileage_shown.json"), "VIEW_MISMATCH"},
		{"a report alone", report, "no document that was replayed is of passports/1"},
		{"neither", neither, "neither a proof document nor a report"},
		{"a folder with one", filepath.Dir(neither), "neither a proof document nor a report"},
	} {
		if code, out := replayVerdicts(c.file); code != 1 || !strings.Contains(out, c.want) {
			t.Errorf("%s: exit code %d: %s", c.what, code, out)
		}
	}
	if code, out := replayVerdicts(vector("valid/vehicle_without_events.json")); code != 0 {
		t.Errorf("a vehicle without events: exit code %d: %s", code, out)
	}
}
