package epcis

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
)

// Types of documents and events.
const (
	TypeDocument       = "EPCISDocument"
	TypeObject         = "ObjectEvent"
	TypeAssociation    = "AssociationEvent"
	TypeTransformation = "TransformationEvent"

	SchemaVersion = "2.0"
)

// Actions.
const (
	ActionAdd     = "ADD"
	ActionObserve = "OBSERVE"
	ActionDelete  = "DELETE"
)

// Business steps and dispositions of the Core Business Vocabulary 2.0 that a
// passport has events for, by their short names.
const (
	StepInspecting = "inspecting"
	StepRepairing  = "repairing"
	StepDestroying = "destroying"
	StepSelling    = "retail_selling"
	StepInstalling = "installing"
	StepRemoving   = "removing"
	StepReplacing  = "replacing"

	DispositionConformant    = "conformant"
	DispositionNonConformant = "non_conformant"
	DispositionStolen        = "stolen"
	DispositionDamaged       = "damaged"
)

// Names that the platform gives to objects and events.
const (
	passportURN = "urn:pcc:passport:" //nolint:gosec // no password
	partURN     = "urn:pcc:part:"
	eventURN    = "urn:pcc:event:"

	passportName = "passports/"
)

// Document is an EPCIS document.
type Document struct {
	Context       []any  `json:"@context"`
	Type          string `json:"type"`
	SchemaVersion string `json:"schemaVersion"`
	CreationDate  string `json:"creationDate"`
	Body          Body   `json:"epcisBody"`
}

// Body holds the events of a document.
type Body struct {
	EventList []Event `json:"eventList"`
}

// Event is an event of any type; each type uses its own fields.
type Event struct {
	Type             string            `json:"type"`
	EventID          string            `json:"eventID,omitempty"`
	EventTime        string            `json:"eventTime"`
	ZoneOffset       string            `json:"eventTimeZoneOffset"`
	ErrorDeclaration *ErrorDeclaration `json:"errorDeclaration,omitempty"`
	Action           string            `json:"action,omitempty"`
	BizStep          string            `json:"bizStep,omitempty"`
	Disposition      string            `json:"disposition,omitempty"`
	// EPCList names the objects of an ObjectEvent.
	EPCList []string `json:"epcList,omitempty"`
	// ParentID and ChildEPCs name the whole and the parts of an AssociationEvent.
	ParentID  string   `json:"parentID,omitempty"`
	ChildEPCs []string `json:"childEPCs,omitempty"`
	// InputEPCList and OutputEPCList name what a TransformationEvent used up and
	// what came of it.
	InputEPCList  []string `json:"inputEPCList,omitempty"`
	OutputEPCList []string `json:"outputEPCList,omitempty"`
	// Kind is the full name of the event's message of pcc.events.v1, Data the
	// message as JSON.
	Kind string          `json:"pcc:kind,omitempty"`
	Data json.RawMessage `json:"pcc:data,omitempty"`
}

// ErrorDeclaration says that the event with this event id was wrong.
type ErrorDeclaration struct {
	DeclarationTime string `json:"declarationTime"`
	Reason          string `json:"reason,omitempty"`
	// Correction names the platform's own event of the declaration.
	Correction string `json:"pcc:correction,omitempty"`
}

// ShortName returns the short name of an element of the Core Business Vocabulary,
// whether it is written as such, as "cbv:BizStep-x", as a web address or in the
// older urn form. Any other text is returned as it is.
func ShortName(element string) string {
	for _, prefix := range []string{"cbv:", "https://ref.gs1.org/cbv/", "https://ns.gs1.org/cbv/"} {
		if term, ok := strings.CutPrefix(element, prefix); ok {
			_, name, _ := strings.Cut(term, "-")
			return name
		}
	}
	if term, ok := strings.CutPrefix(element, "urn:epcglobal:cbv:"); ok {
		return term[strings.LastIndexByte(term, ':')+1:]
	}
	return element
}

// PassportURN returns the object that stands for the vehicle of a passport, which
// is "passports/{passport}".
func PassportURN(passport string) string {
	return passportURN + strings.TrimPrefix(passport, passportName)
}

// Passport is the reverse of PassportURN; ok is false for any other object.
func Passport(epc string) (name string, ok bool) {
	id, ok := strings.CutPrefix(epc, passportURN)
	return passportName + id, ok
}

// PartURN returns the object that stands for a part.
func PartURN(number, serial string) string {
	return partURN + url.QueryEscape(number) + ":" + url.QueryEscape(serial)
}

// EventURN returns the event id of an event of the platform.
func EventURN(source, id string) string {
	return eventURN + url.QueryEscape(source) + ":" + url.QueryEscape(id)
}

// ErrNotEvent says that an event id is none of EventURN.
var ErrNotEvent = errors.New("epcis: not an event of the platform")

// ParseEventURN is the reverse of EventURN.
func ParseEventURN(eventID string) (source, id string, err error) {
	text, ok := strings.CutPrefix(eventID, eventURN)
	source, id, two := strings.Cut(text, ":")
	if !ok || !two {
		return "", "", ErrNotEvent
	}
	source, errSource := url.QueryUnescape(source)
	id, errID := url.QueryUnescape(id)
	if errSource != nil || errID != nil {
		return "", "", ErrNotEvent
	}
	return source, id, nil
}
