package history_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/history"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

func TestVINsAreNotPrinted(t *testing.T) {
	const vin = "0PCAAAAAAAA000001"
	vehicle := history.Vehicle{VIN: vin, Make: "shown"}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("read", slog.Any("vin", vehicle.VIN), slog.Any("vehicle", vehicle))
	fmt.Fprintf(&out, "%v %+v %#v %s", vehicle, vehicle, vehicle, vehicle.VIN)
	if text := out.String(); strings.Contains(text, vin) || !strings.Contains(text, "[redacted]") {
		t.Errorf("printed: %s", text)
	}
}

func TestTestVINsAreWellFormed(t *testing.T) {
	form := regexp.MustCompile(`^0PC[0-9A-HJ-NPR-Z]{5}[0-9X][1-9A-HJ-NPR-TV-Y][0-9A-HJ-NPR-Z]{3}[0-9]{4}$`)
	seen := map[history.VIN]bool{}
	const pseudonyms = 20_000
	for i := range pseudonyms {
		vin := history.TestVIN(fmt.Sprint("car-", i))
		if !form.MatchString(string(vin)) || !rightCheckDigit(string(vin)) {
			t.Fatalf("car-%d: %s", i, string(vin))
		}
		seen[vin] = true
	}
	if len(seen) != pseudonyms {
		t.Errorf("%d VINs for %d pseudonyms", len(seen), pseudonyms)
	}
	if got := string(history.TestVIN("fr-0001")); got != goldenVIN {
		t.Errorf("TestVIN changed: %s, want %s", got, goldenVIN)
	}
}

const goldenVIN = "0PCRA8M91J6AZ0262"

// rightCheckDigit follows the published rule by another path than the code: a
// table by character.
func rightCheckDigit(vin string) bool {
	value := map[rune]int{
		'A': 1, 'B': 2, 'C': 3, 'D': 4, 'E': 5, 'F': 6, 'G': 7, 'H': 8,
		'J': 1, 'K': 2, 'L': 3, 'M': 4, 'N': 5, 'P': 7, 'R': 9,
		'S': 2, 'T': 3, 'U': 4, 'V': 5, 'W': 6, 'X': 7, 'Y': 8, 'Z': 9,
	}
	weight := []int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}
	sum := 0
	for i, c := range vin {
		if c >= '0' && c <= '9' {
			value[c] = int(c - '0')
		}
		sum += value[c] * weight[i]
	}
	return fmt.Sprint(sum%11) == vin[8:9] || sum%11 == 10 && vin[8] == 'X'
}

func TestCheckDigitOfAKnownVIN(t *testing.T) {
	if !rightCheckDigit("1M8GDM9AXKP042788") || rightCheckDigit("1M8GDM9A1KP042788") {
		t.Error("the test's own rule is wrong")
	}
}

func TestEventIDs(t *testing.T) {
	records, _ := readAll(t, open(t, "fr-inspections", "testdata/fr_quirks.jsonl"))
	again, _ := readAll(t, open(t, "fr-inspections", "testdata/fr_quirks.jsonl"))
	ids := map[string]bool{}
	for i, e := range records[0].Events {
		id := idOf(t, e, "passports/a")
		if ids[id] || id == idOf(t, e, "passports/b") || id != idOf(t, again[0].Events[i], "passports/a") {
			t.Errorf("row %d: id %s", i, id)
		}
		ids[id] = true
		moved := e
		moved.Line, moved.Row = 99, 99
		if idOf(t, moved, "passports/a") != id {
			t.Errorf("row %d: the id depends on the place", i)
		}
	}
}

// TestACorrectionNamesTheCorrectedEvent holds the two ids against each other: they are made on different imports.
func TestACorrectionNamesTheCorrectedEvent(t *testing.T) {
	wrong := history.Event{Key: "test-1", Message: &eventsv1.Wash{}, Time: time.Unix(1, 0)}
	correction := history.Event{Key: "test-1", Message: &eventsv1.Correction{Reason: "typed wrong"}, Corrects: &wrong, Time: time.Unix(2, 0)}
	id, data, err := correction.Resolve("passports/a")
	if err != nil {
		t.Fatal(err)
	}
	c, ok := data.(*eventsv1.Correction)
	if want := idOf(t, wrong, "passports/a"); !ok || c.GetCorrectedEventId() != want || id == want || c.GetReason() != "typed wrong" {
		t.Errorf("id %s, data %v, want a correction of %s", id, data, want)
	}
}
