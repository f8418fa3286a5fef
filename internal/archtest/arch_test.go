package archtest_test

import (
	"os"
	"testing"
	"testing/fstest"
)

// rule is one sentence of the architecture.
type rule struct {
	name string
	// check returns what breaks the rule, a place and a reason each.
	check func(*tree) []string
	// broken is the smallest tree that breaks it.
	broken fstest.MapFS
}

func TestArchitecture(t *testing.T) {
	repository := load(t, os.DirFS("../.."))
	for _, rules := range [][]rule{importRules(), styleRules(), layoutRules(), documentRules()} {
		for _, r := range rules {
			t.Run(r.name, func(t *testing.T) {
				if len(r.check(load(t, r.broken))) == 0 {
					t.Error("the rule does not see the tree that breaks it")
				}
				for _, violation := range r.check(repository) {
					t.Error(violation)
				}
			})
		}
	}
}
