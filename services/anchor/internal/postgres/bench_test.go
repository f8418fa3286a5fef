package postgres_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/internal/postgres"
)

const (
	benchLists  = 1_000_000 // in the map before the first epoch that is measured
	benchEvents = 100_000   // of an epoch, each in a list chosen at random
	benchBefore = 3         // entries of each list
	benchEpochs = 3
	benchLeaf   = 700 // bytes of an event in the journal
	benchStream = "ingest/bench"
)

// BenchmarkEpoch measures epochs of 10^5 events over 10^6 lists, step by step: CPU of this process and of PostgreSQL's backends, an
// event. The journal is read from the database and not over gRPC. It decides no test; see make bench-epoch.
func BenchmarkEpoch(b *testing.B) {
	sources, err := migrations.Sources("anchor")
	mustBench(b, err)
	bench := &epochBench{B: b, pool: testkit.Schema(b, "anchor", sources...), random: rand.New(rand.NewPCG(1, 2)), state: epoch.Start(), spent: map[string]cpu{}}
	bench.store = postgres.New(bench.pool)
	bench.lists = anchor.NewLists(bench.store)
	bench.seed()
	for b.Loop() {
		clear(bench.spent)
		for range benchEpochs {
			bench.journal()
			bench.epoch()
		}
		bench.report()
	}
}

type epochBench struct {
	*testing.B
	pool   *pgxpool.Pool
	store  *postgres.Store
	lists  *anchor.Lists
	random *rand.Rand
	state  epoch.State
	last   model.Hash
	spent  map[string]cpu
	// paused is what loading and measuring took since it was set to zero.
	paused time.Duration
}

// cpu is what a step has used.
type cpu struct{ process, database time.Duration }

var benchSteps = []string{"read entries", "load lists", "hash", "map", "store"}

func listKey(i int) proof.Key {
	return sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
}

// seed cuts epochs with an entry in every list, of a stream that nobody keeps. There are three: of a list of three entries the head does
// not say what another one makes of it.
func (b *epochBench) seed() {
	entries := make([]proof.Entry, benchLists)
	for i := range entries {
		entries[i] = proof.Entry{Key: listKey(i), Commitment: listKey(i)}
	}
	for range benchBefore {
		builder := epoch.Begin(b.state, b.lists.Load)
		mustBench(b.B, builder.Add(b.Context(), "ingest/before", entries))
		change, err := builder.Finish()
		mustBench(b.B, err)
		b.keep(change)
	}
	_, err := b.pool.Exec(b.Context(), `VACUUM ANALYZE heads`)
	mustBench(b.B, err)
}

// journal appends the events of the next epoch.
func (b *epochBench) journal() {
	payload := make([]byte, benchLeaf)
	for range benchEvents / 5000 {
		leaves := make([]journal.Leaf, 5000)
		for i := range leaves {
			binary.BigEndian.PutUint64(payload, b.random.Uint64())
			leaves[i] = journal.Leaf{Key: listKey(b.random.IntN(benchLists)), Frame: journal.Frame("bench", [proof.SaltBytes]byte{}, payload)}
		}
		mustBench(b.B, pgx.BeginFunc(b.Context(), b.pool, func(tx pgx.Tx) error {
			_, _, err := journal.Append(b.Context(), tx, benchStream, leaves)
			return err
		}))
	}
}

// epoch does what an anchorer does, and measures it.
func (b *epochBench) epoch() {
	builder := epoch.Begin(b.state, func(ctx context.Context, keys []headproof.Key) (lists []headproof.List, err error) {
		begun := b.process()
		b.measure("load lists", func() { lists, err = b.lists.Load(ctx, keys) })
		b.paused += b.process() - begun
		return lists, err
	})
	for next := b.state.Size(benchStream); ; {
		var entries []proof.Entry
		b.measure("read entries", func() {
			var err error
			entries, err = journal.ReadEntriesFrom(b.Context(), b.pool, benchStream, next, journal.MaxEntries)
			mustBench(b.B, err)
		})
		if len(entries) == 0 {
			break
		}
		b.paused = 0
		begun := b.process()
		mustBench(b.B, builder.Add(b.Context(), benchStream, entries))
		b.take("hash", cpu{process: b.process() - begun - b.paused})
		next += uint64(len(entries))
	}
	var change *epoch.Change
	b.measure("map", func() {
		var err error
		change, err = builder.Finish()
		mustBench(b.B, err)
	})
	if change.Entries != benchEvents {
		b.Fatalf("%d entries, want %d", change.Entries, benchEvents)
	}
	b.measure("store", func() { b.keep(change) })
}

// keep cuts the epoch of a change.
func (b *epochBench) keep(change *epoch.Change) {
	content := change.Next.Content()
	record := model.EpochRecord{
		Number: b.state.Number() + 1, PreviousHash: b.last, TimeUnixMilli: 1,
		MapRoot: model.Hash(content.MapRoot), MapKeys: content.MapKeys, Streams: content.Streams,
	}
	text, err := record.Canonical()
	mustBench(b.B, err)
	candidate, err := anchor.ParseCandidate(string(text))
	mustBench(b.B, err)
	leaf, err := record.IndexLeaf()
	mustBench(b.B, err)
	next, err := change.Next.WithRecord(headproof.Hash(leaf))
	mustBench(b.B, err)
	mustBench(b.B, b.store.AddCandidate(b.Context(), candidate, change, next.Index))
	b.lists.Put(candidate.Number(), change.Lists)
	b.state, b.last = next, candidate.Hash
}

func (b *epochBench) measure(step string, f func()) {
	before := cpu{database: b.database()}
	before.process = b.process()
	f()
	after := cpu{process: b.process()}
	after.database = b.database()
	b.take(step, cpu{after.process - before.process, after.database - before.database})
}

func (b *epochBench) take(step string, used cpu) {
	sum := b.spent[step]
	b.spent[step] = cpu{sum.process + used.process, sum.database + used.database}
}

// process returns the CPU time of this process.
func (b *epochBench) process() time.Duration {
	var u syscall.Rusage
	mustBench(b.B, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// database returns the CPU time of PostgreSQL's backends, which Linux counts in hundredths of a second.
func (b *epochBench) database() (used time.Duration) {
	rows, err := b.pool.Query(b.Context(), `SELECT pid FROM pg_stat_activity WHERE datname = current_database()`)
	mustBench(b.B, err)
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	mustBench(b.B, err)
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue // it ended meanwhile
		}
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		for _, ticks := range fields[11:13] {
			n, err := strconv.Atoi(ticks)
			mustBench(b.B, err)
			used += time.Duration(n) * time.Second / 100
		}
	}
	return used
}

func (b *epochBench) report() {
	b.ReportMetric(0, "ns/op")
	var sum cpu
	perEvent := func(d time.Duration) float64 { return d.Seconds() * 1e6 / benchEvents / benchEpochs }
	for _, step := range benchSteps {
		s := b.spent[step]
		sum.process, sum.database = sum.process+s.process, sum.database+s.database
		b.Logf("%-14s %6.2f us/event here %6.2f in PostgreSQL", step, perEvent(s.process), perEvent(s.database))
	}
	b.Logf("%-14s %6.2f us/event here %6.2f in PostgreSQL", "sum", perEvent(sum.process), perEvent(sum.database))
	b.ReportMetric(perEvent(sum.process+sum.database), "us/event")
}

func mustBench(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
