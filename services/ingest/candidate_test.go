package ingest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/services/ingest"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func candidate() ingest.Candidate {
	return ingest.Candidate{
		Bytes: []byte("content"), ID: "id-1", Source: "/members/oem/cloud", SpecVersion: "1.0",
		Type: "pcc.events.v1.OdometerReading", KnownType: true, DataType: "pcc.events.v1.OdometerReading",
		Subject: "passports/0199e9d4-0000-7000-8000-000000000001", Time: now.Add(-time.Hour),
		Odometers: []ingest.Odometer{odometer("12", ingest.Kilometre)},
	}
}

func TestCheckAccepts(t *testing.T) {
	for name, change := range map[string]func(*ingest.Candidate){
		"as it is":          func(*ingest.Candidate) {},
		"id of 128":         func(c *ingest.Candidate) { c.ID = strings.Repeat("~", 128) },
		"source of 256":     func(c *ingest.Candidate) { c.Source += strings.Repeat("!", 256-len(c.Source)) },
		"64 KiB":            func(c *ingest.Candidate) { c.Bytes = make([]byte, 64<<10) },
		"beginning of 1886": func(c *ingest.Candidate) { c.Time = time.Date(1886, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		c := candidate()
		change(&c)
		e, fault := c.Check("oem", now)
		if fault != nil || e.Member != "oem" || e.Source != c.Source || e.EventID != c.ID || *e.OdometerMetres != 12_000 || !e.ReceivedAt.Equal(now) {
			t.Errorf("%s: %+v, %+v", name, e, fault)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*ingest.Candidate)
		reason ingest.Reason
		field  string
	}{
		"too large": {func(c *ingest.Candidate) { c.Bytes = make([]byte, 64<<10+1) }, ingest.ReasonEventTooLarge, ""},
		"malformed": {func(c *ingest.Candidate) {
			c.Malformed = &ingest.Fault{Reason: ingest.ReasonEventMalformed, Field: "x"}
		}, ingest.ReasonEventMalformed, "x"},
		"no id":           {func(c *ingest.Candidate) { c.ID = "" }, ingest.ReasonEventIDInvalid, "id"},
		"id of 129":       {func(c *ingest.Candidate) { c.ID = strings.Repeat("x", 129) }, ingest.ReasonEventIDInvalid, "id"},
		"id with space":   {func(c *ingest.Candidate) { c.ID = "a b" }, ingest.ReasonEventIDInvalid, "id"},
		"id not ASCII":    {func(c *ingest.Candidate) { c.ID = "é" }, ingest.ReasonEventIDInvalid, "id"},
		"other version":   {func(c *ingest.Candidate) { c.SpecVersion = "1.0.2" }, ingest.ReasonEventMalformed, "spec_version"},
		"other member":    {func(c *ingest.Candidate) { c.Source = "/members/oem2/cloud" }, ingest.ReasonSourceForeign, "source"},
		"member's prefix": {func(c *ingest.Candidate) { c.Source = "/members/oem" }, ingest.ReasonSourceForeign, "source"},
		"source of 257":   {func(c *ingest.Candidate) { c.Source += strings.Repeat("x", 257-len(c.Source)) }, ingest.ReasonSourceForeign, "source"},
		"source with NUL": {func(c *ingest.Candidate) { c.Source += "\x00" }, ingest.ReasonSourceForeign, "source"},
		"unknown type":    {func(c *ingest.Candidate) { c.KnownType = false }, ingest.ReasonTypeUnknown, "type"},
		"other data":      {func(c *ingest.Candidate) { c.DataType = "pcc.events.v1.Wash" }, ingest.ReasonTypeMismatch, "data"},
		"no data":         {func(c *ingest.Candidate) { c.DataType = "" }, ingest.ReasonTypeMismatch, "data"},
		"no time":         {func(c *ingest.Candidate) { c.Time = time.Time{} }, ingest.ReasonTimeMissing, "attributes.time"},
		"before cars":     {func(c *ingest.Candidate) { c.Time = time.Date(1885, 12, 31, 23, 59, 59, 0, time.UTC) }, ingest.ReasonTimeBefore1886, "attributes.time"},
		"data fault": {func(c *ingest.Candidate) {
			c.DataFault = &ingest.Fault{Reason: ingest.ReasonFieldInvalid, Field: "data.x"}
		}, ingest.ReasonFieldInvalid, "data.x"},
		"no subject":       {func(c *ingest.Candidate) { c.Subject = "" }, ingest.ReasonSubjectInvalid, "attributes.subject"},
		"bare uuid":        {func(c *ingest.Candidate) { c.Subject = c.Subject[10:] }, ingest.ReasonSubjectInvalid, "attributes.subject"},
		"upper case":       {func(c *ingest.Candidate) { c.Subject = "passports/" + strings.ToUpper(c.Subject[10:]) }, ingest.ReasonSubjectInvalid, "attributes.subject"},
		"uuid without -":   {func(c *ingest.Candidate) { c.Subject = strings.ReplaceAll(c.Subject, "-", "") }, ingest.ReasonSubjectInvalid, "attributes.subject"},
		"without mileage":  {func(c *ingest.Candidate) { c.Odometers = nil }, ingest.ReasonOdometerMissing, "data.odometer"},
		"negative mileage": {func(c *ingest.Candidate) { c.Odometers[0].Raw = "-0.001" }, ingest.ReasonOdometerNegative, "data.odometer.raw_value"},
	} {
		bad := candidate()
		c.change(&bad)
		if _, fault := bad.Check("oem", now); fault == nil || fault.Reason != c.reason || fault.Field != c.field {
			t.Errorf("%s: %+v, want %s at %q", name, fault, c.reason, c.field)
		}
	}
}

// TestClusterChange has two mileages, of which the removed cluster's is the vehicle's.
func TestClusterChange(t *testing.T) {
	removed, installed := odometer("90000", ingest.Kilometre), odometer("3", ingest.Kilometre)
	removed.Path, installed.Path = "data.removed", "data.installed"
	for name, c := range map[string]struct {
		odometers []ingest.Odometer
		want      int64 // -1: none
	}{
		"both":           {[]ingest.Odometer{removed, installed}, 90_000_000},
		"only installed": {[]ingest.Odometer{installed}, -1},
	} {
		change := candidate()
		change.Type, change.DataType = "pcc.events.v1.InstrumentClusterChange", "pcc.events.v1.InstrumentClusterChange"
		change.Odometers = c.odometers
		e, fault := change.Check("oem", now)
		got := int64(-1)
		if e.OdometerMetres != nil {
			got = *e.OdometerMetres
		}
		if fault != nil || got != c.want {
			t.Errorf("%s: %d, %v, want %d", name, got, fault, c.want)
		}
	}
}
