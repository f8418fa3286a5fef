package adjudication_test

import (
	"fmt"
	"testing"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// BenchmarkReading adds a car's newest reading and judges it: by the whole history, and by its tail.
func BenchmarkReading(b *testing.B) {
	policy := adjudication.DefaultPolicy()
	for _, days := range []int{10, 100, 3650} {
		var whole adjudication.State
		for i := range days {
			whole.Add(reading(i, 24*i, 1000+int64(30*i), "maker"))
		}
		next := reading(days, 24*days, 1000+int64(30*days), "maker")
		course, body := whole.Split(&policy, adjudication.Course{})
		tail := whole.Content().Readings[body:]
		b.Run(fmt.Sprintf("whole/days=%d", days), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				state := adjudication.Restore(whole.Content())
				state.Add(next)
				state.Judge(policy)
			}
		})
		b.Run(fmt.Sprintf("tail/days=%d", days), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				t := adjudication.Tail{Course: course, Readings: tail}
				if _, _, ok := t.Add(&policy, next); !ok {
					b.Fatal("the whole is needed")
				}
			}
		})
	}
}
