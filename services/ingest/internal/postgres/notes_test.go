package postgres_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/ingest"
)

// TestManyCorrectionsAreHalved has corrections of more passports than one transaction reads again.
func TestManyCorrectionsAreHalved(t *testing.T) {
	store, pool := newStore(t)
	events := newEvents(uuid.New(), 300, 20)
	for i := range events {
		events[i].Type, events[i].Passport = "pcc.events.v1.Correction", uuid.New()
	}
	var poison *ingest.PoisonError
	if _, err := store.Journal(t.Context(), events, appraiser()); !errors.As(err, &poison) {
		t.Fatalf("300 at once: %v", err)
	}
	journalAll(t, store, events[:150], events[150:])
	var notes int
	if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM event_note").Scan(&notes); err != nil || notes != 300 {
		t.Errorf("%d notes, %v", notes, err)
	}
}

// TestNobodyCrowdsOutOthers has one member open more disputes than count, before another one opens its first.
func TestNobodyCrowdsOutOthers(t *testing.T) {
	store, _ := newStore(t)
	passport := uuid.New()
	events := newEvents(passport, 151, 20)
	for i := range events {
		events[i].Type, events[i].OdometerMetres = "pcc.events.v1.DisputeOpened", nil
	}
	events[150].Member, events[150].Source = "other", "/members/other/x"
	journalAll(t, store, events)
	notes, err := store.Notes(t.Context(), passport)
	if err != nil || len(notes) != 101 || notes[99].Event != events[99].ID || notes[100].Member != "other" ||
		!slices.Equal(notes[100].Evidence, []ingest.Exhibit{{Event: uuid.Max}}) {
		t.Errorf("%d notes, %v", len(notes), err)
	}
}
