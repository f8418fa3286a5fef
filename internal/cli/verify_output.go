package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/verify"
)

func printVerification(env *environment, v verification) {
	const form = "2006-01-02 15:04:05 MST"
	age := (time.Duration(v.AgeSeconds) * time.Second).Round(time.Minute)
	env.printf("VERIFIED  %s: complete up to %s (%s ago), epoch %d\n", v.Passport, v.CompleteUpTo.Format(form), age, v.EpochNumber)
	printLists(env, v.Lists)
	env.printf("  endorsed by %s\n", strings.Join(v.EndorsedBy, ", "))
	for _, c := range v.CosignedBy {
		env.printf("  cosigned by %s at %s\n", c.Name, c.Time.Format(form))
	}
	checks, limits := v.Checks, v.Limits
	if v.Signatures != nil {
		checks, limits = append(checks, v.Signatures.Checks...), append(limits, v.Signatures.Limits...)
		for _, n := range v.Signatures.NotCounted {
			limits = append(limits, fmt.Sprintf("The signature of %s by %s counts for nothing: %s.", n.At, n.Key, n.Why))
		}
	}
	env.printf("What was checked:\n")
	for _, check := range checks {
		env.printf("  ok  %s\n", check)
	}
	env.printf("What this does not show:\n")
	for _, limit := range limits {
		env.printf("  -   %s\n", limit)
	}
}

// printLists shows how many events each class has and how many of them are withheld, and names the empty classes.
func printLists(env *environment, lists []verify.ListReport) {
	var empty []string
	for _, l := range lists {
		switch hidden := l.Count - l.Shown; {
		case l.Count == 0:
			empty = append(empty, l.Class)
		case hidden == 0:
			env.printf("  %-10s  %s\n", l.Class, counted(l.Count))
		default:
			env.printf("  %-10s  %s, %d withheld\n", l.Class, counted(l.Count), hidden)
		}
	}
	if len(empty) > 0 {
		env.printf("  no events of %s\n", strings.Join(empty, ", "))
	}
}

func counted(events uint64) string {
	if events == 1 {
		return "1 event"
	}
	return fmt.Sprintf("%d events", events)
}
