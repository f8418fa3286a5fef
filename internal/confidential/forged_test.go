package confidential

import (
	"errors"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// TestAWriterCannotForge seals by hand what Seal would not: a writer has the class key.
func TestAWriterCannotForge(t *testing.T) {
	k, err := NewClassKey(HashCapsule("label", nil), [32]byte{1}, [32]byte{2})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]proto.Message{
		"a field that is public":         &eventsv1.Repair{Notes: "n", Operations: []string{"another operation"}},
		"another mileage":                &eventsv1.Repair{Notes: "n", Odometer: &eventsv1.Odometer{RawValue: "1"}},
		"no confidential field":          &eventsv1.Repair{},
		"sealed fields in sealed fields": &eventsv1.Repair{Notes: "n", Sealed: &eventsv1.Sealed{Capsule: []byte{1}}},
		"what is no message":             nil,
	} {
		plaintext := []byte{0xff}
		if content != nil {
			plaintext, err = proto.Marshal(content)
			if err != nil {
				t.Fatal(err)
			}
		}
		ce, err := event.New("id", "/members/a/b", "passports/1", time.Unix(1, 0), &eventsv1.Repair{})
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := k.encrypt(placeOf(ce, k.capsule), plaintext)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.decrypt(placeOf(ce, k.capsule), sealed); err != nil {
			t.Fatalf("%s: the test's own sealing: %v", name, err)
		}
		forged, err := withData(ce, (&eventsv1.Repair{Sealed: sealed}).ProtoReflect())
		if err != nil {
			t.Fatal(err)
		}
		if opened, err := k.Open(forged); !errors.Is(err, ErrDoesNotOpen) {
			t.Errorf("%s: opened %v, %v", name, opened, err)
		}
	}
}

// TestOneCiphertextOpensToOnePlaintext wraps a key that is not made of the plaintext: it would let a writer show other fields to
// other readers.
func TestOneCiphertextOpensToOnePlaintext(t *testing.T) {
	k, err := NewClassKey(HashCapsule("label", nil), [32]byte{1}, [32]byte{2})
	if err != nil {
		t.Fatal(err)
	}
	place, chosen := []byte("place"), make([]byte, HalfSize)
	gcm, err := newGCM(chosen)
	if err != nil {
		t.Fatal(err)
	}
	nonce := make([]byte, nonceSize)
	forged := &eventsv1.Sealed{
		WrappedKey: k.wrap.Seal(nonce, nonce, chosen, place), Ciphertext: gcm.Seal(nil, nonce, []byte("content"), place),
	}
	if _, err := k.decrypt(place, forged); !errors.Is(err, ErrDoesNotOpen) {
		t.Errorf("opened with a key of the writer's choice: %v", err)
	}
}

// TestKindsAreWhole: a kind has a sealed field if and only if it has confidential ones.
func TestKindsAreWhole(t *testing.T) {
	marked := 0
	for _, kind := range event.Kinds() {
		fields, sealed := Fields(kind), SealedField(kind)
		if (len(fields) > 0) != (sealed != nil) {
			t.Errorf("%s: %d confidential fields, sealed in %v", kind.FullName(), len(fields), sealed)
		}
		for _, f := range fields {
			marked++
			if f.Kind() == protoreflect.MessageKind && f.IsMap() {
				t.Errorf("%s: a map has no one encoding", f.FullName())
			}
		}
	}
	if marked == 0 {
		t.Error("no field is confidential")
	}
}
