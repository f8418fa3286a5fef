package quality

import "time"

// Kind is a kind of data. Reputations are apart by it, and so is how fast its news grow old.
type Kind string

// The kinds.
const (
	// Odometer is mileage and use: readings, inspections, trips, charging.
	Odometer Kind = "odometer"
	// Repair is work on the vehicle: services, repairs, parts, software, trouble codes.
	Repair Kind = "repair"
	// Incident is damage: accidents, claims, total losses, thefts.
	Incident Kind = "incident"
	// Register is what registers say: registrations, owners, imports, recalls; and declarations about other events.
	Register Kind = "register"
)

// Assurance is a class of source, by how much of what such sources say turns out to be right.
type Assurance string

// The classes.
const (
	Inspection        Assurance = "inspection"
	SignedInVehicle   Assurance = "signed_in_vehicle"
	InsurersExpert    Assurance = "insurers_expert"
	MakersGarage      Assurance = "makers_garage"
	IndependentGarage Assurance = "independent_garage"
	Fleet             Assurance = "fleet"
	OwnerWithPhoto    Assurance = "owner_with_photo"
	OwnerText         Assurance = "owner_text"
)

// Provenance is how a value left the vehicle.
type Provenance string

// The provenances.
const (
	SignedECU          Provenance = "signed_ecu"
	OBDRead            Provenance = "obd_read"
	InspectionTerminal Provenance = "inspection_terminal"
	GarageSystem       Provenance = "garage_system"
	Photo              Provenance = "photo"
	Typed              Provenance = "typed"
)

// Weights are the exponents of the dimensions, in thousandths; they add up to 1000.
type Weights struct{ Credibility, Plausibility, Provenance, Completeness, Currentness uint64 }

// Policy is every number on which an index depends. It is a value and its maps are never changed: the same policy and inputs
// give the same index on any machine.
type Policy struct {
	Version string
	Weights Weights
	// BaseRates are what a source counts for before anybody confirmed or refuted it, and Provenances what a value counts
	// for by its way. What is not in them counts LeastBaseRate and LeastProvenance.
	BaseRates                      map[Assurance]Millionths
	Provenances                    map[Provenance]Millionths
	LeastBaseRate, LeastProvenance Millionths
	// BaseWeight is how many confirmations and refutations the base rate weighs as much as.
	BaseWeight Millionths
	// ReputationHalfLife is the age in days at which a confirmation or refutation counts half.
	ReputationHalfLife int64
	// HalfLives is the delay after which the news of a kind is worth half; kinds not in it have that of Register.
	HalfLives map[Kind]time.Duration
	// Floor is the least that any dimension counts: one dimension alone does not make an event worthless.
	Floor Millionths
	// Unjudged is the plausibility of an event without a mileage: no history speaks for it or against it.
	Unjudged Millionths
	// CorroboratedShare is the share of the way to Ceiling that each independent corroborator takes an index.
	CorroboratedShare, Ceiling Millionths
}

const day = 24 * time.Hour

// DefaultPolicy is the policy to start from.
func DefaultPolicy() Policy {
	return Policy{
		Version: "quality/1",
		Weights: Weights{Credibility: 350, Plausibility: 250, Provenance: 200, Completeness: 100, Currentness: 100},
		BaseRates: map[Assurance]Millionths{
			Inspection: 900_000, SignedInVehicle: 850_000, InsurersExpert: 800_000, MakersGarage: 750_000,
			IndependentGarage: 700_000, Fleet: 700_000, OwnerWithPhoto: 500_000, OwnerText: 400_000,
		},
		Provenances: map[Provenance]Millionths{
			SignedECU: 1_000_000, OBDRead: 900_000, InspectionTerminal: 900_000, GarageSystem: 800_000, Photo: 700_000, Typed: 500_000,
		},
		LeastBaseRate: 400_000, LeastProvenance: 500_000,
		BaseWeight:         2 * One,
		ReputationHalfLife: 365,
		HalfLives:          map[Kind]time.Duration{Odometer: 7 * day, Repair: 30 * day, Incident: 3 * day, Register: 30 * day},
		Floor:              10_000,
		Unjudged:           800_000,
		CorroboratedShare:  500_000,
		Ceiling:            980_000,
	}
}

// BaseRate is what sources of a class count for before anybody confirmed or refuted them.
func (p *Policy) BaseRate(a Assurance) Millionths {
	if rate, ok := p.BaseRates[a]; ok {
		return rate
	}
	return p.LeastBaseRate
}

// ProvenanceWorth is what a value counts for by its way.
func (p *Policy) ProvenanceWorth(v Provenance) Millionths {
	if worth, ok := p.Provenances[v]; ok {
		return worth
	}
	return p.LeastProvenance
}

func (p *Policy) halfLife(k Kind) time.Duration {
	if life, ok := p.HalfLives[k]; ok {
		return life
	}
	return p.HalfLives[Register]
}
