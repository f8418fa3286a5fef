package dkg

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/threshold"
)

func TestANewKeyIsOpenedByAnyThresholdOfItsHolders(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 3).Draw(r, "holders")
		needed := rapid.IntRange(1, n).Draw(r, "threshold")
		holders := people(t, rapid.Permutation([]int{1, 2, 40, 65535}).Draw(r, "indices")[:n]...)
		set := run{dealers: holders, holders: holders, threshold: needed}.must(t)
		chosen := rapid.Permutation(holders).Draw(r, "who opens")
		if !opens(t, set, set.Public, chosen[:needed]...) {
			t.Fatal("the threshold does not open")
		}
		if needed > 1 && opens(t, set, set.Public, chosen[:needed-1]...) {
			t.Fatal("fewer than the threshold open")
		}
	})
}

func TestAResharingKeepsTheKeyAndMakesOldSharesWorthless(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		before := people(t, 1, 2, 3)
		old := run{dealers: before, holders: before, threshold: 2}.must(t)
		joining := people(t, seq(6, rapid.IntRange(0, 2).Draw(r, "joining"))...)
		staying := rapid.Permutation(before).Draw(r, "staying")[:rapid.IntRange(1, 3).Draw(r, "how many")]
		holders := append(slices.Clone(staying), joining...)
		needed := rapid.IntRange(1, len(holders)).Draw(r, "threshold")
		dealers := rapid.Permutation(before).Draw(r, "dealing")[:rapid.IntRange(2, 3).Draw(r, "dealers")]
		kept := *staying[0]
		set := run{dealers: dealers, holders: holders, threshold: needed, previous: &old}.must(t)
		if set.Public != old.Public {
			t.Fatal("the public key changed")
		}
		if !opens(t, set, old.Public, rapid.Permutation(holders).Draw(r, "who opens")[:needed]...) {
			t.Fatal("what was sealed before does not open")
		}
		if needed > 1 && opens(t, set, old.Public, append(slices.Clone(holders[1:needed]), &kept)...) {
			t.Fatal("an old share helps new ones")
		}
	})
}

// TestTheKeyOfOneHolderIsSharedOut is how the tag key of one file comes into the hands of trustees.
func TestTheKeyOfOneHolderIsSharedOut(t *testing.T) {
	sole := people(t, 1)
	share, err := threshold.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sole[0].share = &share
	old, err := share.Sole()
	if err != nil {
		t.Fatal(err)
	}
	holders := people(t, 2, 3, 4, 5, 6)
	set := run{dealers: sole, holders: holders, threshold: 3, previous: &old}.must(t)
	if set.Public != old.Public || !opens(t, set, old.Public, holders[0], holders[2], holders[4]) {
		t.Error("the shared key is another")
	}
}

func TestAbsentTrusteesAreLeftOut(t *testing.T) {
	all := people(t, 1, 2, 3, 4, 5)
	set := run{dealers: all, holders: all, threshold: 3, absent: []int{4}}.must(t)
	if len(set.Verification) != 4 || knows(&set, 4) {
		t.Fatalf("new key: %v", set.Verification)
	}
	present := []*person{all[0], all[1], all[2], all[4]}
	again := run{dealers: present, holders: all, threshold: 3, previous: &set, absent: []int{4, 5}}.must(t)
	if len(again.Verification) != 3 || !opens(t, again, set.Public, all[0], all[1], all[2]) {
		t.Errorf("resharing: %v", again.Verification)
	}
	_, failed := run{dealers: all[:3], holders: all, threshold: 3, previous: &again, absent: []int{3, 4, 5}}.do(t)
	if !errors.Is(failed[1], ErrFailed) || !errors.Is(failed[2], ErrFailed) {
		t.Errorf("two of three needed dealers: %v", failed)
	}
}

// TestDishonestDealersAreExcluded lets trustee 2 cheat in each way there is; the others make a key without it.
func TestDishonestDealersAreExcluded(t *testing.T) {
	for name, cheat := range map[string]func(p Phase, s *Session, raw []byte) [][]byte{
		"a wrong value, not justified": func(p Phase, s *Session, raw []byte) [][]byte {
			if p == Justifications {
				return nil
			}
			return [][]byte{spoil(p, s, raw)}
		},
		"two different deals": func(p Phase, s *Session, raw []byte) [][]byte {
			if p != Deals {
				return keep(raw)
			}
			return [][]byte{raw, spoil(p, s, raw)}
		},
		"a wrong value, justified by another": func(p Phase, s *Session, raw []byte) [][]byte {
			return keep(spoil(p, s, raw))
		},
		"too few coefficients": func(p Phase, s *Session, raw []byte) [][]byte {
			if p != Deals {
				return keep(raw)
			}
			return [][]byte{s.config.seal(newBody(Deals, 2).uint16(0).uint16(0))}
		},
		"what nobody can parse": func(p Phase, s *Session, raw []byte) [][]byte {
			if p != Deals {
				return keep(raw)
			}
			return [][]byte{s.config.seal(append(raw[:len(raw)-64:len(raw)-64], 0))}
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := people(t, 1, 2, 3, 4, 5)
			results, failed := run{dealers: all, holders: all, threshold: 3, tamper: by(2, cheat)}.do(t)
			for _, index := range []int{1, 3, 4, 5} {
				if failed[index] != nil {
					t.Fatalf("trustee %d: %v", index, failed[index])
				}
				if r := results[index]; !slices.Equal(r.Excluded, []int{2}) || r.Set.Public != results[1].Set.Public {
					t.Errorf("trustee %d: excluded %v", index, r.Excluded)
				}
			}
		})
	}
}

