package cli

import "context"

// foundConsortium has the members' trustees make the key of confidential data together; on existing data they have it already.
func (d *demo) foundConsortium(ctx context.Context) error {
	set, err := d.layout.FoundConsortium(ctx)
	if err != nil {
		return err
	}
	d.say("  %d trustees made the key of confidential data, which opens for %d of them", len(set.Shares), set.Threshold)
	return nil
}
