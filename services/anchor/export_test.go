package anchor

// Cut is cut, for tests.
var Cut = cut