// TestADealerCannotDealAnotherValueThanItsShare would else change the key.
func TestADealerCannotDealAnotherValueThanItsShare(t *testing.T) {
	all := people(t, 1, 2, 3, 4)
	set := run{dealers: all, holders: all, threshold: 2}.must(t)
	cheat := func(p Phase, s *Session, raw []byte) [][]byte {
		if p != Deals {
			return keep(raw)
		}
		c := s.config
		c.Previous, c.Share, c.Dealers = nil, nil, c.Holders
		other, err := NewSession(c)
		if err != nil {
			t.Fatal(err)
		}
		dealt, err := other.Deal()
		if err != nil {
			t.Fatal(err)
		}
		return keep(dealt)
	}
	results, failed := run{dealers: all, holders: all, threshold: 2, previous: &set, tamper: by(2, cheat)}.do(t)
	for _, index := range []int{1, 3, 4} {
		if failed[index] != nil || results[index].Set.Public != set.Public || !slices.Equal(results[index].Excluded, []int{2}) {
			t.Errorf("trustee %d: %v, %v", index, results[index], failed[index])
		}
	}
}

// TestAnHonestDealerSurvivesAFalseComplaint and the complaint's author, who gets published what it says it did not get.
func TestAnHonestDealerSurvivesAFalseComplaint(t *testing.T) {
	all := people(t, 1, 2, 3, 4, 5)
	cheat := func(p Phase, s *Session, raw []byte) [][]byte {
		if p != Responses {
			return keep(raw)
		}
		return [][]byte{s.config.seal(newBody(Responses, 2).uint16(1).uint16(4))}
	}
	results, failed := run{dealers: all, holders: all, threshold: 3, tamper: by(2, cheat)}.do(t)
	if len(failed) != 0 || !knows(&results[1].Set, 4) || results[1].Set.Public != results[4].Set.Public {
		t.Errorf("%v, %v", results[1], failed)
	}
}

func TestARunThatWouldPublishAShareIsAbandoned(t *testing.T) {
	all := people(t, 1, 2, 3)
	set := run{dealers: all, holders: all, threshold: 2}.must(t)
	joining := people(t, 4)
	cheat := func(p Phase, s *Session, raw []byte) [][]byte {
		if p != Responses {
			return keep(raw)
		}
		return [][]byte{s.config.seal(newBody(Responses, 4).uint16(2).uint16(1).uint16(3))}
	}
	_, failed := run{dealers: all, holders: append(all[:2:2], joining...), threshold: 2, previous: &set, tamper: by(4, cheat)}.do(t)
	for _, index := range []int{1, 2, 3} {
		if !errors.Is(failed[index], ErrExposed) {
			t.Errorf("trustee %d: %v", index, failed[index])
		}
	}
}

func TestConfigurationsThatDoNotHoldTogetherAreRefused(t *testing.T) {
	all, strangers := people(t, 1, 2, 3), people(t, 1, 9)
	good := func() Config {
		return Config{
			Dealers: parties(all), Holders: parties(all), Threshold: 2,
			Index: 1, Signing: all[0].signing, Exchange: all[0].exchange,
		}
	}
	for name, spoil := range map[string]func(c *Config){
		"no threshold":             func(c *Config) { c.Threshold = 0 },
		"too high a threshold":     func(c *Config) { c.Threshold = 4 },
		"not of the run":           func(c *Config) { c.Index = 9 },
		"another's keys":           func(c *Config) { c.Exchange = all[1].exchange },
		"another signing key":      func(c *Config) { c.Signing = all[1].signing },
		"a trustee twice":          func(c *Config) { c.Holders = append(c.Holders, c.Holders[0]) },
		"one index, two trustees":  func(c *Config) { c.Holders = []Party{strangers[0].party, all[1].party, all[2].party} },
		"other dealers":            func(c *Config) { c.Dealers = c.Dealers[:2] },
		"a share of nothing":       func(c *Config) { c.Share = &threshold.Share{Index: 1} },
		"no exchange key":          func(c *Config) { c.Holders[2].Exchange = threshold.Element{} },
		"an index out of bounds":   func(c *Config) { c.Holders[2].Index = threshold.MaxIndex + 1 },
		"a signing key too short":  func(c *Config) { c.Holders[2].Signing = ed25519.PublicKey{1} },
		"one exchange key for two": func(c *Config) { c.Holders[2].Exchange = c.Holders[1].Exchange },
	} {
		c := good()
		spoil(&c)
		if _, err := NewSession(c); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func by(index int, cheat func(p Phase, s *Session, raw []byte) [][]byte) func(Phase, int, *Session, []byte) [][]byte {
	return func(p Phase, i int, s *Session, raw []byte) [][]byte {
		if i != index || (raw == nil && p != Justifications) {
			return keep(raw)
		}
		return cheat(p, s, raw)
	}
}

func keep(raw []byte) [][]byte {
	if raw == nil {
		return nil
	}
	return [][]byte{raw}
}

// spoil changes the last byte of what is sealed for the last holder, or of the value that is published, and signs again.
func spoil(p Phase, s *Session, raw []byte) []byte {
	if raw == nil || p == Responses {
		return raw
	}
	body := slices.Clone(raw[:len(raw)-ed25519.SignatureSize])
	at := len(body) - 1
	if p == Justifications {
		at -= 20
	}
	body[at] ^= 1
	return s.config.seal(body)
}

func seq(from, n int) []int {
	var out []int
	for i := range n {
		out = append(out, from+i)
	}
	return out
}
