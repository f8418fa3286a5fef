package verify_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/internal/prooftest"
)

// forgery is one way to lie. The forger encodes the document properly again, except where the text itself is what is wrong.
type forgery struct {
	name string
	want verify.Reason
	at   string
	why  string
	// vin is what the reader knows, if anything, trust the reader's list, trust.json by default.
	vin, trust string
	// plan is what the platform journaled, the honest plan by default.
	plan func() prooftest.Plan
	// change forges the document of the world, edit its text.
	change func(t *testing.T, w *prooftest.World)
	edit   [2]string
}

// text is the forged document.
func (f forgery) text(t *testing.T) []byte {
	t.Helper()
	made := plan()
	if f.plan != nil {
		made = f.plan()
	}
	w := prooftest.NewWorld(t, made)
	if f.change != nil {
		f.change(t, &w)
	}
	text := w.Encode(t)
	if f.edit[0] == "" {
		return text
	}
	if !bytes.Contains(text, []byte(f.edit[0])) {
		t.Fatalf("%s: the document has no %s", f.name, f.edit[0])
	}
	return bytes.Replace(text, []byte(f.edit[0]), []byte(f.edit[1]), 1)
}

func forgeries(t *testing.T) []forgery {
	return slices.Concat(forgedShapes(), forgedEncodings(), forgedEpochs(), forgedNotes(), forgedLists(), forgedEvents(t), forgedSignatures(t), forgedTags())
}

