package signatures

import (
	"fmt"
	"strings"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/signing"
	"github.com/pcc-platform/pcc/verify"
)

// trustedKey is a source key of the reader's list.
type trustedKey struct {
	verify.SourceKey
	public signing.PublicKey
	// member is the one that sends the key's events, stream where the journal has them.
	member, stream string
}

func readKeys(list []verify.SourceKey) (map[signing.KeyID]trustedKey, error) {
	keys := make(map[signing.KeyID]trustedKey, len(list))
	for i, k := range list {
		at := fmt.Sprintf("trust.source_keys[%d]", i)
		public, err := signing.ParsePublicKey(k.PublicKey)
		if err != nil {
			return nil, refuse(verify.ReasonTrustMalformed, at, "%w", err)
		}
		member, rest, found := strings.Cut(strings.TrimPrefix(k.Source, "/members/"), "/")
		if !strings.HasPrefix(k.Source, "/members/") || !found || member == "" || rest == "" {
			return nil, refuse(verify.ReasonTrustMalformed, at, "the source is not of the form /members/{member}/…")
		}
		if _, twice := keys[public.ID()]; twice {
			return nil, refuse(verify.ReasonTrustMalformed, at, "the key is listed twice")
		}
		keys[public.ID()] = trustedKey{SourceKey: k, public: public, member: "members/" + member, stream: "ingest/" + member}
	}
	return keys, nil
}

// good reports whether an event stands where signatures of the key are good, and otherwise why not.
func (k trustedKey) good(e verify.Entry, source string, journaled *ingestv1.JournaledEvent) (why string, ok bool) {
	switch {
	case source != k.Source:
		return "the key is another source's", false
	case k.Passport != "" && k.Passport != journaled.GetPassport():
		return "the key is another vehicle's", false
	case journaled.GetMember() != k.member:
		return "the event is from another member than the key's", false
	case k.FirstSequence == 0 && k.EndSequence == nil:
		return "", true
	case e.Position == nil:
		return "the document does not show whether the event was journaled while the key was good", false
	case e.Position.Stream != k.stream:
		return "the key's events stand in another stream", false
	case e.Position.Seq < k.FirstSequence:
		return "the event was journaled before the key was enrolled", false
	case k.EndSequence != nil && e.Position.Seq >= *k.EndSequence:
		return "the event was journaled after the key was revoked", false
	}
	return "", true
}

func refuse(reason verify.Reason, at, format string, args ...any) error {
	return &verify.Error{Reason: reason, At: at, Err: fmt.Errorf(format, args...)}
}
