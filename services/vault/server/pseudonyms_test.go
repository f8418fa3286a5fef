package server_test

import (
	"bytes"
	"testing"
)

// TestTwoMembersCannotJoinTheirHolders registers one person with one vehicle at two members: nothing that either has, and nothing in
// the rows, is the same but for the vehicle that both know.
func TestTwoMembersCannotJoinTheirHolders(t *testing.T) {
	r := start(t)
	vehicle := r.bind(t, testVIN(1))
	first, second := r.register(t, r.oem, vehicle), r.register(t, r.garage, vehicle)
	if first == second {
		t.Error("two members have one handle of a person")
	}
	rows, err := r.db.Query(t.Context(), `SELECT ciphertext, shred_key::text FROM holder`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var ciphertexts [][]byte
	keys := map[string]bool{}
	for rows.Next() {
		var ciphertext []byte
		var key string
		if err := rows.Scan(&ciphertext, &key); err != nil {
			t.Fatal(err)
		}
		ciphertexts, keys[key] = append(ciphertexts, ciphertext), true
	}
	if rows.Err() != nil || len(ciphertexts) != 2 || len(keys) != 2 {
		t.Fatalf("%d rows under %d keys, %v", len(ciphertexts), len(keys), rows.Err())
	}
	const piece = 8                                   // far above chance
	for i := 5; i+piece <= len(ciphertexts[0]); i++ { // after the id of the vault's data key, which is the same for all
		if bytes.Contains(ciphertexts[1], ciphertexts[0][i:i+piece]) {
			t.Errorf("the ciphertexts share the bytes at %d", i)
		}
	}
}