// forgedShapes lack parts, or have some too many.
func forgedShapes() []forgery {
	withheld := func(change func(l *verify.List)) func(t *testing.T, w *prooftest.World) {
		return func(t *testing.T, w *prooftest.World) {
			w.WithholdAll(t, &w.Document, 3, eventlist.Inspection)
			change(prooftest.List(&w.Document, eventlist.Inspection))
		}
	}
	shape := func(name, at, why string, change func(t *testing.T, w *prooftest.World)) forgery {
		return forgery{name: name, want: verify.ReasonDocumentMalformed, at: at, why: why, change: change}
	}
	return []forgery{
		{name: "schema of version 2", want: verify.ReasonSchemaUnknown, at: "schema", why: "another schema", change: func(_ *testing.T, w *prooftest.World) { w.Document.Schema = "pcc-proof/v2" }},
		shape("no passport", "passport", "a passport is named", func(_ *testing.T, w *prooftest.World) { w.Document.Passport = "" }),
		shape("tag cut", "tag", "a tag has 32 bytes", func(_ *testing.T, w *prooftest.World) { w.Document.Tag = w.Document.Tag[1:] }),
		shape("tag proof cut", "tag_proof", "two scalars", func(t *testing.T, w *prooftest.World) {
			w.Document.TagProof = prooftest.TagProofOf(t, prooftest.VIN)
			w.Document.TagProof.Parts[1].Proof = make([]byte, 63)
		}),
		shape("tag proof with a holder twice", "tag_proof", "each holder once", func(t *testing.T, w *prooftest.World) {
			w.Document.TagProof = prooftest.TagProofOf(t, prooftest.VIN)
			w.Document.TagProof.Parts[1] = w.Document.TagProof.Parts[0]
		}),
		shape("tag proof without parts", "tag_proof", "somebody answered", func(t *testing.T, w *prooftest.World) {
			w.Document.TagProof = prooftest.TagProofOf(t, prooftest.VIN)
			w.Document.TagProof.Parts = []verify.TagPart{}
		}),
		shape("time with an offset", "generated_at", "times are in UTC", func(_ *testing.T, w *prooftest.World) {
			w.Document.GeneratedAt = w.Document.GeneratedAt.In(time.FixedZone("", 3600))
		}),
		shape("block too high", "epoch.transaction.block", "numbers are below 2^53", func(_ *testing.T, w *prooftest.World) { w.Document.Epoch.Transaction.Block = 1 << 53 }),
		shape("too many endorsements", "epoch.endorsements", "at most 64", func(_ *testing.T, w *prooftest.World) {
			e := &w.Document.Epoch.Endorsements
			small := verify.Endorsement{MSPID: "M", Signature: []byte{1}, Signed: []byte{1}}
			for len(*e) <= verify.MaxEndorsements {
				*e = append(*e, small)
			}
		}),
		shape("path hash cut", "index.path[0]", "a hash has 32 bytes", func(_ *testing.T, w *prooftest.World) { p := w.Document.Index.Path; p[0] = p[0][:31] }),
		shape("path too long", "index.path", "at most 48 hashes", func(_ *testing.T, w *prooftest.World) { p := &w.Document.Index.Path; *p = slices.Repeat((*p)[:1], 49) }),
		shape("entries and withheld", "lists[4]", "a list has either entries or what is withheld", withheld(func(l *verify.List) { l.Entries = []verify.Entry{} })),
		shape("neither entries nor withheld", "lists[4]", "a list has either entries or what is withheld", withheld(func(l *verify.List) { l.Withheld = nil })),
		shape("withheld root cut", "lists[4].withheld", "a root has 32 bytes", withheld(func(l *verify.List) { l.Withheld.Root = l.Withheld.Root[1:] })),
		shape("withheld count zero", "lists[4].withheld", "an empty list is shown as empty", withheld(func(l *verify.List) { l.Withheld.Count = 0 })),
		shape("commitment beside a leaf", "lists[0].entries[1]", "an event is shown or withheld", func(_ *testing.T, w *prooftest.World) {
			w.Document.Lists[0].Entries[1].Commitment = make([]byte, 32)
		}),
		shape("commitment cut", "lists[0].entries[1]", "a commitment has 32 bytes", func(_ *testing.T, w *prooftest.World) {
			w.Document.Lists[0].Entries[1] = verify.Entry{Commitment: make([]byte, 31)}
		}),
		shape("leaf without a view", "lists[0].entries[1]", "an event that is shown has a view", func(_ *testing.T, w *prooftest.World) { w.Document.Lists[0].Entries[1].View = nil }),
		{name: "class left out", want: verify.ReasonClassesIncomplete, at: "lists", why: "every class is there", change: func(_ *testing.T, w *prooftest.World) {
			w.Document.Lists = slices.Delete(w.Document.Lists, 3, 4)
		}},
		{name: "classes in another order", want: verify.ReasonClassesIncomplete, at: "lists[3].class", why: "classes have one order", change: func(_ *testing.T, w *prooftest.World) {
			l := w.Document.Lists
			l[3], l[4] = l[4], l[3]
		}},
		{name: "class twice", want: verify.ReasonClassesIncomplete, at: "lists[3].class", why: "every class is there once", change: func(_ *testing.T, w *prooftest.World) { w.Document.Lists[3] = w.Document.Lists[0] }},
	}
}

// forgedEncodings write the same content differently.
func forgedEncodings() (all []forgery) {
	for _, f := range []struct{ name, before, after string }{
		{"unknown field", `"passport"`, `"extra": 1, "passport"`},
		{"unknown field of an entry", `"leaf"`, `"extra": 1, "leaf"`},
		{"field repeated", `"passport"`, `"passport": "passports/other", "passport"`},
		{"leaf repeated", `"leaf"`, `"leaf": "AAAA", "leaf"`},
		{"field respelled", `"passport"`, `"Passport"`},
		{"fields in another order", `"id": "transaction",
      "channel": "pcc-channel",`, `"channel": "pcc-channel", "id": "transaction",`},
		{"escaped slash", `"passports/0199`, `"passports\/0199`},
		{"escaped letter", `"passports/0199`, `"\u0070assports/0199`},
		{"number with an exponent", `"block": 7`, `"block": 7e0`},
		{"number as a string", `"block": 7`, `"block": "7"`},
		{"time respelled", `:00Z"`, `:00.000Z"`},
		{"time with zero offset", `:00Z"`, `:00+00:00"`},
		{"null for an empty list", `"entries": []`, `"entries": null`},
		{"null beside entries", `"entries": []`, `"entries": [], "withheld": null`},
		{"base64 with bits to spare", `7mg=`, `7mh=`},
		{"base64 of URLs", `h/CDI5`, `h_CDI5`},
		{"invalid UTF-8", `"id": "transaction"`, "\"id\": \"\xff\""},
		{"lone surrogate", `"id": "transaction"`, `"id": "\ud800"`},
		{"something behind", "\n}\n", "\n}\n{}"},
		{"cut", "\n}\n", "\n"},
		{"byte order mark", "{\n  \"schema\"", "\ufeff{\n  \"schema\""},
	} {
		all = append(all, forgery{
			name: f.name, want: verify.ReasonDocumentMalformed, at: "document", why: "a document has one encoding",
			edit: [2]string{f.before, f.after},
		})
	}
	return all
}

