// Package export makes proof documents of passports, which package verify reads.
//
// A document rests on the newest anchored epoch. The journal gives the passport's events, the archive of epochs says in which
// epoch each was taken and what the map then had, and from both follow the lists: each class's events by epoch, stream and
// number. What does not come out as the map has it is a fault of ours and is not handed out: the exporter checks what the
// reader will check, but for the signatures, which are the reader's to judge.
//
// Who exports decides what the document shows. A class that is withheld keeps nothing but its length, an event that is
// withheld nothing but its commitment; both stay in their places, so that the reader sees that, and how much, is missing. A
// class without events is always shown to be empty.
package export
