-- Who took note of which alert.

-- +goose Up

-- How often an alert was opened again: every time it waits for new acknowledgements.
ALTER TABLE alert ADD COLUMN reopened integer NOT NULL DEFAULT 0;

-- One row a member, alert and opening: the first acknowledgement stands.
CREATE TABLE alert_acknowledgement (
    member          text        NOT NULL,
    alert           uuid        NOT NULL,
    reopened        integer     NOT NULL, -- the alert's, at the time
    acknowledged_by text        NOT NULL, -- principal, for example oem/admin
    acknowledged_at timestamptz NOT NULL,
    CONSTRAINT alert_acknowledgement_pkey PRIMARY KEY (member, alert, reopened),
    CONSTRAINT alert_acknowledgement_recipient_fkey FOREIGN KEY (member, alert) REFERENCES alert_recipient (member, alert)
);
CREATE TRIGGER alert_acknowledgement_append_only BEFORE UPDATE OR DELETE ON alert_acknowledgement
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE alert_acknowledgement ENABLE ROW LEVEL SECURITY;
CREATE POLICY alert_acknowledgement_of_member ON alert_acknowledgement FOR SELECT TO ingest_reader
    USING (member = current_setting('pcc.tenant', true));
GRANT SELECT ON alert_acknowledgement TO ingest_reader;

-- +goose Down
DROP TABLE alert_acknowledgement;
ALTER TABLE alert DROP COLUMN reopened;
