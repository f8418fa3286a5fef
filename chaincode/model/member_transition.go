package model

// ValidateMemberChange reports whether next may follow prev, which is nil for a
// registration. A broken rule is returned as *Error.
//
// A member keeps its id, MSP and class for life: authority follows from them, so
// changing one would be a way to promote oneself. Leaving is final.
func ValidateMemberChange(prev *MemberRecord, next MemberRecord) error {
	if err := next.validate(); err != nil {
		return err
	}
	var version uint64
	var hash Hash
	if prev != nil {
		var err error
		if hash, err = prev.Hash(); err != nil {
			return err
		}
		version = prev.Version
	}
	switch {
	case next.Version-1 != version:
		return Errorf(ReasonVersionNotNext, "member %s: version %d does not follow %d", next.ID, next.Version, version)
	case next.PreviousHash != hash:
		return Errorf(ReasonPreviousMismatch, "member %s: version %d does not name the hash of version %d", next.ID, next.Version, version)
	case prev == nil && next.Status != StatusActive:
		return Errorf(ReasonNotActive, "member %s registers as %s", next.ID, next.Status)
	case prev == nil && next.WitnessKey != "":
		return Errorf(ReasonNotPermitted, "member %s registers with a witness key: a member sets its own later", next.ID)
	case prev != nil && (next.ID != prev.ID || next.MSPID != prev.MSPID || next.Class != prev.Class):
		return Errorf(ReasonIdentityChanged, "member %s: id, MSP and class are for life", prev.ID)
	case prev != nil && prev.Status == StatusLeft:
		return Errorf(ReasonMemberLeft, "member %s left in version %d", prev.ID, prev.Version)
	}
	return nil
}

// AuthorizeMemberChange reports whether submitter may replace prev by next; prev
// is nil for a registration. It assumes that ValidateMemberChange passed.
//
// The rule is the simplest one that lets nobody promote itself or silence a
// competitor:
//
//   - Any active member may register another one. Which organisations can
//     transact at all is decided by the channel's configuration, under a majority
//     of its administrators; the directory only names them.
//   - A member replaces its own CA root and its own witness key; nobody does it for
//     another.
//   - Suspending and reinstating are for an active member of class authority,
//     and never for the member itself.
//   - Leaving is for the member itself, or for an authority that expels it.
func AuthorizeMemberChange(submitter MemberRecord, prev *MemberRecord, next MemberRecord) error {
	if submitter.Status != StatusActive {
		return Errorf(ReasonNotActive, "member %s is %s", submitter.ID, submitter.Status)
	}
	if prev == nil {
		return nil
	}
	own := submitter.ID == next.ID
	authority := submitter.Class == ClassAuthority && !own
	permitted := own
	if next.Status != prev.Status {
		permitted = authority || own && next.Status == StatusLeft
	}
	if next.CARootSHA256 != prev.CARootSHA256 || next.WitnessKey != prev.WitnessKey {
		permitted = permitted && own
	}
	if !permitted {
		return Errorf(ReasonNotPermitted, "member %s may not write version %d of %s", submitter.ID, next.Version, next.ID)
	}
	return nil
}
