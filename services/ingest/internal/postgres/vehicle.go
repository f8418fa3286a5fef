package postgres

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// stateFormat is how this release writes a state, and the only one that it reads: the writer makes the others anew. Who changes
// what a state means raises it.
const stateFormat = 2

var (
	// errState says that a stored state is not what encodeVehicle makes.
	errState = errors.New("postgres: malformed odometer state")
	// errFormat says that a stored state is of a release that this one does not know.
	errFormat = errors.New("postgres: odometer state of an unknown format")
)

// names numbers texts that come again and again.
type names struct {
	numbers map[string]int32
	texts   []string
}

func (n *names) number(text string) int32 {
	number, known := n.numbers[text]
	if !known {
		number = int32(len(n.texts))
		n.numbers[text] = number
		n.texts = append(n.texts, text)
	}
	return number
}

func encodeVehicle(v *ingest.Vehicle) ([]byte, error) {
	members := names{numbers: map[string]int32{}}
	content := v.History.Content()
	state := &ingestv1.OdometerState{
		Format: stateFormat, ReadingsLevel: int32(content.Levels[0]), LifeLevel: int32(content.Levels[1]), UseLevel: int32(content.Levels[2]),
	}
	var err error
	if state.Readings, err = encodeReadings(content.Readings, v.Readings, &members); err != nil {
		return nil, err
	}
	if state.Life, err = encodeSignals(content.Life, &members); err != nil {
		return nil, err
	}
	if state.Use, err = encodeSignals(content.Use, &members); err != nil {
		return nil, err
	}
	state.Members = members.texts
	encoded, err := proto.Marshal(state)
	if err != nil {
		return nil, fmt.Errorf("marshal an odometer's state: %w", err)
	}
	return encoded, nil
}

func encodeSignals(signals []adjudication.Signal, members *names) ([]*ingestv1.KeptSignal, error) {
	out := make([]*ingestv1.KeptSignal, len(signals))
	for i, s := range signals {
		id, err := uuid.Parse(s.EventID)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errState, err)
		}
		out[i] = &ingestv1.KeptSignal{
			Event: id[:], Member: members.number(s.Source), SignalKind: int32(s.Kind),
			OccurTimeUs: s.OccurredAt.UnixMicro(), SinceUs: s.Since.UnixMicro(), Amount: s.Amount, Complete: s.Complete,
			RemovedMetres: s.Removed, InstalledMetres: s.Installed, ValuesKnown: s.ValuesKnown, Unit: int32(s.Unit),
		}
	}
	return out, nil
}

func decodeVehicle(passport uuid.UUID, revision int64, encoded []byte) (*ingest.Vehicle, error) {
	state := &ingestv1.OdometerState{}
	if err := proto.Unmarshal(encoded, state); err != nil {
		return nil, fmt.Errorf("%w: %w", errState, err)
	}
	if format := state.GetFormat(); format != stateFormat {
		return nil, fmt.Errorf("%w: %d", errFormat, format)
	}
	kept, err := decodeReadings(state.GetReadings(), state.GetMembers())
	if err != nil {
		return nil, err
	}
	v := &ingest.Vehicle{Passport: passport, Revision: revision, Readings: kept}
	content := adjudication.Content{
		Levels:   [3]int{int(state.GetReadingsLevel()), int(state.GetLifeLevel()), int(state.GetUseLevel())},
		Readings: make([]adjudication.Reading, len(kept)),
	}
	for i := range kept {
		content.Readings[i] = kept[i].Reading
	}
	if content.Life, err = decodeSignals(state.GetLife(), state.GetMembers()); err != nil {
		return nil, err
	}
	if content.Use, err = decodeSignals(state.GetUse(), state.GetMembers()); err != nil {
		return nil, err
	}
	v.History = adjudication.Restore(content)
	return v, nil
}

func decodeSignals(kept []*ingestv1.KeptSignal, members []string) ([]adjudication.Signal, error) {
	signals := make([]adjudication.Signal, len(kept))
	for i, s := range kept {
		id, err := uuid.FromBytes(s.GetEvent())
		if err != nil || int(s.GetMember()) >= len(members) || s.GetMember() < 0 {
			return nil, errState
		}
		signals[i] = adjudication.Signal{
			EventID: id.String(), Source: members[s.GetMember()], Kind: adjudication.SignalKind(s.GetSignalKind()),
			OccurredAt: time.UnixMicro(s.GetOccurTimeUs()).UTC(), Since: time.UnixMicro(s.GetSinceUs()).UTC(), Amount: s.GetAmount(),
			Complete: s.GetComplete(), Removed: s.GetRemovedMetres(), Installed: s.GetInstalledMetres(), ValuesKnown: s.GetValuesKnown(),
			Unit: adjudication.Unit(s.GetUnit()),
		}
	}
	return signals, nil
}
