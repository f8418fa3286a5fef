// Package ingest takes events in, and keeps them in a journal that nobody can change.
//
// # The way of an event
//
//	sent ──checks──> refused ───> dead letter ──replay──┐
//	           │                                        │ (the checks again)
//	           └──> accepted ──────<────────────────────┘
//	                   │  on disk in the queue, then acknowledged
//	                   v
//	                queued ──writer──> journaled      new (source, id)
//	                             ├───> no effect      known (source, id), same content
//	                             └───> dead letter    known (source, id), other content; key revoked meanwhile; or unwritable
//
// # Invariants
//
//   - Acknowledged means on disk: accepted events in the queue, refused ones among the dead letters. The queue's server
//     syncs each message before it confirms, and a message holds a whole batch, so that the sync is shared.
//   - One effect for each (source, id). The checks look it up to give an honest answer; the writer looks it up again, in
//     the transaction that journals and under a lock of the member, to be right whatever is sent, delivered or restarted
//     twice. The event table's unique key is therefore the writer's inbox.
//   - An event, its place in the journal, its member's count and the Merkle tree commit in one transaction.
//   - An event's leaf names the list of its vehicle and class, under a key that acceptance computes from the vehicle's public tag.
//   - An event's quality and all that it was computed from are in its leaf; what it makes of its vehicle's verdict and of
//     reputations commits with it. Odometer state and reputations can be computed anew from the journal.
//   - Nothing that is journaled changes. What became of an event by corrections and disputes is computed from them when asked.
//   - A refused event refuses only itself.
//   - No member sees another's rows: what members read is read by a role under row-level security.
//
// # The exact bytes
//
// gRPC delivers a message, not its encoding, so the bytes that the source made are gone before the service sees the
// event. It encodes each CloudEvent once, at acceptance, with fields and map keys in order (protobuf's deterministic
// form); the event's data, which sits in the CloudEvent as bytes, stays as its source encoded it. From then on only those
// bytes count: they are hashed, compared, journaled, stored and given out.
//
// A signed batch carries its events as bytes, and these are kept as they came: they are what the source signed.
//
// # Disputes
//
//	DisputeOpened ──> open ──the disputed member or an arbiter upholds──> upheld     the event is withdrawn
//	                   ├─────the opener gives up────────────────────────> dropped
//	                   ├─────an arbiter finds against it────────────────> dismissed
//	                   └─────30 days───────────────────────────────────> expired
//
// # Signatures
//
// A source that ever had a key signs (docs/signatures.md). Acceptance verifies its statements; the writer asks once more, under
// the lock of the member under which keys are revoked, whether a key was revoked meanwhile, and follows the chain of each
// source: numbers that are missing and statements that contradict each other are recorded and shown, and refuse nothing.
//
// # When a part is down
//
// Checks need PostgreSQL, for keys and dead letters, and the queue; without them a call answers UNAVAILABLE and has no
// effect that sending it again would double. The registry is needed for passports not seen before, and for the first event
// of a member. The writer needs PostgreSQL and the queue only; it tries again until they are back, and the queue keeps
// what was acknowledged. When the queue is full, unary calls get QUEUE_FULL and streams are not read.
package ingest
