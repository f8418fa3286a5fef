// Package registry is the catalogue that everybody refers to: passports of vehicles with their life cycle and their
// ownership periods, and the directory of the consortium's members. It sells what a passport holds as reports.
//
// It never sees a VIN or a person: a vehicle is the vault's handle, a holder only the number of an ownership period.
//
// # Invariants
//
//   - A vehicle has at most one passport, whoever enrols it and however often, and under whatever handle: its public tag, which
//     follows from the VIN, is unique.
//   - A life cycle moves only by the steps of lifecycle.go, each made by a member of a class that may. Dismantled is final.
//   - Every state that a passport ever had is kept as a revision; the ETag names the present one.
//   - One ownership period runs at a time, and a new one needs the code that the seller was shown once.
//   - The key of a certificate authority speaks for one member.
//   - Only makers issue recalls; which VINs a recall covers is found out in the vault, for passports
//     enrolled later, too, and told once a passport.
//   - A report is paid once a request id, and only when it was delivered.
//   - State, messages, audit, the record of the request and its entry in the journal commit in one transaction. No entry holds a
//     VIN, a tag, a handle, a holder or a typed text.
//
// # Life cycle
//
// A maker's vehicle begins as manufactured, all others as registered, because they are on the road already.
//
//	manufactured ──> registered <──> active
//	                  ^   ^  ^         │
//	                  │   │  └ stolen <┤   any but exported, lost and gone may be stolen
//	                  │   └─ exported <┤   manufactured, too
//	                  └── total_loss <─┤   any but dismantled may be lost
//	                      dismantled <─┘   any but stolen may be dismantled
//
// # Change of holder
//
//	propose ──> proposed ──code──> accepted: the next ownership period starts
//	                └── 14 days, or 5 wrong codes and a new proposal ──> expired
//
// # Admission of a member
//
//	AdmitMember ──> admitting {directory} ──MemberAdmitted──┬─ registry:   relations, messaging_account
//	                                                        ├─ settlement: settlement_accounts
//	                active, when all five are done <────────┴─ anchor:     chain_directory
package registry
