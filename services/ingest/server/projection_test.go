package server_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/messaging"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// TestEnrolmentReachesTheProjection publishes as the registry does; an event of the passport then needs no registry.
func TestEnrolmentReachesTheProjection(t *testing.T) {
	r := start(t)
	id := uuid.New()
	tag := tagOf("passports/" + id.String())
	message := &registryv1.PassportEnrolled{Passport: "passports/" + id.String(), Tag: tag[:]}
	data, err := proto.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the relay may publish twice
		if _, err := r.Broker.JetStream.Publish(t.Context(), messaging.Subject(message), data, jetstream.WithMsgID(uuid.NewString())); err != nil {
			t.Fatal(err)
		}
	}
	await(t, "the projection has the passport", func() bool {
		return r.count(t, "SELECT count(*) FROM known_passport WHERE id = $1 AND tag = $2", id, tag[:]) == 1
	})
	r.registry.setDown(true)
	if ack := send(t, r.oem, reading(t, r.oemMember, "e", message.GetPassport(), 1)); ack.GetAccepted() != 1 {
		t.Errorf("acknowledgement %v", ack)
	}
}
