// Package daemon is the process with which a member watches the platform: a witness (package witness) that examines what it
// cosigns by replaying it (package replay), reads the platform with the member's credentials, and compares with the
// witnesses of other members.
//
// # Folder
//
// All that the process keeps is in one folder, which belongs to its key:
//
//	witness.key   the key, for its owner alone
//	memory        what it has cosigned, and evidence; see package witness
//	replay.db     what it has computed; see package replay. It may be deleted: the process then begins with epoch 1
//
// Folder and key live and die together. Neither is to be restored from a backup: with an old memory the witness would sign
// two histories. Who has lost them makes a new folder and registers its new key.
package daemon
