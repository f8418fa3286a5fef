package eventlist

import "time"

// FieldOf names the question that an event answers: what happened to the vehicle of its class in the month, in UTC, in which it
// occurred, such as "odometer/2026-03". It is false for an event that only speaks of another one and for what is no kind of event:
// they answer nothing.
func FieldOf(eventType string, occurred time.Time) (string, bool) {
	class, ok := ClassOf(eventType)
	if !ok || class == Note {
		return "", false
	}
	return string(class) + "/" + occurred.UTC().Format("2006-01"), true
}
