package prooftest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/eventlist"
	headmap "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/verify"
)

// Names in every world.
const (
	Channel   = "pcc-channel"
	Chaincode = "pcc"
	Origin    = "pcc.example/index"
	// Subject is the passport shown, OtherSubject that of the other vehicle.
	Subject      = "passports/0199e9d4-0000-7000-8000-000000000001"
	OtherSubject = "passports/0199e9d4-0000-7000-8000-000000000002"
)

// start is when a world begins; epochs follow each other by interval.
func start() time.Time { return time.Date(2026, 1, 31, 10, 50, 0, 0, time.UTC) }

const interval = 5 * time.Minute

// Plan says what is journaled in a world.
type Plan struct {
	// LeafType is the type of all leaves, whose payloads Decode understands.
	LeafType string
	Decode   verify.Decoder
	// Content makes the payload of entry seq of a stream, about a passport, and what is shown of its signature: nil for one
	// that is not signed.
	Content func(t testing.TB, passport string, seq int) (payload []byte, signature *verify.Signature)
	// Sizes, if there are any, are those of the streams "ingest/garage" and "ingest/oem" after each epoch.
	Sizes map[string][]int
	// Key, if there is one, changes the key that an entry is journaled under: what a platform that lies could do.
	Key func(stream string, seq int, honest proof.Key) proof.Key
}

// sizes are those of most plans. Two of three entries belong to the passport shown.
func sizes() map[string][]int {
	return map[string][]int{"ingest/garage": {1, 1, 2}, "ingest/oem": {3, 5, 8}}
}

// World is a small network with a journal of two vehicles, in epochs.
type World struct {
	Organisations []Organisation
	Log           *checkpoint.LogSigner
	Witnesses     []*checkpoint.Cosigner
	Trust         verify.Trust
	// Records are those of all epochs, from number 1.
	Records []model.EpochRecord
	// Epoch is the last record, and Document the complete and true document of the passport under it.
	Epoch    model.EpochRecord
	Document verify.Document

	plan    Plan
	states  []epoch.State
	index   tree
	streams map[string]*tree
	lists   map[proof.Key][]placed
}

// placed is an entry of a list with its place in the journal.
type placed struct {
	epoch     int
	stream    string
	seq       uint64
	leaf      []byte
	signature *verify.Signature
}

// NewWorld makes a world of three organisations and three witnesses, of which the trust list demands two each.
func NewWorld(t testing.TB, plan Plan) World {
	t.Helper()
	w := World{
		plan: plan, Log: NewLog(t, Origin), streams: map[string]*tree{}, lists: map[proof.Key][]placed{},
		Trust: verify.Trust{Channel: Channel, Chaincode: Chaincode, MinEndorsements: 2, MinCosignatures: 2},
	}
	w.Trust.Log, w.Trust.TagKey = w.Log.VerifierKey(), marshal(t, tagKey(t).Public())
	for _, id := range []string{"GarageMSP", "InsurerMSP", "OemMSP"} {
		o := NewOrganisation(t, id, "", "peer")
		w.Organisations = append(w.Organisations, o)
		w.Trust.MSPs = append(w.Trust.MSPs, verify.MSP{ID: id, RootCertificates: []string{o.RootPEM}})
	}
	for _, name := range []string{"garage.example", "insurer.example", "oem.example"} {
		witness := NewWitness(t, name)
		w.Witnesses = append(w.Witnesses, witness)
		w.Trust.Witnesses = append(w.Trust.Witnesses, witness.Verifier().String())
	}
	if w.plan.Sizes == nil {
		w.plan.Sizes = sizes()
	}
	for number := 1; number <= len(w.plan.Sizes["ingest/oem"]); number++ {
		w.addEpoch(t, number)
	}
	w.Epoch = w.Records[len(w.Records)-1]
	w.Document = w.DocumentAt(t, len(w.Records), Subject)
	return w
}

