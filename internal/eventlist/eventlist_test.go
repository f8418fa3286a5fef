package eventlist_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/proto/event"
)

// TestEveryKindHasAClass also finds a class without a kind. Which kind is in which class is fixed here once more: to change it
// would take events out of the lists that they are in.
func TestEveryKindHasAClass(t *testing.T) {
	kinds := map[eventlist.Class][]string{}
	for _, kind := range event.Kinds() {
		class, ok := eventlist.ClassOf(string(kind.FullName()))
		if !ok {
			t.Errorf("%s has no class", kind.FullName())
		}
		kinds[class] = append(kinds[class], string(kind.Name()))
	}
	want := map[eventlist.Class]string{
		"odometer": "OdometerReading InstrumentClusterChange", "usage": "TripSummary ChargeSession Refuel Wash",
		"battery":    "BatteryMeasurement",
		"workshop":   "Service Repair PartChange TyreChange SoftwareUpdate TroubleCodesReported TroubleCodesCleared",
		"inspection": "Inspection", "damage": "Incident ClaimOpened ClaimClosed TotalLossDeclared TotalLossLifted",
		"theft": "Theft Recovery", "recall": "RecallIssued RecallPerformed",
		"register": "Registration OwnershipChange Export Import Dismantled", "note": "Correction DisputeOpened DisputeResolved",
	}
	if len(eventlist.Classes()) != len(want) {
		t.Errorf("%d classes, want %d", len(eventlist.Classes()), len(want))
	}
	documented, err := os.ReadFile("../../docs/proof-document.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, class := range eventlist.Classes() {
		if got := strings.Join(kinds[class], " "); got != want[class] {
			t.Errorf("class %s has %s, want %s", class, got, want[class])
		}
		if row := "| `" + string(class) + "` | " + strings.Join(kinds[class], ", ") + " |"; !strings.Contains(string(documented), row) {
			t.Errorf("docs/proof-document.md has no row %s", row)
		}
	}
}

func TestWhatIsNoKindHasNoClass(t *testing.T) {
	for _, name := range []string{"", "OdometerReading", "pcc.events.v1.Odometer", "pcc.events.v2.OdometerReading", "pcc.ingest.v1.ReputationMark"} {
		if class, ok := eventlist.ClassOf(name); ok || class != "" {
			t.Errorf("%q is of class %q", name, class)
		}
	}
}

// TestTagsAndKeysAreFixed holds the bytes still: another implementation computes the same.
func TestTagsAndKeysAreFixed(t *testing.T) {
	tag := eventlist.TagOf([64]byte{1, 2, 3, 63: 64})
	key := eventlist.KeyOf(tag, eventlist.Odometer)
	const wantTag = "da16a5c516f4d5ede65e05743849977bc48de8f7d33945c5594febcf616285b3"
	const wantKey = "ff3fa545b9641179dd378bfd06d01f539bd2fd8fea84a5184112b4270c7e1db1"
	if got := hex.EncodeToString(tag[:]); got != wantTag {
		t.Errorf("tag = %s, want %s", got, wantTag)
	}
	if got := hex.EncodeToString(key[:]); got != wantKey {
		t.Errorf("key = %s, want %s", got, wantKey)
	}
}

func TestEveryVehicleAndClassHasAListOfItsOwn(t *testing.T) {
	var keys []eventlist.Key
	for vehicle := range byte(3) {
		for _, class := range eventlist.Classes() {
			keys = append(keys, eventlist.KeyOf(eventlist.TagOf([64]byte{vehicle}), class))
		}
	}
	for i, key := range keys {
		if slices.Contains(keys[:i], key) || key == (eventlist.Key{}) {
			t.Errorf("key %d is not the only one of its list", i)
		}
	}
}

func TestTagsAreNotPrinted(t *testing.T) {
	tag := eventlist.TagOf([64]byte{7})
	holder := struct{ Tag eventlist.Tag }{tag}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%d", "%q"} {
		fmt.Fprintf(&out, verb, tag)
		fmt.Fprintf(&out, verb, holder)
		fmt.Fprintf(&out, verb, &holder)
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("tag", slog.Any("tag", tag), slog.Any("holder", holder))
	slog.New(slog.NewTextHandler(&out, nil)).Info("tag", slog.Any("tag", tag), slog.Any("holder", holder))
	if err := json.NewEncoder(&out).Encode(holder); err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{hex.EncodeToString(tag[:]), strings.Trim(fmt.Sprintf("%d", tag[:4]), "[]"), fmt.Sprintf("%d,%d", tag[0], tag[1]), fmt.Sprintf("%x", tag[:4])} {
		if strings.Contains(strings.ToLower(out.String()), shown) {
			t.Errorf("%s shows %s", out.String(), shown)
		}
	}
	if !strings.Contains(out.String(), "[redacted]") {
		t.Errorf("nothing is redacted in %s", out.String())
	}
}

func TestParseTag(t *testing.T) {
	tag := eventlist.TagOf([64]byte{7})
	if got, err := eventlist.ParseTag(tag[:]); err != nil || got != tag {
		t.Errorf("ParseTag: %v", err)
	}
	for _, n := range []int{0, 31, 33, 64} {
		if _, err := eventlist.ParseTag(make([]byte, n)); err == nil {
			t.Errorf("%d bytes were taken", n)
		}
	}
}
