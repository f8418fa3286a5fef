package export

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/verify"
)

// maxDocumentBytes bounds a proof document, so that it fits the answer of an RPC (16 MiB with its framing).
const maxDocumentBytes = 15 << 20

// eventStreams is how the names of the streams begin whose entries are in lists.
const eventStreams = "ingest/"

// Exporter makes proof documents.
type Exporter struct {
	Store   Store
	Heads   Heads
	Journal Journal
	Reads   Reads
	// Decode makes the view of an event; the offline verifier must use the same function.
	Decode verify.Decoder
	Now    func() time.Time
}

// Request says what to export.
type Request struct {
	// Passport is "passports/…".
	Passport string
	// Payer is the member ("members/…") that paid the read ("reads/…").
	Payer, Read string
	Withheld    Withheld
	// TagProof is for readers who know the VIN, or nil.
	TagProof *verify.TagProof
}

// Export returns the proof document, and the number of the passport's events that no anchored epoch covers yet. Of a vehicle without
// events it shows that there are none. Of one whose events all wait for the next epoch, or whose tag the journal does not know yet,
// there is nothing to show: ErrNothingAnchored.
func (e Exporter) Export(ctx context.Context, req Request) (document []byte, notYetAnchored int, err error) {
	if err := e.Reads.Verify(ctx, req.Read, req.Payer, req.Passport); err != nil {
		return nil, 0, err
	}
	last, err := e.Store.Last(ctx)
	if err != nil {
		return nil, 0, err
	}
	if last == nil {
		return nil, 0, anchor.ErrNothingAnchored
	}
	proven, err := e.Journal.Prove(ctx, req.Passport, withEvents(last.Record.Streams))
	if err != nil {
		return nil, 0, err
	}
	if len(proven.Events) == 0 && (proven.NotYetAnchored > 0 || proven.Tag == (eventlist.Tag{})) {
		return nil, 0, anchor.ErrNothingAnchored
	}
	d, err := e.document(ctx, req, *last, proven)
	if err != nil {
		return nil, 0, err
	}
	if document, err = verify.Encode(d); err != nil {
		return nil, 0, fmt.Errorf("anchor: export proof: %w", err)
	}
	if len(document) > maxDocumentBytes {
		return nil, 0, anchor.ErrReportTooLarge
	}
	if err := verify.CheckContent(document, e.Decode); err != nil {
		return nil, 0, fmt.Errorf("%w: a reader would refuse the document: %w", anchor.ErrDiverged, err)
	}
	return document, proven.NotYetAnchored, nil
}

// document puts the parts together.
func (e Exporter) document(ctx context.Context, req Request, epoch anchor.Epoch, proven anchor.Proven) (verify.Document, error) {
	path, err := e.Store.IndexPath(ctx, epoch.Number(), epoch.Number())
	if err != nil {
		return verify.Document{}, err
	}
	d := verify.Document{
		Schema: verify.Schema, Passport: req.Passport, Tag: proven.Tag[:], TagProof: req.TagProof, GeneratedAt: e.Now().UTC(),
		Epoch: shownEpoch(epoch), Index: verify.Index{Note: string(epoch.Note), Path: shownHashes(path)},
	}
	heads, err := e.Heads.At(ctx, epoch.Number())
	if err != nil {
		return verify.Document{}, err
	}
	events, err := e.inOrder(ctx, proven.Events)
	if err != nil {
		return verify.Document{}, err
	}
	lists := newLists(proven.Tag, heads)
	for _, event := range events {
		if err := lists.add(event, e.Decode); err != nil {
			return verify.Document{}, err
		}
	}
	err = lists.show(&d, req.Withheld)
	return d, err
}

func withEvents(streams []model.StreamCheckpoint) (out []model.StreamCheckpoint) {
	for _, s := range streams {
		if strings.HasPrefix(s.Stream, eventStreams) {
			out = append(out, s)
		}
	}
	return out
}
