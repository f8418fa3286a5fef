package model

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"
)

func registration(id string, class Class) MemberRecord {
	return MemberRecord{ID: id, MSPID: "Org" + strings.ToUpper(id[:1]) + "MSP", Class: class, Status: StatusActive, CARootSHA256: Hash{1}, Version: 1}
}

func change(t *testing.T, prev MemberRecord, edit func(*MemberRecord)) MemberRecord {
	t.Helper()
	hash, err := prev.Hash()
	if err != nil {
		t.Fatal(err)
	}
	next := prev
	next.Version, next.PreviousHash = prev.Version+1, hash
	edit(&next)
	return next
}

func nothing(*MemberRecord)     {}
func suspend(r *MemberRecord)   { r.Status = StatusSuspended }
func reinstate(r *MemberRecord) { r.Status = StatusActive }
func leave(r *MemberRecord)     { r.Status = StatusLeft }
func rotate(r *MemberRecord)    { r.CARootSHA256 = Hash{9} }

// witnessing sets a witness key that is the member's own.
func witnessing(r *MemberRecord) { r.WitnessKey = witnessKey(r.ID).String() }

func witnessKey(id string) WitnessKey {
	return WitnessKey{Name: "witness.example/" + id, Public: sha256.Sum256([]byte(id))}
}

func TestMemberCanonicalText(t *testing.T) {
	zero := strings.Repeat("A", 43) + "="
	want := "pcc-member/v2\noem\nOrgOMSP\nmaker\nactive\nAQ" + zero[2:] + "\n1\n" + zero + "\n-\n"
	got, err := registration("oem", ClassMaker).Canonical()
	if err != nil || string(got) != want {
		t.Fatalf("%v\n%s\nwant\n%s", err, got, want)
	}
	if r, err := ParseMember(got); err != nil || r != registration("oem", ClassMaker) {
		t.Fatalf("%+v %v", r, err)
	}
	witness := change(t, registration("oem", ClassMaker), witnessing)
	got, err = witness.Canonical()
	if err != nil || !strings.HasSuffix(string(got), "\n"+witnessKey("oem").String()+"\n") {
		t.Fatalf("%v\n%s", err, got)
	}
	if r, err := ParseMember(got); err != nil || r != witness {
		t.Fatalf("%+v %v", r, err)
	}
}

func TestMemberRulesOfItsOwn(t *testing.T) {
	cases := map[string]func(*MemberRecord){
		"no id":                   func(r *MemberRecord) { r.ID = "" },
		"id in capitals":          func(r *MemberRecord) { r.ID = "OEM" },
		"id with a slash":         func(r *MemberRecord) { r.ID = "a/b" },
		"id too long":             func(r *MemberRecord) { r.ID = strings.Repeat("a", MaxMemberIDBytes+1) },
		"MSP id with a newline":   func(r *MemberRecord) { r.MSPID = "A\nB" },
		"unknown class":           func(r *MemberRecord) { r.Class = "bank" },
		"unknown status":          func(r *MemberRecord) { r.Status = "asleep" },
		"no CA root":              func(r *MemberRecord) { r.CARootSHA256 = Hash{} },
		"witness key of a log":    func(r *MemberRecord) { r.WitnessKey = "a+00000000+AQ" },
		"version zero":            func(r *MemberRecord) { r.Version = 0 },
		"first with previous":     func(r *MemberRecord) { r.PreviousHash = Hash{1} },
		"second without previous": func(r *MemberRecord) { r.Version = 2 },
	}
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) {
			r := registration("oem", ClassMaker)
			spoil(&r)
			if _, err := r.Hash(); ReasonOf(err) != ReasonMalformed {
				t.Errorf("Hash: %v, want %s", err, ReasonMalformed)
			}
			if _, err := ParseMember(r.encode()); ReasonOf(err) != ReasonMalformed {
				t.Errorf("ParseMember: %v, want %s", err, ReasonMalformed)
			}
		})
	}
}

