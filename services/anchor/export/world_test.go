package export_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/headmap"
	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/export"
	"github.com/pcc-platform/pcc/verify"
)

const passport = "passports/1"

// types are kinds of events, of different classes.
func types() []string {
	return []string{"pcc.events.v1.OdometerReading", "pcc.events.v1.Wash", "pcc.events.v1.Theft", "pcc.events.v1.Service"}
}

// payload of a leaf, whose type is the name of a passport.
type payload struct {
	N         int    `json:"n"`
	EventType string `json:"event_type"`
}

// decode takes a leaf's type for its passport and the payload for its view; signatures have no path.
func decode(leafType string, raw []byte, signature *verify.Signature) (verify.Content, error) {
	if signature != nil && len(signature.Path) > 0 {
		return verify.Content{}, verify.ErrSignature
	}
	var p payload
	err := json.Unmarshal(raw, &p)
	return verify.Content{Passport: leafType, EventType: p.EventType, View: raw}, err
}

// tag is that of the passport's vehicle.
func tag() eventlist.Tag { return eventlist.TagOf([64]byte{1}) }

// world is a journal in memory with its epochs: the exporter's ports.
type world struct {
	state   epoch.State
	records []model.EpochRecord
	index   tree
	streams map[string]*tree
	// taken has the epoch of each entry of a stream.
	taken  map[string][]uint64
	lists  map[proof.Key]headproof.List
	proven anchor.Proven
	paid   error
}

func newWorld() *world {
	return &world{
		state: epoch.Start(), streams: map[string]*tree{}, taken: map[string][]uint64{}, lists: map[proof.Key]headproof.List{},
		proven: anchor.Proven{Tag: tag(), NotYetAnchored: 2},
	}
}

// entry is what an epoch takes.
type entry struct {
	stream, passport, eventType string
	signed                      bool
}

// addEpoch journals entries, in the order of their streams, and makes the record.
func (w *world) addEpoch(entries ...entry) error {
	slices.SortStableFunc(entries, func(a, b entry) int { return strings.Compare(a.stream, b.stream) })
	b := epoch.Begin(w.state, w.load)
	number := w.state.Number() + 1
	for _, e := range entries {
		made, err := w.journal(e, number)
		if err != nil {
			return err
		}
		if err := b.Add(context.Background(), e.stream, []proof.Entry{made}); err != nil {
			return err
		}
	}
	change, err := b.Finish()
	if err != nil {
		return err
	}
	for _, l := range change.Lists {
		w.lists[l.Key] = l.List
	}
	return w.record(number, change.Next)
}

func (w *world) record(number uint64, state epoch.State) error {
	c := state.Content()
	r := model.EpochRecord{Number: number, TimeUnixMilli: int64(number), MapRoot: c.MapRoot, MapKeys: c.MapKeys, Streams: c.Streams}
	if number > 1 {
		r.PreviousHash = model.Hash{1}
	}
	leaf, err := r.IndexLeaf()
	if err != nil {
		return err
	}
	w.records = append(w.records, r)
	w.state, err = state.WithRecord(headproof.Hash(leaf))
	return errors.Join(err, w.index.append(proof.Hash(leaf)))
}

// journal puts an entry into its stream, and remembers it if it is about the passport.
func (w *world) journal(e entry, number uint64) (proof.Entry, error) {
	seq := uint64(len(w.taken[e.stream]))
	raw, err := json.Marshal(payload{int(seq), e.eventType})
	if err != nil {
		return proof.Entry{}, err
	}
	vehicle := tag()
	if e.passport != passport {
		vehicle = eventlist.TagOf([64]byte{2})
	}
	class, _ := eventlist.ClassOf(e.eventType)
	leaf := proof.Frame(e.passport, [proof.SaltBytes]byte([]byte(fmt.Sprintf("%-16.16s", fmt.Sprint(seq, e.stream)))), raw)
	made := proof.EntryOf(eventlist.KeyOf(vehicle, class), leaf)
	if w.streams[e.stream] == nil {
		w.streams[e.stream] = &tree{}
	}
	w.taken[e.stream] = append(w.taken[e.stream], number)
	if e.passport == passport {
		event := anchor.ProvenEvent{Stream: e.stream, Sequence: seq, Leaf: leaf}
		if e.signed {
			event.Signature = &verify.Signature{Statement: []byte(e.stream)}
		}
		w.proven.Events = append(w.proven.Events, event)
	}
	return made, w.streams[e.stream].append(made.Hash())
}

