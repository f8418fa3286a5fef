package verify_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/internal/prooftest"
)

// forgedEpochs rest on a record that the trusted organisations did not endorse.
func forgedEpochs() []forgery {
	return slices.Concat([]forgery{
		{name: "record not canonical", want: verify.ReasonEpochMalformed, at: "epoch.record", why: "a record has one text", change: func(_ *testing.T, w *prooftest.World) { w.Document.Epoch.Record += "\n" }},
		{name: "record of version 1", want: verify.ReasonEpochMalformed, at: "epoch.record", why: "a record of another format", change: func(_ *testing.T, w *prooftest.World) {
			w.Document.Epoch.Record = strings.Replace(w.Document.Epoch.Record, "pcc-epoch/v2", "pcc-epoch/v1", 1)
		}},
		{name: "older than its epoch", want: verify.ReasonGeneratedTooEarly, at: "generated_at", why: "the epoch is newer", change: func(_ *testing.T, w *prooftest.World) {
			w.Document.GeneratedAt = time.UnixMilli(w.Epoch.TimeUnixMilli - 1).UTC()
		}},
		{name: "channel", want: verify.ReasonChannelMismatch, at: "epoch.transaction.channel", why: "another ledger", change: func(_ *testing.T, w *prooftest.World) { w.Document.Epoch.Transaction.Channel = "other" }},
		{name: "chaincode", want: verify.ReasonChaincodeMismatch, at: "epoch.transaction.chaincode", why: "another contract", change: func(_ *testing.T, w *prooftest.World) { w.Document.Epoch.Transaction.Chaincode = "other" }},
		rerecorded("record with another map root", func(w *prooftest.World, r *model.EpochRecord) { r.MapRoot = w.Records[1].MapRoot }),
		rerecorded("record with another time", func(_ *prooftest.World, r *model.EpochRecord) { r.TimeUnixMilli++ }),
		rerecorded("record with another number", func(_ *prooftest.World, r *model.EpochRecord) { r.Number++ }),
		rerecorded("record with another stream size", func(_ *prooftest.World, r *model.EpochRecord) { r.Streams[0].Size++ }),
	}, forgedEndorsements())
}

// rerecorded changes the record and leaves the endorsements.
func rerecorded(name string, change func(w *prooftest.World, r *model.EpochRecord)) forgery {
	return forgery{name: name, want: verify.ReasonEndorsementOfOther, at: "epoch.endorsements[0]", why: "nobody endorsed this record", change: func(t *testing.T, w *prooftest.World) {
		r := w.Epoch
		r.Streams = slices.Clone(r.Streams)
		change(w, &r)
		text, err := r.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		w.Document.Epoch.Record = string(text)
	}}
}

func forgedEndorsements() []forgery {
	invalid := func(name, why string, change func(t *testing.T, w *prooftest.World, e []verify.Endorsement)) forgery {
		return forgery{name: name, want: verify.ReasonEndorsementInvalid, at: "epoch.endorsements[1]", why: why, change: func(t *testing.T, w *prooftest.World) {
			change(t, w, w.Document.Epoch.Endorsements)
		}}
	}
	few := func(name, why string, keep func(e []verify.Endorsement) []verify.Endorsement) forgery {
		return forgery{name: name, want: verify.ReasonTooFewEndorsements, at: "epoch.endorsements", why: why, change: func(_ *testing.T, w *prooftest.World) {
			w.Document.Epoch.Endorsements = keep(w.Document.Epoch.Endorsements)
		}}
	}
	return []forgery{
		few("too few endorsements", "two are demanded", func(e []verify.Endorsement) []verify.Endorsement { return e[:1] }),
		few("no endorsements", "two are demanded", func(e []verify.Endorsement) []verify.Endorsement { return e[:0] }),
		few("one organisation twice", "an organisation counts once", func(e []verify.Endorsement) []verify.Endorsement { return []verify.Endorsement{e[0], e[0]} }),
		invalid("signature of another", "the signature is not over these bytes", func(_ *testing.T, _ *prooftest.World, e []verify.Endorsement) {
			e[1].Signature = e[2].Signature
		}),
		invalid("certificate of another", "the certificate is not the one signed", func(_ *testing.T, _ *prooftest.World, e []verify.Endorsement) {
			e[1].Certificate = e[2].Certificate
		}),
		invalid("organisation renamed", "the organisation is not the one signed", func(_ *testing.T, _ *prooftest.World, e []verify.Endorsement) { e[1].MSPID = "OemMSP" }),
		invalid("signed bytes cut", "the bytes are not what was signed", func(_ *testing.T, _ *prooftest.World, e []verify.Endorsement) { e[1].Signed = e[1].Signed[1:] }),
		invalid("refused by the chaincode", "the result was no success", func(t *testing.T, w *prooftest.World, e []verify.Endorsement) {
			e[1] = w.Organisations[1].Endorse(t, prooftest.Chaincode, 500, w.Hash(t))
		}),
		invalid("impostor", "the authority is not the one trusted", func(t *testing.T, w *prooftest.World, e []verify.Endorsement) {
			e[1] = prooftest.NewOrganisation(t, "InsurerMSP", "impostor", "peer").Endorse(t, prooftest.Chaincode, 200, w.Hash(t))
		}),
		invalid("client for its peer", "clients do not endorse", func(t *testing.T, w *prooftest.World, e []verify.Endorsement) {
			e[1] = prooftest.NewOrganisation(t, "InsurerMSP", "", "client").Endorse(t, prooftest.Chaincode, 200, w.Hash(t))
		}),
		{name: "another record endorsed", want: verify.ReasonEndorsementOfOther, at: "epoch.endorsements[1]", why: "the peer endorsed another record", change: func(t *testing.T, w *prooftest.World) {
			w.Document.Epoch.Endorsements[1] = w.Organisations[1].Endorse(t, prooftest.Chaincode, 200, prooftest.HashOf(t, w.Records[1]).String())
		}},
		{name: "endorsed by another chaincode", want: verify.ReasonChaincodeMismatch, at: "epoch.endorsements[1]", why: "another contract", change: func(t *testing.T, w *prooftest.World) {
			w.Document.Epoch.Endorsements[1] = w.Organisations[1].Endorse(t, "other", 200, w.Hash(t))
		}},
	}
}
