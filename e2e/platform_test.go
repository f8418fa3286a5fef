package e2e_test

import (
	"testing"

	"github.com/pcc-platform/pcc/e2e/internal/stack"
)

// TestPlatform runs all parts on one stack of a process a service. Their order matters: the kills come late, because
// what is tested before should not have to survive them, and the search for personal data comes last, over all traces.
func TestPlatform(t *testing.T) {
	s := stack.New(t)
	s.Up(t, stack.Processes)
	w := newWorld(t, s)
	for _, part := range []struct {
		name string
		test func(*testing.T, *world)
	}{
		{"the same three ways", testSameThreeWays},
		{"life cycle and ownership", testOwnership},
		{"bad VINs", testBadVINs},
		{"bad events", testBadEvents},
		{"bad requests", testBadRequests},
		{"credentials", testCredentials},
		{"tenants", testTenants},
		{"default deny", testDefaultDeny},
		{"health, metrics, traces", testObservability},
		{"CloudEvents over REST", testCloudEvents},
		{"devices over MQTT", testDevices},
		{"disputes", testDisputes},
		{"recalls", testRecalls},
		{"payouts", testPayouts},
		{"cycles and statements", testCycles},
		{"credit", testCredit},
		{"policies", testPolicies},
		{"roles at every door", testRoles},
		{"a revoked role", testRevokedRole},
		{"what others own", testForeignNames},
		{"logs for monitors", testLogs},
		{"a member's replica", testReplica},
		{"proof documents", testProofs},
		{"verdicts computed anew", testVerdicts},
		{"kills", testKills},
		{"a kill under the command line", testKillUnderCLI},
		{"nothing personal leaks", testNothingLeaks},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, w) })
	}
}