// editView changes what is shown of the second mileage.
func editView(before, after string) func(*testing.T, *prooftest.World) {
	return func(t *testing.T, w *prooftest.World) {
		view := &w.Document.Lists[0].Entries[1].View
		if !bytes.Contains(*view, []byte(before)) {
			t.Fatalf("%s has no %s", *view, before)
		}
		*view = bytes.Replace(*view, []byte(before), []byte(after), 1)
	}
}

// forgedEvents are journaled where they do not belong, or shown as what they are not.
func forgedEvents(t *testing.T) []forgery {
	t.Helper()
	misplaced := func(seq int, key proof.Key) func() prooftest.Plan {
		return func() prooftest.Plan {
			p := plan()
			p.Key = func(stream string, at int, honest proof.Key) proof.Key {
				if stream == "ingest/oem" && at == seq {
					return key
				}
				return honest
			}
			return p
		}
	}
	odometer := eventlist.KeyOf(prooftest.TagOf(t, prooftest.Subject), eventlist.Odometer)
	view := func(name, before, after string) forgery {
		return forgery{
			name: name, want: verify.ReasonViewMismatch, at: "lists[0].entries[1].event", why: "what is shown is not what was journaled",
			change: editView(before, after),
		}
	}
	return []forgery{
		{name: "event of another vehicle journaled for this one", want: verify.ReasonOtherPassport, at: "lists[0].entries[2].leaf",
			why: "the leaf names another passport", plan: misplaced(4, odometer)},
		{name: "event journaled in the list of another class", want: verify.ReasonOtherClass, at: "lists[0].entries[2].leaf",
			why: "a service is of class workshop", plan: misplaced(5, odometer)},
		{name: "passport of another vehicle", want: verify.ReasonOtherPassport, at: "lists[0].entries[0].leaf",
			why: "the leaf names another passport", change: func(_ *testing.T, w *prooftest.World) { w.Document.Passport = prooftest.OtherSubject }},
		view("mileage shown", `"odometer_metres":61003000`, `"odometer_metres":51003000`),
		view("number respelled in a view", `"odometer_metres":61003000`, `"odometer_metres":6.1003e7`),
		view("name of another event", `/events/019c0e5b-0000-7000-8000-000000000003`, `/events/019c0e5b-0000-7000-8000-000000000004`),
		view("field added to a view", `"quality"`, `"note":"none","quality"`),
		view("field left out of a view", `"id":"event-3",`, ``),
		{name: "field repeated in a view", want: verify.ReasonViewMismatch, at: "lists[0].entries[0].event", why: "what is shown is not what was journaled",
			edit: [2]string{`"odometer_metres": 61002000`, `"odometer_metres": 1, "odometer_metres": 61002000`}},
		{name: "views swapped", want: verify.ReasonViewMismatch, at: "lists[0].entries[0].event", why: "what is shown is not what was journaled",
			change: func(_ *testing.T, w *prooftest.World) {
				e := w.Document.Lists[0].Entries
				e[0].View, e[1].View = e[1].View, e[0].View
			}},
		position("position renumbered", ".path", func(p *verify.Position) { p.Seq++ }),
		position("position beyond the stream", ".path", func(p *verify.Position) { p.Seq = 100 }),
		position("position in another stream", ".path", func(p *verify.Position) { p.Stream = "ingest/garage" }),
		position("position in no stream", ".stream", func(p *verify.Position) { p.Stream = "ingest/zzz" }),
		position("position with another path", ".path", func(p *verify.Position) { p.Path[0][0] ^= 1 }),
	}
}

