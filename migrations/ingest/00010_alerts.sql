-- Alerts, and what they are judged by. All of it but the alerts' ids and times can be computed anew from the journal and from
-- the registry's messages.

-- +goose Up

-- How far the journal was read for alerts. A stream without a row was not begun.
CREATE TABLE alert_position (
    stream text   NOT NULL,
    next   bigint NOT NULL, -- the first entry that was not read
    CONSTRAINT alert_position_pkey PRIMARY KEY (stream),
    CONSTRAINT alert_position_counts CHECK (next >= 0)
);

-- What changes what is normal for a vehicle: events, and steps of the registry's life cycle.
CREATE TABLE alert_mark (
    passport    uuid        NOT NULL,
    name        text        NOT NULL, -- of the event or the step
    kind        text        NOT NULL,
    occurred_at timestamptz NOT NULL,
    campaign    text        NOT NULL DEFAULT '',
    CONSTRAINT alert_mark_pkey PRIMARY KEY (passport, name),
    CONSTRAINT alert_mark_kind CHECK (kind IN ('total_loss', 'total_loss_lifted', 'dismantled', 'theft', 'recovery',
        'codes_cleared', 'ownership_change', 'recall_issued', 'recall_performed'))
);
CREATE TRIGGER alert_mark_append_only BEFORE UPDATE OR DELETE ON alert_mark FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Who enrolled a passport: a projection of the registry, as known_passport.
CREATE TABLE passport_enroller (
    passport uuid NOT NULL,
    member   text NOT NULL,
    CONSTRAINT passport_enroller_pkey PRIMARY KEY (passport)
);

-- Positions are given under the lock of the alerts, so that a reader who has seen one has seen all below it.
CREATE SEQUENCE alert_change;

CREATE TABLE alert (
    id           uuid        NOT NULL, -- version 7
    passport     uuid        NOT NULL,
    kind         text        NOT NULL,
    cause        text        NOT NULL,
    cause_at     timestamptz NOT NULL,
    evidence     text        NOT NULL,
    evidence_at  timestamptz NOT NULL,
    campaign     text        NOT NULL,
    policy       text        NOT NULL, -- version of the policy that raised it
    raised_at    timestamptz NOT NULL,
    explained_at timestamptz,          -- NULL while it is open
    position     bigint      NOT NULL DEFAULT nextval('alert_change'),
    CONSTRAINT alert_pkey PRIMARY KEY (id),
    CONSTRAINT alert_matter_key UNIQUE (passport, kind, cause),
    CONSTRAINT alert_position_key UNIQUE (position),
    CONSTRAINT alert_kind CHECK (kind IN ('wreck_on_road', 'stolen_seen', 'rollback_suspected', 'codes_cleared_before_sale',
        'recall_open'))
);
CREATE TRIGGER alert_kept BEFORE DELETE ON alert FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Who gets an alert: whoever had to do with the vehicle when it was raised. Who comes later buys a report.
CREATE TABLE alert_recipient (
    member text NOT NULL,
    alert  uuid NOT NULL,
    CONSTRAINT alert_recipient_pkey PRIMARY KEY (member, alert),
    CONSTRAINT alert_recipient_alert_fkey FOREIGN KEY (alert) REFERENCES alert (id)
);
CREATE TRIGGER alert_recipient_append_only BEFORE UPDATE OR DELETE ON alert_recipient
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE alert ENABLE ROW LEVEL SECURITY;
ALTER TABLE alert_recipient ENABLE ROW LEVEL SECURITY;
CREATE POLICY alert_recipient_of_member ON alert_recipient FOR SELECT TO ingest_reader
    USING (member = current_setting('pcc.tenant', true));
CREATE POLICY alert_of_member ON alert FOR SELECT TO ingest_reader
    USING (EXISTS (SELECT FROM alert_recipient r WHERE r.alert = id AND r.member = current_setting('pcc.tenant', true)));
GRANT SELECT ON alert, alert_recipient TO ingest_reader;

-- +goose Down
DROP TABLE alert_recipient, alert, passport_enroller, alert_mark, alert_position;
DROP SEQUENCE alert_change;
