package web_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/proto/event"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/eventview"
)

// said is what a reader makes of a leaf: nothing if it refuses it.
type said struct {
	Passport, Class, View string
}

// TestViews gives leaves to both readers, this page's and package eventview: events of every kind with any content, as they are and
// damaged. What one refuses the other refuses, and what both read they show alike, byte for byte.
func TestViews(t *testing.T) {
	p := open(t)
	rapid.Check(t, func(rt *rapid.T) {
		payload, err := proto.Marshal(drawEvent(rt))
		if err != nil {
			rt.Fatal(err)
		}
		frame := damaged(rt, proof.Frame(eventview.LeafType, [proof.SaltBytes]byte{1}, damaged(rt, payload)))
		var got *said
		p.Eval(t, fmt.Sprintf(`(() => {
			try {
				const e = modules.view.readEvent(modules.view.readLeaf(modules.bytes.fromBase64(%q)));
				if (e.named) return null; // a signature without its statement
				return { Passport: e.passport, Class: e.class ?? "", View: modules.json.canonical(e.view) };
			} catch { return null; }
		})()`, base64.StdEncoding.EncodeToString(frame)), &got)
		want := readLeaf(rt, frame)
		if (got == nil) != (want == nil) || got != nil && *got != *want {
			rt.Fatalf("%x\nthe page: %+v\neventview: %+v", frame, got, want)
		}
	})
}

func readLeaf(rt *rapid.T, frame []byte) *said {
	leaf, err := proof.ParseFrame(frame)
	if err != nil {
		return nil
	}
	var content verify.Content
	if content, err = eventview.Decode(leaf.Type, leaf.Payload, nil); err != nil {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(content.View))
	decoder.UseNumber()
	var view any
	if err := decoder.Decode(&view); err != nil {
		rt.Fatal(err)
	}
	var canonical bytes.Buffer
	encoder := json.NewEncoder(&canonical)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(view); err != nil {
		rt.Fatal(err)
	}
	class, _ := eventlist.ClassOf(content.EventType)
	return &said{content.Passport, string(class), string(bytes.TrimSpace(canonical.Bytes()))}
}

func drawEvent(rt *rapid.T) *ingestv1.JournaledEvent {
	kind := rapid.SampledFrom(event.Kinds()).Draw(rt, "kind")
	data := dynamic(rt, kind)
	const passport = "passports/1"
	envelope := &pb.CloudEvent{
		Id: drawText(rt), Source: "/members/a/b", Type: string(kind.FullName()),
		Attributes: map[string]*pb.CloudEventAttributeValue{
			"subject": {Attr: &pb.CloudEventAttributeValue_CeString{CeString: passport}},
			"time":    {Attr: &pb.CloudEventAttributeValue_CeTimestamp{CeTimestamp: drawTime(rt)}},
		},
		Data: &pb.CloudEvent_ProtoData{ProtoData: data},
	}
	encoded, err := proto.Marshal(envelope)
	if err != nil {
		rt.Fatal(err)
	}
	journaled := &ingestv1.JournaledEvent{
		CloudEvent: damaged(rt, encoded), Passport: passport, Member: drawText(rt), ReceiveTime: drawTime(rt), Quality: &ingestv1.Quality{},
		Id: rapid.SliceOfN(rapid.Byte(), 15, 17).Draw(rt, "id"),
	}
	if rapid.IntRange(0, 9).Draw(rt, "other length") > 0 {
		journaled.Id = append(journaled.GetId(), 0)[:16]
	}
	fill(rt, journaled.GetQuality().ProtoReflect(), 2)
	if rapid.Bool().Draw(rt, "mileage") {
		journaled.OdometerMetres = proto.Int64(rapid.Int64().Draw(rt, "metres"))
	}
	return journaled
}

// dynamic makes a message of a kind with any content.
func dynamic(rt *rapid.T, kind protoreflect.MessageDescriptor) *anypb.Any {
	known, err := protoregistry.GlobalTypes.FindMessageByName(kind.FullName())
	if err != nil {
		rt.Fatal(err)
	}
	message := known.New()
	fill(rt, message, 3)
	packed, err := anypb.New(message.Interface())
	if err != nil {
		rt.Fatal(err)
	}
	packed.Value = damaged(rt, packed.GetValue())
	return packed
}

func drawText(rt *rapid.T) string {
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "0", "<&>\u2028\b\x01", "😀é"})).Draw(rt, "text")
}

func drawTime(rt *rapid.T) *timestamppb.Timestamp {
	return rapid.OneOf(
		rapid.Just(timestamppb.New(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))),
		rapid.Custom(func(rt *rapid.T) *timestamppb.Timestamp {
			return &timestamppb.Timestamp{
				Seconds: rapid.Int64Range(-62135596801, 253402300800).Draw(rt, "seconds"),
				Nanos:   rapid.SampledFrom([]int32{0, 1, 500_000_000, 120_000, 999_999_999, 1_000_000_000, -1}).Draw(rt, "nanos"),
			}
		}),
	).Draw(rt, "time")
}

// fill sets some of the fields of a message, whose parts have parts up to a depth.
func fill(rt *rapid.T, m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if !rapid.Bool().Draw(rt, string(f.Name())) {
			continue
		}
		switch {
		case f.IsList():
			list := m.Mutable(f).List()
			for range rapid.IntRange(1, 2).Draw(rt, "length") {
				list.Append(drawValue(rt, f, list.NewElement(), depth))
			}
		default:
			m.Set(f, drawValue(rt, f, m.NewField(f), depth))
		}
	}
}

func drawValue(rt *rapid.T, f protoreflect.FieldDescriptor, empty protoreflect.Value, depth int) protoreflect.Value {
	switch f.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(rapid.Bool().Draw(rt, "bool"))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(rapid.Int32().Draw(rt, "int32"))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(rapid.Int64().Draw(rt, "int64"))
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(rapid.Int32Range(-1, 10).Draw(rt, "enum")))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(rapid.SliceOf(rapid.Byte()).Draw(rt, "bytes"))
	case protoreflect.MessageKind:
		if depth > 0 {
			fill(rt, empty.Message(), depth-1)
		}
		return empty
	default:
		return protoreflect.ValueOfString(drawText(rt))
	}
}
