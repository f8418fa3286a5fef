package bridge

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/gateway/internal/cloudevents"
	"github.com/pcc-platform/pcc/gateway/internal/problem"
	"github.com/pcc-platform/pcc/internal/devicebus"
	"github.com/pcc-platform/pcc/proto/event"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// parcel is one message of a device.
type parcel struct {
	message jetstream.Msg
	// passport is the id of the device's passport; empty when the message came on a topic of no device.
	passport string
	batch    *cloudevents.Batch
	// signed is the batch as its source signed it, nil when it did not.
	signed *ingestv1.SignedBatch
	// problem is why the message as a whole is refused, or nil.
	problem *problem.Error
	// rejections are ingest's of the events.
	rejections []*ingestv1.Rejection
}

func open(member string, m jetstream.Msg) *parcel {
	p := &parcel{message: m, batch: &cloudevents.Batch{}}
	passport, format, ok := devicebus.ParseEvents(m.Subject())
	if !ok {
		p.problem = refusal("EVENT_MALFORMED", "no topic of a device")
		return p
	}
	p.passport = passport
	batch, err := p.read(format, m.Data())
	switch {
	case errors.Is(err, cloudevents.ErrTooMany):
		p.problem = refusal("BATCH_TOO_LARGE", err.Error())
	case err != nil:
		p.problem = refusal("EVENT_MALFORMED", "the message is not events in the format that its topic names")
	default:
		p.batch = batch
		batch.Check(func(ce *pb.CloudEvent) *ingestv1.Rejection { return checkDevice(member, passport, ce) })
	}
	if refused := p.batch.Complete(nil).GetRejections(); p.signed != nil && len(refused) > 0 { // a part of it proves nothing
		p.problem = refusal(refused[0].GetReason(), "an event of the signed batch is refused: "+refused[0].GetDetail())
	}
	return p
}

func refusal(reason, detail string) *problem.Error {
	return &problem.Error{Status: http.StatusBadRequest, Reason: reason, Detail: detail}
}

func (p *parcel) read(format string, body []byte) (batch *cloudevents.Batch, err error) {
	switch {
	case format == devicebus.FormatSigned:
		batch, p.signed, err = cloudevents.FromSigned(body)
		return batch, err
	case format == devicebus.FormatProtobuf:
		return cloudevents.FromProtobuf(body)
	case format != devicebus.FormatJSON:
		return nil, cloudevents.ErrMalformed
	case bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")):
		return cloudevents.FromJSONBatch(body)
	}
	return cloudevents.FromJSON(body)
}

// checkDevice refuses what a device says of other passports than its own, and in the name of other sources: ids are unique
// within a source, so that one device could take another's.
func checkDevice(member, passport string, ce *pb.CloudEvent) *ingestv1.Rejection {
	own := "passports/" + passport
	source, isOwn := strings.CutPrefix(ce.GetSource(), "/members/"+member+"/"+own)
	switch {
	case ce.GetAttributes()[event.AttributeSubject].GetCeString() != own:
		return cloudevents.Refusal(ce, "SUBJECT_INVALID", "attributes.subject", "not the passport of the topic")
	case !isOwn || source != "" && source[0] != '/':
		return cloudevents.Refusal(ce, "SOURCE_FOREIGN", "source", "not the device's own source or one below it")
	}
	return nil
}

// events are those that go to ingest.
func (p *parcel) events() []*pb.CloudEvent {
	if p.problem != nil {
		return nil
	}
	return p.batch.Events
}

func (p *parcel) digest() string {
	sum := sha256.Sum256(p.message.Data())
	return hex.EncodeToString(sum[:])
}
