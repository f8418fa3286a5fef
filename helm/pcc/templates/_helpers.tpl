{{- define "pcc.name" -}}
{{- printf "%s-%s" .root.Release.Name .service | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "pcc.selector" -}}
app.kubernetes.io/name: {{ .service }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/part-of: pcc
{{- end -}}

{{- define "pcc.labels" -}}
{{ include "pcc.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* Image of a program: dict "root" "program". */}}
{{- define "pcc.image" -}}
{{- printf "%s%s:%s" .root.Values.image.prefix .program (.root.Values.image.tag | default .root.Chart.AppVersion) -}}
{{- end -}}

{{/* Port on which a service answers its callers. */}}
{{- define "pcc.port" -}}
{{- if eq .service "gateway" }}8443{{ else }}7000{{ end -}}
{{- end -}}

{{/* What is known of each service beyond values.yaml: whom it calls, and whether a second role reads its rows. */}}
{{- define "pcc.facts" -}}
registry: {calls: [vault, ingest, settlement], broker: true, journal: true}
vault: {calls: [registry, ingest], reader: true}
ingest: {calls: [registry], reader: true, broker: true, journal: true}
settlement: {calls: [registry], reader: true, broker: true, journal: true}
anchor: {calls: [registry, ingest, settlement], broker: true, journal: true}
access: {calls: [registry, vault], reader: true}
gateway: {calls: [registry, vault, ingest, settlement, anchor, access]}
{{- end -}}

{{/* No process is root or writes to its image. */}}
{{- define "pcc.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "pcc.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end -}}
