package sealer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

func TestAKeyIsReadByItsOwnerAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "writer.key")
	made, err := CreateKey(file)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := LoadKey(file)
	if err != nil || string(loaded.secret()) != string(made.secret()) {
		t.Errorf("loaded another key, %v", err)
	}
	if text := fmt.Sprintf("%v %+v %#v", made, made, made); strings.Contains(text, fmt.Sprintf("%x", made.secret())) {
		t.Error("the key is printed")
	}
	if _, err := CreateKey(file); err == nil {
		t.Error("a key was overwritten")
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKey(file); !errors.Is(err, ErrKeyFile) {
		t.Errorf("others may read it: %v", err)
	}
	short := filepath.Join(t.TempDir(), "short.key")
	if err := os.WriteFile(short, []byte("00ff\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKey(short); !errors.Is(err, ErrKeyFile) || strings.Contains(err.Error(), "00ff") {
		t.Errorf("a short key: %v", err)
	}
}

// away is a directory that answers nothing, and counts.
type away int

func (a *away) Target(context.Context, string) (Target, error) {
	*a++
	return Target{}, errors.New("away")
}

func (a *away) Register(context.Context, Capsule) ([]byte, error) { return nil, errors.New("away") }

// TestEventsWithoutConfidentialFieldsAskNobody: sealing costs nothing where there is nothing to seal.
func TestEventsWithoutConfidentialFieldsAskNobody(t *testing.T) {
	var directory away
	s := New(NewKey([32]byte{1}), &directory, nil)
	plain, err := event.New("1", "/members/garage/bay", "passports/1", time.Unix(1, 0), &eventsv1.Repair{Operations: []string{"door"}})
	if err != nil {
		t.Fatal(err)
	}
	if sealed, err := s.Seal(t.Context(), "garage", plain); err != nil || sealed != plain || directory != 0 {
		t.Errorf("sealed %v, %v, asked %d times", sealed, err, directory)
	}
	noted, err := event.New("1", "/members/garage/bay", "passports/1", time.Unix(1, 0), &eventsv1.Repair{Notes: "n"})
	if err != nil {
		t.Fatal(err)
	}
	if sealed, err := s.Seal(t.Context(), "garage", noted); err == nil || sealed != nil {
		t.Errorf("without a directory: %v", sealed)
	}
}
