package model

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// epochOne is a first epoch over two streams, used as the starting point of cases.
func epochOne() EpochRecord {
	return EpochRecord{
		Number:        1,
		TimeUnixMilli: 1_750_000_000_000,
		MapRoot:       Hash{0xa1},
		MapKeys:       4,
		Streams: []StreamCheckpoint{
			{Stream: "ingest/insurer", Size: 3, Root: Hash{3}},
			{Stream: "ingest/oem", Size: 7, Root: Hash{7}},
		},
	}
}

func TestEpochCanonicalText(t *testing.T) {
	zero := strings.Repeat("A", 43) + "="
	want := "pcc-epoch/v2\n1\n" + zero + "\n1750000000000\noQ" + zero[2:] + "\n4\n" +
		"ingest/insurer 3 Aw" + zero[2:] + "\ningest/oem 7 Bw" + zero[2:] + "\n"
	got, err := epochOne().Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Fatalf("canonical text:\n%s\nwant:\n%s", got, want)
	}
	parsed, err := ParseEpoch(got)
	if err != nil {
		t.Fatal(err)
	}
	hash, _ := epochOne().Hash()
	if again, _ := parsed.Hash(); again != hash || len(hash.String()) != 64 {
		t.Fatalf("hash after a round trip is %s, want %s", again, hash)
	}
}

func TestEpochRulesOfItsOwn(t *testing.T) {
	cases := map[string]func(*EpochRecord){
		"number zero":                  func(r *EpochRecord) { r.Number = 0 },
		"first with a previous hash":   func(r *EpochRecord) { r.PreviousHash = Hash{1} },
		"second without previous hash": func(r *EpochRecord) { r.Number = 2 },
		"time zero":                    func(r *EpochRecord) { r.TimeUnixMilli = 0 },
		"time negative":                func(r *EpochRecord) { r.TimeUnixMilli = -1 },
		"keys in the empty map":        func(r *EpochRecord) { r.MapRoot = EmptyMapRoot() },
		"no keys in another map":       func(r *EpochRecord) { r.MapKeys = 0 },
		"unsorted":                     func(r *EpochRecord) { slices.Reverse(r.Streams) },
		"twice the same stream":        func(r *EpochRecord) { r.Streams[1].Stream = r.Streams[0].Stream },
		"empty name":                   func(r *EpochRecord) { r.Streams[0].Stream = "" },
		"space in a name":              func(r *EpochRecord) { r.Streams[0].Stream = "a b" },
		"newline in a name":            func(r *EpochRecord) { r.Streams[0].Stream = "a\nb" },
		"a VIN for a name":             func(r *EpochRecord) { r.Streams[0].Stream = "WVWZZZ1JZXW000001" },
		"name too long":                func(r *EpochRecord) { r.Streams[1].Stream = strings.Repeat("z", MaxStreamNameBytes+1) },
		"too many streams":             func(r *EpochRecord) { r.Streams = make([]StreamCheckpoint, MaxStreams+1) },
	}
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) {
			r := epochOne()
			spoil(&r)
			if _, err := r.Canonical(); ReasonOf(err) != ReasonMalformed {
				t.Errorf("Canonical: %v, want %s", err, ReasonMalformed)
			}
			if _, err := ParseEpoch(r.encode()); ReasonOf(err) != ReasonMalformed {
				t.Errorf("ParseEpoch: %v, want %s", err, ReasonMalformed)
			}
		})
	}
}

func TestParseEpochRefusesOtherForms(t *testing.T) {
	canonical, err := epochOne().Canonical()
	if err != nil {
		t.Fatal(err)
	}
	text := string(canonical)
	cases := map[string]string{
		"empty":             "",
		"other version":     strings.Replace(text, "v2", "v1", 1),
		"leading zero":      strings.Replace(text, "\n1\n", "\n01\n", 1),
		"plus sign":         strings.Replace(text, "\n1\n", "\n+1\n", 1),
		"carriage returns":  strings.ReplaceAll(text, "\n", "\r\n"),
		"no final newline":  strings.TrimSuffix(text, "\n"),
		"extra newline":     text + "\n",
		"two spaces":        strings.Replace(text, "oem 7", "oem  7", 1),
		"trailing bits":     strings.Replace(text, "A=\n1750", "B=\n1750", 1),
		"unpadded base64":   strings.Replace(text, "=\n1750", "\n1750", 1),
		"number overflows":  strings.Replace(text, "\n1\n", "\n18446744073709551616\n", 1),
		"map keys overflow": strings.Replace(text, "\n4\n", "\n18446744073709551616\n", 1),
		"no map keys":       strings.Replace(text, "\n4\n", "\n", 1),
		"time overflows":    strings.Replace(text, "1750000000000", "9223372036854775808", 1),
		"longer than bound": text + strings.Repeat("x", MaxEpochBytes),
	}
	for name, other := range cases {
		t.Run(name, func(t *testing.T) {
			if other == text {
				t.Fatal("the case does not change the text")
			}
			if _, err := ParseEpoch([]byte(other)); ReasonOf(err) != ReasonMalformed {
				t.Errorf("got %v, want %s", err, ReasonMalformed)
			}
		})
	}
}

func TestLargestEpochFitsItsBound(t *testing.T) {
	r := EpochRecord{Number: 1<<64 - 1, PreviousHash: Hash{1}, TimeUnixMilli: 1<<63 - 1, MapKeys: 1<<64 - 1}
	for i := range MaxStreams {
		name := fmt.Sprintf("%0*d", MaxStreamNameBytes, i)
		r.Streams = append(r.Streams, StreamCheckpoint{Stream: name, Size: 1<<64 - 1, Root: Hash{0xff}})
	}
	canonical, err := r.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseEpoch(canonical); err != nil || len(canonical) > MaxEpochBytes {
		t.Fatalf("%d bytes: %v", len(canonical), err)
	}
}

func FuzzParseEpoch(f *testing.F) {
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ParseEpoch(text)
		if err != nil {
			if ReasonOf(err) != ReasonMalformed {
				t.Fatalf("unexpected reason: %v", err)
			}
			return
		}
		again, err := r.Canonical()
		if err != nil || !bytes.Equal(again, text) {
			t.Fatalf("accepted a second form:\n%q\n%q\n%v", text, again, err)
		}
	})
}
