package ingest

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"strconv"
	"time"

	pb "github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/signing"
)

const (
	benchMember    = "oem"
	eventsPerBatch = 200
	// streams send at the same time, each one signing source with window batches unacknowledged.
	streams = 4
	window  = 8
	// firstYear is that of the first run's readings. kmPerEvent makes each vehicle's mileage grow by as much from event to event, and kmPerYear from run to run; a run has at most
	// as many readings of a vehicle as fit into its year.
	firstYear  = 2010
	kmPerEvent = 7
	kmPerYear  = 20_000
)

// load is what one run sends: signed batches, made before the clock starts, so that the sender's work is not in the figures.
type load struct {
	// sources are the CloudEvents sources, one a stream; batches are each one's in their order.
	sources [streams]string
	batches [streams][]*ingestv1.StreamEventsRequest
}

// events is how many there are in all.
func (l *load) events() (n int64) {
	for _, b := range l.batches {
		n += int64(len(b)) * eventsPerBatch
	}
	return n
}

// lastOf is the id of the last event of a stream's batch.
func lastOf(batch int64) string { return eventID(batch*eventsPerBatch + eventsPerBatch - 1) }

func eventID(n int64) string { return "b-" + strconv.FormatInt(n, 10) }

// makeLoad signs a run of batches over all vehicles: each is read once an hour and drives on in between. Of two runs the
// later one, by its number, goes on where the other has ended.
func (b *bench) makeLoad(ctx context.Context, name string, number, batches int) (*load, error) {
	l := &load{}
	for s := range streams {
		l.sources[s] = fmt.Sprintf("/members/%s/bench/%s/%d", benchMember, name, s)
		signer, err := b.enrolKey(ctx, l.sources[s])
		if err != nil {
			return nil, err
		}
		for n := range batches / streams {
			req, err := b.signedBatch(signer, l.sources[s], number, s, n)
			if err != nil {
				return nil, err
			}
			l.batches[s] = append(l.batches[s], req)
		}
	}
	return l, nil
}

// enrolKey makes a key and registers it for a source.
func (b *bench) enrolKey(ctx context.Context, source string) (*signing.Signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	signer, err := signing.NewSigner(key, source, signing.State{})
	if err != nil {
		return nil, err
	}
	enrolment, err := signing.SignEnrolment(key, signing.Enrolment{Source: source})
	if err != nil {
		return nil, err
	}
	_, err = ingestv1.NewSourceKeyServiceClient(b.platform).RegisterSourceKey(ctx, &ingestv1.RegisterSourceKeyRequest{
		RequestId: uuid.NewString(), Source: source, PublicKey: signer.Public().DER(), Enrolment: enrolment,
	})
	return signer, err
}

func (b *bench) signedBatch(signer *signing.Signer, source string, run, stream, number int) (*ingestv1.StreamEventsRequest, error) {
	signed := &ingestv1.SignedBatch{CloudEvents: make([][]byte, eventsPerBatch)}
	for i := range signed.GetCloudEvents() {
		e, err := b.event(source, run, stream, int64(number)*eventsPerBatch+int64(i))
		if err != nil {
			return nil, err
		}
		if signed.CloudEvents[i], err = (proto.MarshalOptions{Deterministic: true}).Marshal(e); err != nil {
			return nil, err
		}
	}
	var err error
	signed.Statement, err = signer.Sign(signed.GetCloudEvents())
	return &ingestv1.StreamEventsRequest{BatchNumber: int64(number), Signed: signed}, err
}

// event is number n of a stream. Each stream has its share of the vehicles.
func (b *bench) event(source string, run, stream int, n int64) (*pb.CloudEvent, error) {
	share := int64(len(b.passports) / streams)
	vehicle, reading := int64(stream)*share+n%share, n/share
	at := time.Date(firstYear+run, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(reading) * time.Hour)
	return event.New(eventID(n), source, b.passports[vehicle], at,
		&eventsv1.OdometerReading{Odometer: &eventsv1.Odometer{
			RawValue: strconv.FormatInt(1000+int64(run)*kmPerYear+reading*kmPerEvent, 10), RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE,
			Provenance: eventsv1.Provenance_PROVENANCE_OBD_READ,
		}})
}