func TestValidateMemberChange(t *testing.T) {
	active := registration("oem", ClassMaker)
	suspended := change(t, active, suspend)
	left := change(t, active, leave)
	cases := map[string]struct {
		prev *MemberRecord
		next MemberRecord
		want Reason
	}{
		"registration":            {nil, active, ""},
		"registers suspended":     {nil, func() MemberRecord { r := active; suspend(&r); return r }(), ReasonNotActive},
		"version 2 of nobody":     {nil, suspended, ReasonVersionNotNext},
		"suspension":              {&active, suspended, ""},
		"reinstatement":           {&suspended, change(t, suspended, reinstate), ""},
		"new CA root":             {&active, change(t, active, rotate), ""},
		"registers as witness":    {nil, func() MemberRecord { r := active; witnessing(&r); return r }(), ReasonNotPermitted},
		"becomes a witness":       {&active, change(t, active, witnessing), ""},
		"after leaving":           {&left, change(t, left, reinstate), ReasonMemberLeft},
		"version skipped":         {&active, change(t, active, func(r *MemberRecord) { r.Version++ }), ReasonVersionNotNext},
		"registered twice":        {&active, active, ReasonVersionNotNext},
		"other previous hash":     {&active, change(t, active, func(r *MemberRecord) { r.PreviousHash[0] ^= 1 }), ReasonPreviousMismatch},
		"other MSP":               {&active, change(t, active, func(r *MemberRecord) { r.MSPID = "XMSP" }), ReasonIdentityChanged},
		"promotes itself":         {&active, change(t, active, func(r *MemberRecord) { r.Class = ClassAuthority }), ReasonIdentityChanged},
		"another member's record": {&active, change(t, active, func(r *MemberRecord) { r.ID = "garage" }), ReasonIdentityChanged},
		"malformed":               {&active, change(t, active, func(r *MemberRecord) { r.Class = "" }), ReasonMalformed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := ValidateMemberChange(c.prev, c.next)
			if ReasonOf(err) != c.want || (c.want == "") != (err == nil) {
				t.Errorf("got %v, want reason %q", err, c.want)
			}
		})
	}
}

func TestAuthorizeMemberChange(t *testing.T) {
	oem, garage := registration("oem", ClassMaker), registration("garage", ClassGarage)
	authority, witness := registration("kba", ClassAuthority), change(t, garage, witnessing)
	suspended := change(t, garage, suspend)
	cases := map[string]struct {
		submitter MemberRecord
		prev      *MemberRecord
		next      MemberRecord
		want      Reason
	}{
		"registers another":            {oem, nil, garage, ""},
		"suspended registers another":  {suspended, nil, oem, ReasonNotActive},
		"rotates its own CA":           {garage, &garage, change(t, garage, rotate), ""},
		"rewrites itself unchanged":    {garage, &garage, change(t, garage, nothing), ""},
		"leaves":                       {garage, &garage, change(t, garage, leave), ""},
		"becomes a witness":            {garage, &garage, change(t, garage, witnessing), ""},
		"is no witness any more":       {witness, &witness, change(t, witness, func(r *MemberRecord) { r.WitnessKey = "" }), ""},
		"sets another's witness key":   {oem, &garage, change(t, garage, witnessing), ReasonNotPermitted},
		"suspended sets its key":       {suspended, &suspended, change(t, suspended, witnessing), ReasonNotActive},
		"authority sets another's key": {authority, &garage, change(t, garage, witnessing), ReasonNotPermitted},
		"authority suspends witness":   {authority, &witness, change(t, witness, suspend), ""},
		"authority suspends, sets key": {authority, &garage, change(t, suspended, witnessing), ReasonNotPermitted},
		"suspends itself":              {garage, &garage, change(t, garage, suspend), ReasonNotPermitted},
		"reinstates itself":            {suspended, &suspended, change(t, suspended, reinstate), ReasonNotActive},
		"rotates another's CA":         {oem, &garage, change(t, garage, rotate), ReasonNotPermitted},
		"suspends a competitor":        {oem, &garage, suspended, ReasonNotPermitted},
		"makes a competitor leave":     {oem, &garage, change(t, garage, leave), ReasonNotPermitted},
		"rewrites another unchanged":   {oem, &garage, change(t, garage, nothing), ReasonNotPermitted},
		"authority suspends":           {authority, &garage, suspended, ""},
		"authority reinstates":         {authority, &suspended, change(t, suspended, reinstate), ""},
		"authority expels":             {authority, &suspended, change(t, suspended, leave), ""},
		"authority rotates another":    {authority, &garage, change(t, garage, rotate), ReasonNotPermitted},
		"authority suspends and edits": {authority, &garage, change(t, suspended, rotate), ReasonNotPermitted},
		"authority suspends itself":    {authority, &authority, change(t, authority, suspend), ReasonNotPermitted},
		"authority rotates its own":    {authority, &authority, change(t, authority, rotate), ""},
		"authority rewrites another":   {authority, &garage, change(t, garage, nothing), ReasonNotPermitted},
		"left authority has no say":    {change(t, authority, leave), &garage, suspended, ReasonNotActive},
		"suspended authority likewise": {change(t, authority, suspend), &garage, suspended, ReasonNotActive},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := AuthorizeMemberChange(c.submitter, c.prev, c.next)
			if ReasonOf(err) != c.want || (c.want == "") != (err == nil) {
				t.Errorf("got %v, want reason %q", err, c.want)
			}
		})
	}
}

func FuzzParseMember(f *testing.F) {
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ParseMember(text)
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
