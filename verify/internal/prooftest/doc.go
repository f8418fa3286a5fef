// Package prooftest makes proof documents for tests: a network of organisations
// with certificates of their own, a log of epochs with witnesses, journal
// streams, the map of completeness after each of several epochs, all with the
// real formats and arithmetic. Nothing in it is random: equal plans make equal
// bytes.
package prooftest
