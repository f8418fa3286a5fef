package postgres

import (
	"time"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// Bits of the flags of a signal.
const (
	signalComplete = 1 << iota
	signalValuesKnown
)

// leastSignalBytes is how long a signal is at least: its id, nine numbers and texts of a byte.
const leastSignalBytes = idBytes + 9

// encodeSignals writes the signals of a history.
func encodeSignals(c adjudication.Content) []byte {
	p := packer{data: []byte{}}
	if len(c.Life)+len(c.Use) == 0 {
		return p.data
	}
	p.number(int64(c.Levels[1]))
	p.signals(c.Life)
	p.number(int64(c.Levels[2]))
	p.signals(c.Use)
	return p.data
}

// decodeSignals reads what encodeSignals wrote, and leaves the readings out.
func decodeSignals(encoded []byte) (c adjudication.Content, err error) {
	if len(encoded) == 0 {
		return c, nil
	}
	u := unpacker{data: string(encoded)}
	c.Levels[1] = int(u.number())
	c.Life = u.signals()
	c.Levels[2] = int(u.number())
	c.Use = u.signals()
	if u.failed || u.data != "" {
		return c, errState
	}
	return c, nil
}

func (p *packer) signals(signals []*adjudication.Signal) {
	p.number(int64(len(signals)))
	for _, s := range signals {
		p.id(s.EventID)
		p.text(s.Source)
		flags := int64(0)
		if s.Complete {
			flags |= signalComplete
		}
		if s.ValuesKnown {
			flags |= signalValuesKnown
		}
		for _, n := range [...]int64{
			flags, int64(s.Kind), int64(s.Unit), s.OccurredAt.UnixMicro(), s.Since.UnixMicro(), s.Amount, s.Removed, s.Installed,
		} {
			p.number(n)
		}
	}
}

func (u *unpacker) signals() []*adjudication.Signal {
	signals := make([]*adjudication.Signal, u.count(leastSignalBytes))
	for i := range signals {
		id, source, flags := u.id(), u.text(), u.number()
		signals[i] = &adjudication.Signal{
			EventID: id, Source: source, Kind: adjudication.SignalKind(u.number()), Unit: adjudication.Unit(u.number()), //nolint:gosec // as written
			OccurredAt: u.time(), Since: u.time(), Amount: u.number(), Removed: u.number(), Installed: u.number(),
			Complete: flags&signalComplete != 0, ValuesKnown: flags&signalValuesKnown != 0,
		}
	}
	return signals
}

func (u *unpacker) time() time.Time { return time.UnixMicro(u.number()).UTC() }
