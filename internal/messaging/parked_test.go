package messaging_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/testkit"
)

func (f *fixture) parked(t *testing.T) (n int) {
	t.Helper()
	must(t, f.own.QueryRow(t.Context(), `SELECT count(*) FROM parked_message`).Scan(&n))
	return n
}

// TestMessagesThatAlwaysFailAreParked has more of them than may be under way at once, and others behind them.
func TestMessagesThatAlwaysFailAreParked(t *testing.T) {
	f := newFixture(t, testkit.NATS(t).URL)
	const poisonous, others = 300, 20
	var cured atomic.Bool
	c := f.consumer(f.js, func(member string) error {
		if member < name(poisonous) && !cured.Load() {
			return errors.New("never")
		}
		return nil
	})
	c.ParkAfter, c.ParkedRetry = 2, 100*time.Millisecond
	run(t, f.relay(f.js).Run)
	run(t, c.Run)
	f.enqueue(t, 0, poisonous+others-1)
	f.await(t, func() bool { return f.parked(t) == poisonous && len(f.effects(t)) == others })
	cured.Store(true)
	f.awaitEffects(t, poisonous+others)
	f.await(t, func() bool { return f.parked(t) == 0 })
}

// TestWhatCannotBeReadIsParkedAtOnce sends the bus what no outbox would.
func TestWhatCannotBeReadIsParkedAtOnce(t *testing.T) {
	f := newFixture(t, testkit.NATS(t).URL)
	subject := messaging.Subject(f.consumer(f.js, agree).New())
	for _, m := range []*nats.Msg{
		{Subject: subject, Data: []byte{0xff}, Header: nats.Header{nats.MsgIdHdr: {"garbage"}}},
		{Subject: subject},
	} {
		_, err := f.js.PublishMsg(t.Context(), m)
		must(t, err)
	}
	run(t, f.relay(f.js).Run)
	run(t, f.consumer(f.js, agree).Run)
	f.enqueue(t, 0, 4)
	f.awaitEffects(t, 5)
	f.await(t, func() bool { return f.parked(t) == 2 })
	for _, want := range []string{"message=garbage", "message=sequence-2"} {
		if !strings.Contains(f.log.String(), want) {
			t.Errorf("the log does not have %q:\n%s", want, f.log)
		}
	}
}