func (w *world) load(_ context.Context, keys []proof.Key) (lists []headproof.List, err error) {
	for _, key := range keys {
		lists = append(lists, w.lists[key])
	}
	return lists, nil
}

// Last implements export.Store.
func (w *world) Last(context.Context) (*anchor.Epoch, error) {
	if len(w.records) == 0 {
		return nil, nil //nolint:nilnil // nothing is anchored
	}
	r, size := w.records[len(w.records)-1], uint64(len(w.records))
	text, err1 := r.Canonical()
	root, err2 := w.index.root(size)
	note, err3 := checkpoint.Checkpoint{Origin: "log.example/index", Size: size, Root: root}.Text()
	return &anchor.Epoch{
		Candidate:   anchor.Candidate{Record: r, Text: string(text)},
		Note:        []byte(note + "\n— log.example/index AAAAAAAA\n"),
		Transaction: &anchor.Transaction{ID: "tx", Endorsements: []anchor.Endorsement{{MSPID: "OemMSP"}}},
	}, errors.Join(err1, err2, err3)
}

// IndexPath implements export.Store.
func (w *world) IndexPath(_ context.Context, number, size uint64) ([]proof.Hash, error) {
	return w.index.prove(number-1, size)
}

// At implements export.Heads.
func (w *world) At(context.Context, uint64) (*headmap.Map, error) { return w.state.Heads, nil }

// EpochsOf implements export.Store.
func (w *world) EpochsOf(_ context.Context, stream string, entries []uint64) (epochs []uint64, err error) {
	for _, seq := range entries {
		epochs = append(epochs, w.taken[stream][seq])
	}
	return epochs, nil
}

// Prove implements export.Journal.
func (w *world) Prove(_ context.Context, _ string, under []model.StreamCheckpoint) (anchor.Proven, error) {
	proven := w.proven
	proven.Events = slices.Clone(proven.Events)
	for i, e := range proven.Events {
		at := slices.IndexFunc(under, func(s model.StreamCheckpoint) bool { return s.Stream == e.Stream })
		path, err := w.streams[e.Stream].prove(e.Sequence, under[at].Size)
		if err != nil {
			return anchor.Proven{}, err
		}
		proven.Events[i].Inclusion = path
	}
	return proven, nil
}

// Verify implements export.Reads.
func (w *world) Verify(context.Context, string, string, string) error { return w.paid }

func (w *world) export(withheld export.Withheld) (verify.Document, error) {
	exporter := export.Exporter{Store: w, Heads: w, Journal: w, Reads: w, Decode: decode, Now: time.Now}
	text, notYet, err := exporter.Export(context.Background(), export.Request{Passport: passport, Payer: "members/oem", Read: "reads/1", Withheld: withheld})
	if err != nil {
		return verify.Document{}, err
	}
	if notYet != w.proven.NotYetAnchored {
		return verify.Document{}, fmt.Errorf("%d events not yet anchored, want %d", notYet, w.proven.NotYetAnchored)
	}
	var d verify.Document
	err = json.Unmarshal(text, &d)
	return d, err
}

// tree is an RFC 6962 tree in memory.
type tree struct {
	size   int64
	stored []tlog.Hash
}

func (t *tree) append(leaf proof.Hash) error {
	hashes, err := tlog.StoredHashesForRecordHash(t.size, tlog.Hash(leaf), t)
	t.stored, t.size = append(t.stored, hashes...), t.size+1
	return err
}

func (t *tree) prove(seq, size uint64) (path []proof.Hash, err error) {
	hashes, err := tlog.ProveRecord(int64(size), int64(seq), t)
	for _, h := range hashes {
		path = append(path, proof.Hash(h))
	}
	return path, err
}

func (t *tree) root(size uint64) (proof.Hash, error) {
	root, err := tlog.TreeHash(int64(size), t)
	return proof.Hash(root), err
}

// ReadHashes implements tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = t.stored[index]
	}
	return hashes, nil
}
