package ingest

import "testing"

func TestWhatLooksLikeAVIN(t *testing.T) {
	for name, want := range map[string]bool{
		"VF3CUHMZ6FW000123":                    true,
		"vf3cuhmz6fw000123":                    true,
		"9362AKFW9AB000123":                    true, // digits in front
		"reading-VF3CUHMZ6FW000123-7":          true,
		"/members/oem/cars/VF3CUHMZ6FW000123":  true,
		"XVF3CUHMZ6FW000123":                   false, // 18 characters
		"VF3CUHMZ6FW00012":                     false,
		"VF3CUHMZ6FW00012A":                    false, // no serial number ends so
		"VF3CUHMZ6FWO00123":                    false, // no VIN has an O
		"20261120123456789":                    false,
		"01955d1a-7c3e-7d2b-9c1d-3f1e5a7b9c0d": false,
		"01JCXM5Z6N8V4T2R0P9K7H3G1F":           false,
		"b-17":                                 false,
		"":                                     false,
	} {
		if got := revealsVehicle(name); got != want {
			t.Errorf("%q: %t, want %t", name, got, want)
		}
	}
}

// TestARevealingEventIsNotKept is refused, and its letter has neither its name nor its bytes.
func TestARevealingEventIsNotKept(t *testing.T) {
	c := Candidate{ID: "VF3CUHMZ6FW000123", Source: "/members/oem/x", SpecVersion: specVersion, Bytes: []byte("VF3CUHMZ6FW000123")}
	fault := c.checkForm()
	if fault == nil || fault.Reason != ReasonIDRevealsVehicle || fault.Field != "id" {
		t.Fatalf("fault %+v, want ID_REVEALS_VEHICLE of id", fault)
	}
	letter, err := newDeadLetter("oem", Rejection{Source: c.Source, EventID: c.ID, Fault: *fault}, c.Bytes, firstCar)
	if err != nil || letter.Bytes != nil || letter.EventID != "" || letter.Source != "" {
		t.Errorf("letter %+v, %v", letter, err)
	}
}