// addEpoch journals the entries of an epoch and makes its record.
func (w *World) addEpoch(t testing.TB, number int) {
	t.Helper()
	before := epoch.Start()
	if number > 1 {
		before = w.states[number-2]
	}
	b := epoch.Begin(before, w.load(t))
	for _, stream := range []string{"ingest/garage", "ingest/oem"} {
		var entries []proof.Entry
		for seq := before.Size(stream); seq < uint64(w.plan.Sizes[stream][number-1]); seq++ {
			entries = append(entries, w.journal(t, number, stream, seq))
		}
		if err := b.Add(t.Context(), stream, entries); err != nil {
			t.Fatal(err)
		}
	}
	change, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	w.record(t, number, change.Next)
}

// load gives a builder the lists as they were before its epoch.
func (w *World) load(t testing.TB) epoch.Loader {
	before := len(w.states)
	return func(_ context.Context, keys []proof.Key) (lists []headmap.List, err error) {
		for _, key := range keys {
			lists = append(lists, w.listAt(t, before, key))
		}
		return lists, nil
	}
}

// record makes the record of a state and puts it into the index.
func (w *World) record(t testing.TB, number int, state epoch.State) {
	t.Helper()
	content := state.Content()
	r := model.EpochRecord{
		Number: uint64(number), TimeUnixMilli: start().Add(time.Duration(number-1) * interval).UnixMilli(), // #nosec G115 -- from 1
		MapRoot: content.MapRoot, MapKeys: content.MapKeys, Streams: content.Streams,
	}
	if number > 1 {
		r.PreviousHash = HashOf(t, w.Records[number-2])
	}
	leaf, err := r.IndexLeaf()
	if err != nil {
		t.Fatal(err)
	}
	w.index.append(t, proof.Hash(leaf))
	if state, err = state.WithRecord(headmap.Hash(leaf)); err != nil {
		t.Fatal(err)
	}
	w.Records, w.states = append(w.Records, r), append(w.states, state)
}

// journal makes an entry and puts it into its stream and list.
func (w *World) journal(t testing.TB, number int, stream string, seq uint64) proof.Entry {
	t.Helper()
	passport := Subject
	if seq%3 == 1 {
		passport = OtherSubject
	}
	payload, signature := w.plan.Content(t, passport, int(seq)) // #nosec G115 -- a handful of entries
	content, err := w.plan.Decode(w.plan.LeafType, payload, signature)
	if err != nil {
		t.Fatal(err)
	}
	class, known := eventlist.ClassOf(content.EventType)
	if !known {
		t.Fatalf("%q is of no class", content.EventType)
	}
	key := eventlist.KeyOf(TagOf(t, passport), class)
	if w.plan.Key != nil {
		key = w.plan.Key(stream, int(seq), key) // #nosec G115 -- a handful of entries
	}
	salt := [proof.SaltBytes]byte(seed(stream + string(rune(seq))))
	leaf := proof.Frame(w.plan.LeafType, salt, payload)
	w.lists[key] = append(w.lists[key], placed{number, stream, seq, leaf, signature})
	entry := proof.EntryOf(key, leaf)
	if w.streams[stream] == nil {
		w.streams[stream] = &tree{}
	}
	w.streams[stream].append(t, entry.Hash())
	return entry
}

// entriesAt are those of a list up to an epoch.
func (w *World) entriesAt(number int, key proof.Key) []placed {
	all := w.lists[key]
	end := slices.IndexFunc(all, func(p placed) bool { return p.epoch > number })
	if end < 0 {
		return all
	}
	return all[:end]
}

func (w *World) listAt(t testing.TB, number int, key proof.Key) headmap.List {
	t.Helper()
	var list headmap.List
	for _, p := range w.entriesAt(number, key) {
		var err error
		if list, err = list.Append(proof.EntryOf(key, p.leaf).Hash()); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// HashOf returns the hash of a record.
func HashOf(t testing.TB, r model.EpochRecord) model.Hash {
	t.Helper()
	hash, err := r.Hash()
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// Hash returns the hash of the last record, in hexadecimal.
func (w *World) Hash(t testing.TB) string { return HashOf(t, w.Epoch).String() }
