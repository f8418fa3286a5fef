package replay

import "context"

// SetStep has each change of the follower's file told before it happens, and failed with an error.
func (f *Follower) SetStep(step func(name string) error) { f.store.step = step }

// Look asks once for the newest record, as Run does.
func (f *Follower) Look(ctx context.Context) error { return f.look(ctx) }

// ListsPerWrite is how many lists one transaction writes.
const ListsPerWrite = listsPerWrite

// RecordsAtOnce is how many records are read at once.
const RecordsAtOnce = recordsAtOnce

// MaxRoots is how many roots are remembered.
const MaxRoots = maxRoots
