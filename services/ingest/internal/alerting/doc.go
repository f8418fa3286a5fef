// Package alerting raises alerts: it follows the journal, keeps what package alert judges by, and judges.
//
//	journal ──Follower──┐ facts                     ┌──> alert, alert_recipient
//	                    ├──────> Keeper ──> judge ──┤
//	registry's steps ───┘ (marks, uses)             └──> outbox: AlertRaised
//
// The writer of the journal does not wait for any of it and does not know of it. The entries read, the alerts raised and the
// messages about them commit together with the position in the stream, so that a follower that is killed anywhere goes on as
// if nothing had been. Whoever changes alerts holds one lock for the transaction, which makes the several followers of
// several processes take turns.
package alerting
