package verify_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/internal/prooftest"
)

// forgedNotes do not show that the record is in the log that the witnesses watch.
func forgedNotes() []forgery {
	note := func(name string, want verify.Reason, why string, change func(t *testing.T, w *prooftest.World) string) forgery {
		return forgery{name: name, want: want, at: "index.note", why: why, change: func(t *testing.T, w *prooftest.World) {
			w.Document.Index.Note = change(t, w)
		}}
	}
	edit := func(name string, want verify.Reason, why, before, after string) forgery {
		return note(name, want, why, func(t *testing.T, w *prooftest.World) string {
			if !strings.Contains(w.Document.Index.Note, before) {
				t.Fatalf("%q has no %q", w.Document.Index.Note, before)
			}
			return strings.Replace(w.Document.Index.Note, before, after, 1)
		})
	}
	return append([]forgery{
		note("no note", verify.ReasonNoteMalformed, "there is no note", func(*testing.T, *prooftest.World) string { return "" }),
		note("note without signatures", verify.ReasonNoteMalformed, "a note is signed", func(_ *testing.T, w *prooftest.World) string {
			text, _, _ := strings.Cut(w.Document.Index.Note, "\n\n")
			return text + "\n"
		}),
		edit("note with a size of leading zeros", verify.ReasonNoteMalformed, "a size is written in one way", "\n3\n", "\n03\n"),
		edit("note with carriage returns", verify.ReasonNoteMalformed, "lines end in one way", "\n3\n", "\n3\r\n"),
		edit("note with a line that is no signature", verify.ReasonNoteMalformed, "signature lines begin with a dash", "\n— oem.example", "\n- oem.example"),
		edit("note of another origin", verify.ReasonOtherLog, "the log is another", prooftest.Origin+"\n", "pcc.example/ingest/oem\n"),
		edit("note with another size", verify.ReasonNoteSignatureInvalid, "the log signed another size", "\n3\n", "\n4\n"),
		note("note signed by another log", verify.ReasonOtherLog, "the key is another log's", func(t *testing.T, w *prooftest.World) string {
			at := time.UnixMilli(w.Epoch.TimeUnixMilli)
			return prooftest.Note(t, prooftest.NewLog(t, "other.example/index"), w.CheckpointAt(t, 3), at, w.Witnesses...)
		}),
		note("note without the log's signature", verify.ReasonOtherLog, "the log has not signed", func(_ *testing.T, w *prooftest.World) string {
			text, lines, _ := strings.Cut(w.Document.Index.Note, "\n\n")
			_, cosignatures, _ := strings.Cut(lines, "\n")
			return text + "\n\n" + cosignatures
		}),
		note("no cosignature", verify.ReasonTooFewCosignatures, "two are demanded", func(t *testing.T, w *prooftest.World) string { return w.NoteAt(t, 3) }),
		note("too few cosignatures", verify.ReasonTooFewCosignatures, "two are demanded", func(t *testing.T, w *prooftest.World) string {
			return w.NoteAt(t, 3, w.Witnesses[1])
		}),
		note("one witness twice", verify.ReasonTooFewCosignatures, "a witness counts once", func(t *testing.T, w *prooftest.World) string {
			return w.NoteAt(t, 3, w.Witnesses[1], w.Witnesses[1])
		}),
		note("one witness at two times", verify.ReasonTooFewCosignatures, "a witness counts once", func(t *testing.T, w *prooftest.World) string {
			later := prooftest.Note(t, w.Log, w.CheckpointAt(t, 3), time.UnixMilli(w.Epoch.TimeUnixMilli).Add(time.Hour), w.Witnesses[1])
			_, lines, _ := strings.Cut(later, "\n\n")
			_, cosignature, _ := strings.Cut(lines, "\n")
			return w.NoteAt(t, 3, w.Witnesses[1]) + cosignature
		}),
		note("unknown witness", verify.ReasonTooFewCosignatures, "the witness is not trusted", func(t *testing.T, w *prooftest.World) string {
			return w.NoteAt(t, 3, w.Witnesses[1], prooftest.NewWitness(t, "stranger.example"))
		}),
		note("witness of the same name", verify.ReasonTooFewCosignatures, "the key is another", func(t *testing.T, w *prooftest.World) string {
			return w.NoteAt(t, 3, w.Witnesses[1]) + strings.Replace(lastLine(w.NoteAt(t, 3, prooftest.NewWitness(t, "stranger.example"))), "stranger.example", "oem.example", 1)
		}),
		note("cosignature of another checkpoint", verify.ReasonNoteSignatureInvalid, "the witness signed another text", func(t *testing.T, w *prooftest.World) string {
			return w.NoteAt(t, 3, w.Witnesses[1]) + lastLine(w.NoteAt(t, 2, w.Witnesses[0]))
		}),
	}, forgedPaths()...)
}

// lastLine is the last signature of a note.
func lastLine(note string) string {
	lines := strings.SplitAfter(note, "\n")
	return lines[len(lines)-2]
}

// forgedPaths lead from something else than the record, or to something else than the note.
func forgedPaths() []forgery {
	path := func(name, why string, change func(t *testing.T, w *prooftest.World)) forgery {
		return forgery{name: name, want: verify.ReasonRecordNotIndexed, at: "index.path", why: why, change: change}
	}
	return []forgery{
		path("path of another position", "the record is number 3", func(t *testing.T, w *prooftest.World) { w.Document.Index.Path = w.PathAt(t, 2, 3) }),
		path("path at another size", "the path is of a smaller log", func(t *testing.T, w *prooftest.World) {
			w.Document.Epoch, w.Document.Index.Path = w.EpochOf(t, w.Records[0]), w.PathAt(t, 1, 2)
		}),
		path("path hash changed", "the path leads to another root", func(_ *testing.T, w *prooftest.World) { w.Document.Index.Path[0][0] ^= 1 }),
		path("path longer", "the path leads beyond the root", func(_ *testing.T, w *prooftest.World) {
			p := &w.Document.Index.Path
			*p = append(*p, (*p)[0])
		}),
		path("no path", "the log has three records", func(_ *testing.T, w *prooftest.World) { w.Document.Index.Path = [][]byte{} }),
		path("note older than the record", "the log did not have the record yet", func(t *testing.T, w *prooftest.World) {
			w.Document.Index.Note = w.NoteAt(t, 2, w.Witnesses...)
		}),
		path("endorsed record that is not in the log", "the ledger has a record that the log does not have", func(t *testing.T, w *prooftest.World) {
			r := w.Epoch
			r.TimeUnixMilli++
			w.Document.Epoch = w.EpochOf(t, r)
		}),
	}
}
