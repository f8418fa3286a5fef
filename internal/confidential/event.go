package confidential

import (
	"errors"
	"fmt"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// Errors of sealing and opening. None of them says what is in an event.
var (
	// ErrNotAnEvent says that the envelope's data is no message of the envelope's type.
	ErrNotAnEvent = errors.New("confidential: not an event of its type")
	// ErrSealedAlready says that an event has sealed fields and clear ones.
	ErrSealedAlready = errors.New("confidential: the event has sealed and clear confidential fields")
	// ErrNotSealed says that an event has no sealed fields.
	ErrNotSealed = errors.New("confidential: the event has no sealed fields")
	// ErrOtherCapsule says that an event is sealed under another capsule than the key's.
	ErrOtherCapsule = errors.New("confidential: the event is sealed under another capsule")
	// ErrDoesNotOpen says that the sealed fields were not made with this key for this event.
	ErrDoesNotOpen = errors.New("confidential: the sealed fields do not open")
)

// NeedsSealing says whether an event has confidential fields in the clear; false for what is no event of its type.
func NeedsSealing(ce *pb.CloudEvent) bool {
	m, err := dataOf(ce)
	return err == nil && take(m) != nil
}

// CapsuleOf returns the hash of the capsule that an event is sealed under, or ErrNotSealed or ErrNotAnEvent.
func CapsuleOf(ce *pb.CloudEvent) (CapsuleHash, error) {
	m, err := dataOf(ce)
	if err != nil {
		return CapsuleHash{}, err
	}
	sealed := sealedOf(m)
	if sealed == nil || len(sealed.GetCapsule()) != len(CapsuleHash{}) {
		return CapsuleHash{}, ErrNotSealed
	}
	return CapsuleHash(sealed.GetCapsule()), nil
}

// Seal returns the event with its confidential fields sealed, the event itself when it has none in the clear. Equal
// events give equal bytes. Errors are ErrNotAnEvent and ErrSealedAlready.
func (k *ClassKey) Seal(ce *pb.CloudEvent) (*pb.CloudEvent, error) {
	m, err := dataOf(ce)
	if err != nil {
		return nil, err
	}
	had := sealedOf(m) != nil
	secret := take(m)
	switch {
	case secret == nil:
		return ce, nil
	case had:
		return nil, ErrSealedAlready
	}
	plaintext, err := deterministic.Marshal(secret.Interface())
	if err != nil {
		return nil, fmt.Errorf("confidential: %w", err)
	}
	sealed, err := k.encrypt(placeOf(ce, k.capsule), plaintext)
	if err != nil {
		return nil, err
	}
	m.Set(SealedField(m.Descriptor()), protoreflect.ValueOfMessage(sealed.ProtoReflect()))
	return withData(ce, m)
}

// Open returns the event with its sealed fields in the clear, as their writer wrote them: nobody has held them to the
// rules of the proto before. Errors are ErrNotAnEvent, ErrNotSealed, ErrOtherCapsule, ErrSealedAlready and ErrDoesNotOpen.
func (k *ClassKey) Open(ce *pb.CloudEvent) (*pb.CloudEvent, error) {
	m, err := dataOf(ce)
	if err != nil {
		return nil, err
	}
	sealed := sealedOf(m)
	switch {
	case sealed == nil:
		return nil, ErrNotSealed
	case string(sealed.GetCapsule()) != string(k.capsule[:]):
		return nil, ErrOtherCapsule
	case take(m) != nil:
		return nil, ErrSealedAlready
	}
	plaintext, err := k.decrypt(placeOf(ce, k.capsule), sealed)
	if err != nil {
		return nil, err
	}
	secret := m.New()
	if proto.Unmarshal(plaintext, secret.Interface()) != nil || !onlyConfidential(secret) {
		return nil, ErrDoesNotOpen
	}
	m.Clear(SealedField(m.Descriptor()))
	proto.Merge(m.Interface(), secret.Interface())
	return withData(ce, m)
}

var deterministic = proto.MarshalOptions{Deterministic: true}

// dataOf returns the event's message, the caller's to change.
func dataOf(ce *pb.CloudEvent) (protoreflect.Message, error) {
	if ce.GetProtoData() == nil || string(ce.GetProtoData().MessageName()) != ce.GetType() {
		return nil, ErrNotAnEvent
	}
	m, err := ce.GetProtoData().UnmarshalNew()
	if err != nil {
		return nil, ErrNotAnEvent
	}
	return m.ProtoReflect(), nil
}

func sealedOf(m protoreflect.Message) *eventsv1.Sealed {
	f := SealedField(m.Descriptor())
	if f == nil || !m.Has(f) {
		return nil
	}
	sealed, _ := m.Get(f).Message().Interface().(*eventsv1.Sealed)
	return sealed
}

func withData(ce *pb.CloudEvent, m protoreflect.Message) (*pb.CloudEvent, error) {
	data, err := deterministic.Marshal(m.Interface())
	if err != nil {
		return nil, fmt.Errorf("confidential: %w", err)
	}
	changed := proto.CloneOf(ce)
	changed.GetProtoData().Value = data
	return changed, nil
}

// placeOf returns what an event's ciphertexts are bound to; see the package's documentation.
func placeOf(ce *pb.CloudEvent, capsule CapsuleHash) []byte {
	passport := ce.GetAttributes()[event.AttributeSubject].GetCeString()
	return lengthPrefixed(placeDomain, ce.GetType(), ce.GetSource(), ce.GetId(), passport, string(capsule[:]))
}
