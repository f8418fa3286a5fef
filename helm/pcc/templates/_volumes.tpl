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
{{- if include "pcc.keyFiles" . | fromYaml }}
- name: keys
  mount: /run/pcc/keys
  source: {emptyDir: {medium: Memory, sizeLimit: 1Mi}}
{{- end }}
{{- if eq .service "registry" }}
- name: nats-accounts
  mount: /var/lib/pcc/nats-accounts
  writable: true
  source: {persistentVolumeClaim: {claimName: {{ $v.registry.natsAccountsClaim }}}}
{{- else if eq .service "vault" }}
- name: key-tree
  mount: /var/lib/pcc/key-tree
  writable: true
  source: {persistentVolumeClaim: {claimName: {{ $v.vault.keys.treeClaim }}}}
{{- else if or (eq .service "anchor") (eq .service "access") }}
- name: fabric
  mount: /etc/pcc/fabric
  source: {secret: {secretName: {{ (index $v .service).fabric.secret }}, defaultMode: 0440}}
{{- else if and (eq .service "gateway") $v.gateway.publicTLSSecret }}
- name: public
  mount: /etc/pcc/public
  source: {secret: {secretName: {{ $v.gateway.publicTLSSecret }}, defaultMode: 0440}}
{{- end }}
{{- end -}}
{{/* Key files that a service wants for its user alone: secret, files, and the image that copies them; nothing without any. */}}
{{- define "pcc.keyFiles" -}}
{{- $v := .root.Values -}}
{{- $facts := index (include "pcc.facts" .root | fromYaml) .service -}}
{{- if eq .service "vault" }}
secret: {{ $v.vault.keys.secret }}
image: {{ $v.vault.keys.copyImage }}
files: [tag.key, wrapping.key, data.keyset, hash.keyset, certificate.key]
{{- else if and (eq .service "gateway") $v.gateway.sealing.keySecret }}
secret: {{ $v.gateway.sealing.keySecret }}
image: {{ $v.log.copyImage }}
files: [sealing.key]
{{- else if $facts.journal }}
secret: {{ $v.log.keySecret }}
image: {{ $v.log.copyImage }}
files: [log.key]
{{- end }}
{{- end -}}
