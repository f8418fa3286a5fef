package replay

import (
	"fmt"
	"strings"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

// Report is what the platform has told of a passport at a time.
type Report struct {
	Events  []*ingestv1.Event
	Verdict *ingestv1.OdometerVerdict
	Time    time.Time
}

// Compare finds what a report says otherwise than the history: events that it lacks although they were accepted before it, that it
// shows otherwise than they were journaled, or as counting when they were withdrawn; and a verdict that does not follow from the
// events that it shows. One that the history does not have is a difference, too: then the verdict cannot be compared.
func (h *History) Compare(r Report) ([]Difference, error) {
	var found differences
	events := make(map[string]*ingest.Event, len(h.events))
	for i := range h.events {
		events[nameOf(&h.events[i])] = &h.events[i]
	}
	shown := make([]ingest.Event, 0, len(r.Events))
	said := make(map[string]bool, len(r.Events))
	for _, e := range r.Events {
		if said[e.GetName()] {
			found.add(e.GetName(), "event", "twice in the report", "once")
		}
		said[e.GetName()] = true
		if journaled := events[e.GetName()]; journaled != nil {
			shown = append(shown, *journaled)
			found.compareEvent(e, journaled)
		} else {
			found.add(e.GetName(), "event", "in the report", "not in the document, which may be older")
		}
	}
	for i := range h.events {
		if e := &h.events[i]; !said[nameOf(e)] && e.ReceivedAt.Before(r.Time) {
			found.add(nameOf(e), "event", "not in the report", "accepted before it")
		}
	}
	if len(shown) < len(r.Events) || len(shown) == 0 {
		return found, nil
	}
	again, err := h.appraiser.Recompute(shown)
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	for i, e := range r.Events {
		if withdrawn := again.Withdrawn[shown[i].ID]; e.GetStanding().GetWithdrawn() != withdrawn {
			found.add(e.GetName(), "withdrawn", e.GetStanding().GetWithdrawn(), withdrawn)
		}
	}
	found.compareVerdict("passports/"+shown[0].Passport.String(), r.Verdict, wire.FromVerdict(shown[0].Passport, &again.Verdict))
	return found, nil
}

// compareEvent finds what a report says otherwise of an event than its leaf.
func (d *differences) compareEvent(said *ingestv1.Event, e *ingest.Event) {
	where := said.GetName()
	journaled := &pb.CloudEvent{}
	if err := proto.Unmarshal(e.Bytes, journaled); err != nil || !proto.Equal(encodedAgain(said.GetCloudEvent()), encodedAgain(journaled)) {
		d.add(where, "content", "one in the report", "another in the leaf")
	}
	if member := "members/" + e.Member; said.GetMember() != member {
		d.add(where, "member", said.GetMember(), member)
	}
	if at := said.GetReceiveTime().AsTime(); !at.Equal(e.ReceivedAt) {
		d.add(where, "time of acceptance", at, e.ReceivedAt)
	}
	if index := int(said.GetQuality().GetIndex()); index != e.Quality.Index {
		d.add(where, "index", index, e.Quality.Index)
	}
	if stored, computed := metres(said.OdometerMetres), metres(e.OdometerMetres); stored != computed {
		d.add(where, "mileage", stored, computed)
	}
}

// encodedAgain has the data in one encoding: sources choose theirs, and a report in JSON does not have it.
func encodedAgain(ce *pb.CloudEvent) *pb.CloudEvent {
	ce = proto.CloneOf(ce)
	data, err := ce.GetProtoData().UnmarshalNew()
	if err != nil {
		return ce
	}
	if encoded, err := (proto.MarshalOptions{Deterministic: true}).Marshal(data); err == nil {
		ce.GetProtoData().Value = encoded
	}
	return ce
}

func metres(m *int64) string {
	if m == nil {
		return "none"
	}
	return fmt.Sprintf("%d m", *m)
}

// compareVerdict tells the parts of a verdict apart.
func (d *differences) compareVerdict(where string, said, computed *ingestv1.OdometerVerdict) {
	for _, c := range []struct {
		what             string
		stored, computed any
	}{
		{"verdict", said.GetVerdict(), computed.GetVerdict()},
		{"confidence", said.GetConfidence(), computed.GetConfidence()},
		{"policy of the verdict", said.GetPolicyVersion(), computed.GetPolicyVersion()},
		{"believed mileage", said.GetBelievedMetres(), computed.GetBelievedMetres()},
		{"findings", codes(said), codes(computed)},
	} {
		if c.stored != c.computed {
			d.add(where, c.what, c.stored, c.computed)
		}
	}
	if codes(said) != codes(computed) {
		return
	}
	for i, f := range computed.GetFindings() {
		if !proto.Equal(said.GetFindings()[i], f) {
			d.add(where, "finding "+f.GetCode(), said.GetFindings()[i], f)
		}
	}
}

func codes(v *ingestv1.OdometerVerdict) string {
	all := make([]string, len(v.GetFindings()))
	for i, f := range v.GetFindings() {
		all[i] = f.GetCode()
	}
	return strings.Join(all, " ")
}
