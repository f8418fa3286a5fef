{{/* Volumes of a service and where they are mounted: dict "name" "mount" "source" in a list. */}}
{{- define "pcc.volumes" -}}
{{- $v := .root.Values -}}
{{- $facts := index (include "pcc.facts" .root | fromYaml) .service -}}
{{- $own := index $v.services .service -}}
- name: config
  mount: /etc/pcc/config
  source: {configMap: {name: {{ include "pcc.name" . }}}}
- name: tls
  mount: /etc/pcc/tls
  source: {secret: {secretName: {{ $own.tlsSecret }}, defaultMode: 0440}}
{{- if ne .service "gateway" }}
- name: database
  mount: /etc/pcc/database
  source: {secret: {secretName: {{ $own.databaseSecret }}, defaultMode: 0440}}
{{- end }}
{{- if $facts.broker }}
- name: nats
  mount: /etc/pcc/nats
  source: {secret: {secretName: {{ $v.nats.credentialsSecret }}, defaultMode: 0440}}
{{- end }}
{{- if eq .service "registry" }}
- name: nats-accounts
  mount: /var/lib/pcc/nats-accounts
  writable: true
  source: {persistentVolumeClaim: {claimName: {{ $v.registry.natsAccountsClaim }}}}
{{- else if eq .service "vault" }}
- name: keys
  mount: /run/pcc/keys
  source: {emptyDir: {medium: Memory, sizeLimit: 1Mi}}
{{- else if eq .service "anchor" }}
- name: fabric
  mount: /etc/pcc/fabric
  source: {secret: {secretName: {{ $v.anchor.fabric.secret }}, defaultMode: 0440}}
{{- else if and (eq .service "gateway") $v.gateway.publicTLSSecret }}
- name: public
  mount: /etc/pcc/public
  source: {secret: {secretName: {{ $v.gateway.publicTLSSecret }}, defaultMode: 0440}}
{{- end }}
{{- end -}}
