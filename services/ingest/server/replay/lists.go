package replay

import (
	"fmt"

	"github.com/pcc-platform/pcc/internal/eventlist"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// list is one that events of the stream are in.
type list struct {
	passport string
	class    eventlist.Class
}

// lists has the lists so far. The stream does not show the tags of vehicles, from which keys follow; that one list has one key,
// and one key one list, shows without them.
type lists struct {
	keys    map[list]eventlist.Key
	claimed map[eventlist.Key]list
}

func newLists() lists {
	return lists{keys: map[list]eventlist.Key{}, claimed: map[eventlist.Key]list{}}
}

// add says whether the key can be that of the list.
func (l *lists) add(of list, key eventlist.Key) bool {
	known, ok := l.keys[of]
	if !ok {
		l.keys[of], known = key, key
	}
	if _, ok := l.claimed[key]; !ok {
		l.claimed[key] = of
	}
	return key != eventlist.Key{} && known == key && l.claimed[key] == of
}

// listKey reads the key of a leaf.
func listKey(leaf *ingestv1.JournalLeaf) (eventlist.Key, error) {
	if len(leaf.GetListKey()) != len(eventlist.Key{}) {
		return eventlist.Key{}, fmt.Errorf("replay: leaf %d has a key of %d bytes", leaf.GetPosition().GetSequence(), len(leaf.GetListKey()))
	}
	return eventlist.Key(leaf.GetListKey()), nil
}

// checkList finds an event in another list than its vehicle's and class's. What it reports has no key: one leads to a vehicle.
func (r *Replay) checkList(sequence int64, key eventlist.Key, e *ingest.Event) error {
	class, known := eventlist.ClassOf(e.Type)
	if !known {
		return fmt.Errorf("%q is no kind of event", e.Type)
	}
	if !r.lists.add(list{e.Passport.String(), class}, key) {
		r.differ(sequence, "list", "another list", class)
	}
	return nil
}
