package importer

import (
	"context"
	"errors"
	"testing"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"
)

// marking seals by marking the event with its member.
type marking struct{ err error }

func (m marking) Seal(_ context.Context, member string, ce *pb.CloudEvent) (*pb.CloudEvent, error) {
	sealed := proto.CloneOf(ce)
	sealed.Type = "sealed for " + member
	return sealed, m.err
}

func TestAnImportSealsEveryEvent(t *testing.T) {
	p := newPlatform(t)
	run := p.newImport(&source{vehicles: 10, events: 3})
	run.Others.SealWith(marking{})
	sums, err := run.Run(t.Context())
	p.wantSums(t, sums, err, 30, 0)
	if p.types["sealed for oem"] != 30 || len(p.types) != 1 {
		t.Errorf("the platform got %v", p.types)
	}
}

func TestWhatCannotBeSealedIsNotSent(t *testing.T) {
	p := newPlatform(t)
	run := p.newImport(&source{vehicles: 1, events: 3})
	run.Others.SealWith(marking{err: errors.New("no key")})
	if _, err := run.Run(t.Context()); err == nil || len(p.types) != 0 {
		t.Errorf("sent %v, %v", p.types, err)
	}
}
