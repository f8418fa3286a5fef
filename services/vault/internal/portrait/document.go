// Package portrait shows a holder what the vault holds of them: as JSON for machines and as a PDF for people.
//
// Both hold personal data in the clear and are made for the holder alone; nothing of them is stored.
package portrait

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/services/vault"
)

// documentType is the first field of every document.
const documentType = "pcc-subject-export/1"

// document is described by docs/subject-export.schema.json.
type document struct {
	Type        string          `json:"type"`
	GeneratedAt time.Time       `json:"generatedAt"`
	Request     string          `json:"request"`
	Controller  string          `json:"controller"`
	Holder      holder          `json:"holder"`
	Vehicle     vehicle         `json:"vehicle"`
	Requests    []request       `json:"requests"`
	Consents    []consent       `json:"consents"`
	Accesses    []access        `json:"accesses"`
	Proof       json.RawMessage `json:"proof,omitempty"`
}

type holder struct {
	Name         string    `json:"name"`
	RegisteredAt time.Time `json:"registeredAt"`
	vault.Person
}

type vehicle struct {
	Name string `json:"name"`
	VIN  string `json:"vin,omitempty"` // absent when it was erased
	Tag  []byte `json:"tag"`
}

type request struct {
	Name       string     `json:"name"`
	Kind       string     `json:"kind"`
	State      string     `json:"state"`
	ReceivedAt time.Time  `json:"receivedAt"`
	DueAt      time.Time  `json:"dueAt"`
	EndedAt    *time.Time `json:"endedAt,omitempty"`
	Refusal    string     `json:"refusal,omitempty"`
}

type consent struct {
	Name        string     `json:"name"`
	Text        string     `json:"text"`
	RecordedAt  time.Time  `json:"recordedAt"`
	ExpiresAt   time.Time  `json:"expiresAt"`
	WithdrawnAt *time.Time `json:"withdrawnAt,omitempty"`
}

type access struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Action string    `json:"action"`
}

// JSON returns the portable document.
func JSON(p vault.Portrait) ([]byte, error) {
	d := document{
		Type: documentType, GeneratedAt: p.Time.UTC(), Request: p.Request.Name(), Controller: "members/" + p.Request.Member,
		Holder:   holder{Name: "holders/" + p.Holder.ID.String(), RegisteredAt: p.Holder.CreateTime.UTC(), Person: p.Holder.Identity.Reveal()},
		Vehicle:  vehicle{Name: vehicleName(p.Holder.Vehicle), VIN: p.VIN.Reveal(), Tag: p.Tag[:]},
		Requests: make([]request, len(p.Requests)), Consents: make([]consent, len(p.Consents)), Accesses: make([]access, len(p.Accesses)), Proof: p.Proof,
	}
	for i, r := range p.Requests {
		d.Requests[i] = request{
			Name: r.Name(), Kind: string(r.Kind), State: string(r.State), ReceivedAt: r.ReceiveTime.UTC(), DueAt: r.DueTime.UTC(),
			EndedAt: r.EndTime, Refusal: r.Refusal,
		}
	}
	for i, c := range p.Consents {
		d.Consents[i] = consent{
			Name: "holderConsents/" + c.ID.String(), Text: c.Text.Reveal(), RecordedAt: c.RecordTime.UTC(), ExpiresAt: c.ExpireTime.UTC(), WithdrawnAt: c.WithdrawTime,
		}
	}
	for i, a := range p.Accesses {
		d.Accesses[i] = access{At: a.Time.UTC(), By: a.By, Action: a.Action}
	}
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("portrait: encode: %w", err)
	}
	return text, nil
}

// ProofTag returns the tag of the vehicle that a proof document is about. Whether the document proves anything is its reader's to verify.
func ProofTag(proof []byte) (eventlist.Tag, error) {
	var d struct {
		Tag []byte `json:"tag"`
	}
	if err := json.Unmarshal(proof, &d); err != nil {
		return eventlist.Tag{}, fmt.Errorf("portrait: not a proof document: %w", err)
	}
	return eventlist.ParseTag(d.Tag)
}

func vehicleName(id uuid.UUID) string { return "vehicles/" + id.String() }