// position forges the place of the first mileage in the journal.
func position(name, at string, change func(p *verify.Position)) forgery {
	return forgery{
		name: name, want: verify.ReasonNotInStream, at: "lists[0].entries[0].position" + at, why: "the event is not there",
		change: func(t *testing.T, w *prooftest.World) {
			w.AddPositions(t, &w.Document, 3)
			change(w.Document.Lists[0].Entries[0].Position)
		},
	}
}

// editLeaf changes a byte sequence of the second mileage's leaf.
func editLeaf(before, after string) func(*testing.T, *prooftest.World) {
	return func(t *testing.T, w *prooftest.World) {
		leaf := &w.Document.Lists[0].Entries[1].Leaf
		if !strings.Contains(string(*leaf), before) || len(before) != len(after) {
			t.Fatalf("%s has no %s", *leaf, before)
		}
		*leaf = bytes.Replace(*leaf, []byte(before), []byte(after), 1)
	}
}

// forgedTags do not show that the tag is that of the VIN which the reader knows.
func forgedTags() []forgery {
	const other = "0PC11111111111112"
	tag := func(name, at, why, vin string, change func(t *testing.T, w *prooftest.World)) forgery {
		return forgery{name: name, want: verify.ReasonOtherVehicle, at: at, why: why, vin: vin, change: func(t *testing.T, w *prooftest.World) {
			w.Document.TagProof = prooftest.TagProofOf(t, prooftest.VIN)
			change(t, w)
		}}
	}
	return []forgery{
		{name: "VIN known but not proven", want: verify.ReasonTagProofMissing, at: "tag_proof", why: "the document was exported without the VIN", vin: prooftest.VIN},
		tag("another VIN", "tag_proof", "the proof is of another VIN", other, func(*testing.T, *prooftest.World) {}),
		tag("not a VIN", "tag", "a VIN has 17 characters", "0PC", func(*testing.T, *prooftest.World) {}),
		tag("tag proof of another VIN", "tag_proof", "the proof is of another VIN", prooftest.VIN, func(t *testing.T, w *prooftest.World) {
			w.Document.TagProof = prooftest.TagProofOf(t, other)
		}),
		tag("tag proof for another vehicle's lists", "tag", "the tag is another", prooftest.VIN, func(t *testing.T, w *prooftest.World) {
			w.Document = w.DocumentAt(t, 3, prooftest.OtherSubject)
			w.Document.TagProof = prooftest.TagProofOf(t, prooftest.VIN)
		}),
		tag("tag proof with another blind", "tag_proof", "the question was another", prooftest.VIN, func(t *testing.T, w *prooftest.World) {
			w.Document.TagProof.Blind = prooftest.TagProofOf(t, other).Blind
		}),
		tag("tag proof with another answer", "tag_proof", "the answer was another", prooftest.VIN, func(t *testing.T, w *prooftest.World) {
			w.Document.TagProof.Parts[0].Evaluation = prooftest.TagProofOf(t, other).Parts[0].Evaluation
		}),
		tag("tag proof changed", "tag_proof", "the proof does not hold", prooftest.VIN, func(_ *testing.T, w *prooftest.World) { w.Document.TagProof.Parts[1].Proof[40] ^= 1 }),
		tag("tag proof of nothing", "tag_proof", "the identity is no answer", prooftest.VIN, func(_ *testing.T, w *prooftest.World) {
			w.Document.TagProof.Parts[0].Evaluation = make([]byte, 32)
		}),
		tag("tag proof of one holder of two", "tag_proof", "one share is not the key", prooftest.VIN, func(_ *testing.T, w *prooftest.World) {
			w.Document.TagProof.Parts = w.Document.TagProof.Parts[:1]
		}),
		tag("tag proof under another index", "tag_proof", "the shares do not make the key", prooftest.VIN, func(_ *testing.T, w *prooftest.World) {
			w.Document.TagProof.Parts[1].Index = 2
		}),
	}
}
