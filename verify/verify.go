package verify

import (
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	headmap "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

// Verify checks a proof document against the reader's trust list. It returns
// what was shown, or an [*Error] with the first rule the document breaks, in the
// order of the package documentation.
func Verify(document []byte, trust Trust, decode Decoder) (Report, error) {
	if err := trust.validate(); err != nil {
		return Report{}, err
	}
	d, err := parseDocument(document)
	if err != nil {
		return Report{}, err
	}
	epoch, err := model.ParseEpoch([]byte(d.Epoch.Record))
	if err != nil {
		return Report{}, refuse(ReasonEpochMalformed, "epoch.record", "%w", err)
	}
	if taken := time.UnixMilli(epoch.TimeUnixMilli); d.GeneratedAt.Before(taken) {
		return Report{}, refuse(ReasonGeneratedTooEarly, "generated_at", "%s is before the epoch's %s", d.GeneratedAt, taken.UTC())
	}
	endorsers, err := checkEndorsements(d.Epoch, epoch, trust)
	if err != nil {
		return Report{}, err
	}
	indexed, err := checkIndex(d.Index, epoch, trust)
	if err != nil {
		return Report{}, err
	}
	if err := checkContent(d, epoch, decode); err != nil {
		return Report{}, err
	}
	return newReport(d, epoch, endorsers, indexed, trust)
}

// CheckContent checks what needs no trust list: encoding and shape, the way from the record to the note's root, the lists and
// the events. It is for who makes a document, and shows a reader nothing.
func CheckContent(document []byte, decode Decoder) error {
	d, err := parseDocument(document)
	if err != nil {
		return err
	}
	epoch, err := model.ParseEpoch([]byte(d.Epoch.Record))
	if err != nil {
		return refuse(ReasonEpochMalformed, "epoch.record", "%w", err)
	}
	log, err := checkpoint.Unverified([]byte(d.Index.Note))
	if err != nil {
		return refuse(ReasonNoteMalformed, "index.note", "%w", err)
	}
	if err := checkRecordIndexed(d.Index.Path, epoch, log); err != nil {
		return err
	}
	return checkContent(d, epoch, decode)
}

func checkContent(d Document, epoch model.EpochRecord, decode Decoder) error {
	if err := checkMap(d, headmap.Hash(epoch.MapRoot)); err != nil {
		return err
	}
	return newEvents(d, epoch, decode).check()
}
