// Package replica is a member's own copy of what can be verified of the platform: every epoch's record and cosigned
// checkpoint, the entries of all streams, and the leaves of the member's own stream of events. With it the member computes
// anew, offline, all that the platform says: streams, lists, map, index, and the quality indices of its events. It holds no
// other member's data: of those there are keys of lists and commitments only.
//
// # Folder
//
//	replica.json           {"format": "pcc-replica/v1", "member": "oem", "class": "maker"}
//	epochs.jsonl           a line an epoch: {"number": 1, "record": "…", "note": "…"}
//	entries/<stream>       64 bytes an entry: key of its list, commitment; '/' in the stream's name is '.' in the file's
//	leaves.jsonl           a line a leaf of the member's stream: {"key": base64, "leaf": base64}
//
// Files are only appended to. An epoch's entries are on disk before its line is, so that whatever stops the process, what is
// behind the last whole line is of no epoch yet and is cut off when the folder is opened again. One process writes at a time.
//
// # What is checked
//
// [Sync] writes no epoch that does not check out, and [Replay] checks all of it again, with nothing but the folder and the
// keys that the member trusts: records follow each other (chaincode/model), each says what its entries make of streams, lists
// and map (package epoch), and each is in the index whose checkpoint enough witnesses have cosigned. Leaves make the entries
// of the member's own stream.
//
// # Memory
//
// The lists and the map of all keys: some 250 bytes a list. A Sync begins by computing what is there, about a microsecond
// an entry.
package replica
