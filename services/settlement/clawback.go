package settlement

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// ClawbackPeriod is how long after its capture a read is divided anew when an event that it was sold with is refuted.
const ClawbackPeriod = 180 * 24 * time.Hour

// Refutation tells that an event was refuted, and how its member would have answered without it.
type Refutation struct {
	Event, Passport string // UUIDs
	// Member sent the event; Field is the question that it answered.
	Member, Field string
	Time          time.Time
	// Remaining are the member's other answers: each is the best from its time on. Ascending in time and quality.
	Remaining []Answer
	// ReceiveTime is when the ledger learned of it.
	ReceiveTime time.Time
}

// Answer is how well a member answers a field from a time on.
type Answer struct {
	From    time.Time
	Quality int64
}

// quality is that of the member's best other answer at a time, 0 for none.
func (r Refutation) quality(at time.Time) (best int64) {
	for _, a := range r.Remaining {
		if a.From.After(at) {
			break
		}
		best = a.Quality
	}
	return best
}

// Revision is how a captured read is divided since one of the events that it was sold with was refuted.
type Revision struct {
	// Version counts from 1; the receipt's own shares are version 0.
	Version int
	// Event is the UUID of the one that was refuted.
	Event string
	// Change is what counts from now on as the member's contribution to the field; its quality is 0 when nothing is left.
	Change Contribution
	Shares []Share
	// CreateTime is when the shares were computed, SettleTime when they were paid; zero as long as somebody has to earn first
	// what it has to give back.
	CreateTime, SettleTime time.Time
}

// currentContributions are those that count after all revisions.
func (r Read) currentContributions() []Contribution {
	contributions := slices.Clone(r.Contributions)
	for _, v := range r.Revisions {
		contributions = replaced(contributions, v.Change)
	}
	return contributions
}

// replaced returns contributions with another quality of one of them, without it when that is 0. It changes its argument.
func replaced(contributions []Contribution, change Contribution) []Contribution {
	i := slices.IndexFunc(contributions, func(c Contribution) bool { return c.Member == change.Member && c.Field == change.Field })
	switch {
	case i < 0:
		return contributions
	case change.Quality == 0:
		return slices.Delete(contributions, i, i+1)
	}
	contributions[i].Quality = change.Quality
	return contributions
}

// Revised returns the contributions after a change, and the shares that they make under the policy of the read. It is what anybody
// computes again.
func Revised(price Amount, policy SplitPolicy, contributions []Contribution, change Contribution) ([]Contribution, []Share, error) {
	contributions = replaced(slices.Clone(contributions), change)
	shares, err := policy.Split(price, contributions)
	return contributions, shares, err
}

// sharesOf are the shares of a version of the read.
func (r Read) sharesOf(version int) []Share {
	if version == 0 {
		return r.Shares
	}
	return r.Revisions[version-1].Shares
}

// refute divides the read anew without a refuted event. ok is false when that changes nothing: the read was captured too long ago,
// or the member's contribution did not rest on the event.
func (r Read) refute(f Refutation, now time.Time) (v Revision, ok bool, err error) {
	known := slices.ContainsFunc(r.Revisions, func(v Revision) bool { return v.Event == f.Event })
	if r.State != ReadCaptured || known || f.Time.Sub(r.CaptureTime) > ClawbackPeriod {
		return Revision{}, false, nil
	}
	contributions := r.currentContributions()
	change := Contribution{Member: f.Member, Field: f.Field, Quality: f.quality(r.CaptureTime)}
	worse := func(c Contribution) bool {
		return c.Member == change.Member && c.Field == change.Field && c.Quality > change.Quality
	}
	if !slices.ContainsFunc(contributions, worse) {
		return Revision{}, false, nil
	}
	policy, known := SplitPolicyOf(r.SplitVersion)
	if !known {
		return Revision{}, false, fmt.Errorf("settlement: reads/%s was split by the unknown policy %d", r.ID, r.SplitVersion)
	}
	v = Revision{Version: len(r.Revisions) + 1, Event: f.Event, Change: change, CreateTime: now}
	_, v.Shares, err = Revised(r.Price, policy, contributions, change)
	return v, true, err
}

// differences are what a version of the read changes for each account, sorted by account; those of nothing are left out.
func (r Read) differences(version int) ([]Posting, error) {
	var postings []Posting
	for _, s := range r.sharesOf(version) {
		postings = append(postings, Posting{s.Account, s.Amount})
	}
	for _, s := range r.sharesOf(version - 1) {
		postings = append(postings, Posting{s.Account, -s.Amount})
	}
	t, err := newTransfer("", KindClawback, "", hashOf(), postings...)
	return t.Postings, err
}

// losers are the members that differences take something from, sorted.
func losers(differences []Posting) (members []string) {
	for _, d := range differences {
		if member := d.Account.Member(); member != "" && d.Amount < 0 {
			members = append(members, member)
		}
	}
	return members
}

// clawback is the transfer that makes a version of the read out of the one before. due counts, by member, the versions of reads by
// which it has to give something back and that are not settled, this one among them. What was withheld from a member pays first;
// when this version is its last, it gets the rest of that. ok is false when somebody does not have enough: then the transfer waits.
func (r Read) clawback(version int, differences []Posting, balances Balances, due map[string]int) (t Transfer, ok bool, err error) {
	var postings []Posting
	inputs := []string{string(KindClawback), r.ID, strconv.Itoa(version)}
	for _, d := range differences {
		inputs = append(inputs, string(d.Account), d.Amount.String())
		member := d.Account.Member()
		switch {
		case member != "" && d.Amount < 0:
			withheld := balances[Claims(member)].Balance
			if due[member] > 1 {
				withheld = min(withheld, -d.Amount)
			}
			postings = append(postings, d, Posting{Claims(member), -withheld}, Posting{d.Account, withheld})
		case due[member] > 0:
			postings = append(postings, Posting{Claims(member), d.Amount})
		default:
			postings = append(postings, d)
		}
	}
	event := r.Revisions[version-1].Event
	t, err = newTransfer(
		deriveID("transfer", r.ID, string(KindClawback), strconv.Itoa(version)), KindClawback,
		fmt.Sprintf("%s divided anew: passports/%s/events/%s was refuted", r.description(), r.Passport, event), hashOf(inputs...), postings...,
	)
	if err != nil {
		return Transfer{}, false, err
	}
	t.ValueTime = r.CaptureTime
	short := slices.ContainsFunc(t.Postings, func(p Posting) bool { return p.Amount < 0 && balances[p.Account].Balance < -p.Amount })
	return t, !short, nil
}

// posting pays a share: to a member that has something to give back, on the account from which that is taken.
func (s Share) posting(due map[string]int) Posting {
	if member := s.Account.Member(); due[member] > 0 {
		return Posting{Claims(member), s.Amount}
	}
	return Posting{s.Account, s.Amount}
}
