// Package bundle makes the verifier page, one HTML file that needs nothing else, out of its source in web/verifier.
//
// The source is plain JavaScript in modules, a style sheet and a page. [Page] joins them: modules in the order of their
// imports, in one script, because a page on disk may not load modules. The page's policy allows exactly this script and this
// style sheet, by their hashes, and no connection of any kind.
//
// One module is made here as well: [Schema], the tables of messages and classes that the verifier decodes events by.
package bundle
