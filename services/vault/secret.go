package vault

import (
	"fmt"
	"io"
	"log/slog"
)

// redaction is what personal data looks like in every output.
const redaction = "[redacted]"

// Secret is a value that is personal data. Only Reveal shows it; fmt, slog, encoding/json and the like print [redacted],
// also where the Secret is an unexported field, which fmt prints by reflection without asking its methods: it follows
// pointers, and does not look into a function.
type Secret[T any] struct{ value func() T }

// Conceal makes value a Secret.
func Conceal[T any](value T) Secret[T] { return Secret[T]{value: func() T { return value }} }

// Reveal returns the value, the zero one for a zero Secret. Its callers are few and easy to find.
func (s Secret[T]) Reveal() T {
	if s.value == nil {
		var zero T
		return zero
	}
	return s.value()
}

// String returns [redacted].
func (Secret[T]) String() string { return redaction }

// GoString returns [redacted].
func (Secret[T]) GoString() string { return redaction }

// Format prints [redacted] for every verb and flag.
func (Secret[T]) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redaction) }

// LogValue returns [redacted].
func (Secret[T]) LogValue() slog.Value { return slog.StringValue(redaction) }

// MarshalText returns [redacted], for encoding/json and every other encoder that knows encoding.TextMarshaler.
func (Secret[T]) MarshalText() ([]byte, error) { return []byte(redaction), nil }
