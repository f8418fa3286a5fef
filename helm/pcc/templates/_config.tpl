{{/* The configuration file of a service, as services/<service>/server.Config reads it. */}}
{{- define "pcc.config" -}}
{{- $v := .root.Values -}}
{{- $facts := index (include "pcc.facts" .root | fromYaml) .service -}}
process:
  admin_address: ":8080"
  telemetry:
    otlp_endpoint: {{ $v.telemetry.otlpEndpoint | quote }}
    otlp_insecure: {{ $v.telemetry.otlpInsecure }}
    log_level: {{ $v.telemetry.logLevel }}
listen: ":{{ include "pcc.port" . }}"
tls:
  ca_file: /etc/pcc/tls/ca.crt
  certificate_file: /etc/pcc/tls/tls.crt
  key_file: /etc/pcc/tls/tls.key
services:
  {{- range $facts.calls }}
  {{ . }}: {{ include "pcc.name" (dict "root" $.root "service" .) }}.{{ $.root.Release.Namespace }}:{{ include "pcc.port" (dict "service" .) }}
  {{- end }}
issuers:
  {{- range $v.issuers }}
  - url: {{ .url | quote }}
    jwks_url: {{ .jwksURL | quote }}
    audience: {{ .audience | quote }}
    member: {{ .member | default "" | quote }}
  {{- else }} []
  {{- end }}
{{- if ne .service "gateway" }}
keto_read_address: {{ $v.keto.readAddress | quote }}
database:
  url_file: /etc/pcc/database/url
  {{- if $facts.reader }}
  reader_url_file: /etc/pcc/database/reader-url
  {{- end }}
{{- end }}
{{- if $facts.broker }}
nats:
  url: {{ $v.nats.url | quote }}
  credentials_file: /etc/pcc/nats/services.creds
{{- end }}
{{- if $facts.journal }}
log:
  key_file: /run/pcc/keys/log.key
{{- end }}
{{- if eq .service "registry" }}
keto_write_url: {{ $v.keto.writeURL | quote }}
nats_accounts_dir: /var/lib/pcc/nats-accounts
{{- else if eq .service "vault" }}
keys:
  tag_key_file: /run/pcc/keys/tag.key
  wrapping_key_file: /run/pcc/keys/wrapping.key
  data_keyset_file: /run/pcc/keys/data.keyset
  hash_keyset_file: /run/pcc/keys/hash.keyset
  key_tree_file: /var/lib/pcc/key-tree/key.tree
  certificate_key_file: /run/pcc/keys/certificate.key
{{- else if eq .service "ingest" }}
queue:
  max_messages: {{ $v.ingest.queue.maxMessages | int64 }}
  max_bytes: {{ $v.ingest.queue.maxBytes | int64 }}
{{- else if eq .service "settlement" }}
hold_timeout: {{ $v.settlement.holdTimeout }}
sweep_interval: {{ $v.settlement.sweepInterval }}
bank:
  name: {{ $v.settlement.bank.name | quote }}
  iban: {{ $v.settlement.bank.iban | quote }}
  bic: {{ $v.settlement.bank.bic | quote }}
  four_eyes_above: {{ $v.settlement.bank.fourEyesAbove | quote }}
peg_interval: {{ $v.settlement.pegInterval }}
clawback_interval: {{ $v.settlement.clawbackInterval }}
{{- else if eq .service "anchor" }}
epoch_interval: {{ $v.anchor.epochInterval }}
{{ include "pcc.fabric" $v.anchor.fabric }}
witnesses:
  {{- range $v.anchor.witnesses }}
  - name: {{ .name | quote }}
    url: {{ .url | quote }}
    key: {{ .key | quote }}
  {{- else }} []
  {{- end }}
{{- else if eq .service "access" }}
{{ include "pcc.fabric" $v.access.fabric }}
recovery: {{ $v.access.recovery | quote }}
{{- else if eq .service "gateway" }}
rate_limit:
  per_second: {{ $v.gateway.rateLimit.perSecond }}
  burst: {{ $v.gateway.rateLimit.burst }}
devices:
  broker_url: {{ if $v.gateway.devices }}{{ $v.nats.url | quote }}{{ else }}""{{ end }}
sealing:
  key_file: {{ if $v.gateway.sealing.keySecret }}/run/pcc/keys/sealing.key{{ else }}""{{ end }}
{{- if $v.gateway.publicTLSSecret }}
public:
  certificate_file: /etc/pcc/public/tls.crt
  key_file: /etc/pcc/public/tls.key
{{- end }}
{{- end }}
{{ end -}}
{{/* The peer that a service submits to, and as whom. */}}
{{- define "pcc.fabric" -}}
fabric:
  endpoint: {{ .endpoint | quote }}
  tls_ca_file: /etc/pcc/fabric/tls-ca.crt
  msp_id: {{ .mspID | quote }}
  certificate_file: /etc/pcc/fabric/user.crt
  key_file: /etc/pcc/fabric/user.key
  channel: {{ .channel | quote }}
  chaincode: {{ .chaincode | quote }}
{{- end -}}
