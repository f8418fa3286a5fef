package cloudevent

// Descriptive is descriptive, for tests.
var Descriptive = descriptive
