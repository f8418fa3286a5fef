package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"

	"github.com/pcc-platform/pcc/verify"
)

// proveOffline verifies the exported document and three forgeries of it, with files alone.
func (d *demo) proveOffline(context.Context) error {
	report, err := verifyFile(d.proofFile("passport"), d.layout.TrustFile(), "")
	if err != nil {
		return fmt.Errorf("the exported proof does not verify: %w", err)
	}
	d.result.ProofVerified = true
	printVerification(d.quiet(), report)
	document, err := os.ReadFile(d.proofFile("passport"))
	if err != nil {
		return err
	}
	for name, forge := range map[string]func([]byte) ([]byte, error){
		"one-byte": forgeByte, "mileage": forgeMileage, "dropped-event": dropEvent,
	} {
		forged, err := forge(document)
		if err != nil {
			return err
		}
		if err := os.WriteFile(d.proofFile(name), forged, 0o600); err != nil {
			return err
		}
		_, err = verifyFile(d.proofFile(name), d.layout.TrustFile(), "")
		if verify.ReasonOf(err) == "" {
			return fmt.Errorf("the forgery %s was not refused: %w", name, err)
		}
		d.result.TamperedRefused++
		d.say("REFUSED   %s changed: %s", name, verify.ReasonOf(err))
	}
	return nil
}

// leafText finds the base64 text of the first leaf.
var leafText = regexp.MustCompile(`"leaf":\s*"([A-Za-z0-9+/]{64})`)

// forgeByte changes one byte of the first journal leaf.
func forgeByte(document []byte) ([]byte, error) {
	at := leafText.FindSubmatchIndex(document)
	if at == nil {
		return nil, errors.New("the proof has no leaf")
	}
	forged := bytes.Clone(document)
	place := at[2] + 40
	if forged[place] == 'A' {
		forged[place] = 'B'
	} else {
		forged[place] = 'A'
	}
	return forged, nil
}

// mileageText finds a shown mileage.
var mileageText = regexp.MustCompile(`"odometer_metres":\s*"?([0-9]+)`)

// forgeMileage takes the first digit off a mileage, as somebody would who turns an odometer back on paper.
func forgeMileage(document []byte) ([]byte, error) {
	at := mileageText.FindSubmatchIndex(document)
	if len(at) < 4 || at[3]-at[2] < 2 {
		return nil, errors.New("the proof shows no mileage")
	}
	forged := bytes.Clone(document[:at[2]])
	return append(forged, document[at[2]+1:]...), nil
}

// dropEvent leaves the last event of a list out, as somebody would who hides a damage.
func dropEvent(document []byte) ([]byte, error) {
	var d verify.Document
	if err := json.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("the proof is no document: %w", err)
	}
	i := slices.IndexFunc(d.Lists, func(l verify.List) bool { return len(l.Entries) > 0 })
	if i < 0 {
		return nil, errors.New("the proof shows no event")
	}
	d.Lists[i].Entries = d.Lists[i].Entries[:len(d.Lists[i].Entries)-1]
	return verify.Encode(d)
}
