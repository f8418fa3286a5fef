package fabricgw

import "fmt"

// Settings are the section of a configuration file that says which peer to call, as whom, and for what. All fields are
// required.
type Settings struct {
	// Endpoint is "host:port" of the peer.
	Endpoint string `yaml:"endpoint"`
	// TLSCAFile is the authority of the peer's TLS certificate, PEM.
	TLSCAFile string `yaml:"tls_ca_file"`
	// MSPID is the organisation that calls.
	MSPID           string `yaml:"msp_id"`
	CertificateFile string `yaml:"certificate_file"`
	KeyFile         string `yaml:"key_file"`
	Channel         string `yaml:"channel"`
	Chaincode       string `yaml:"chaincode"`
}

// Config returns what [Connect] takes, or an error that names the missing field.
func (s Settings) Config() (Config, error) {
	fields := []struct{ name, value string }{
		{"endpoint", s.Endpoint}, {"tls_ca_file", s.TLSCAFile}, {"msp_id", s.MSPID},
		{"certificate_file", s.CertificateFile}, {"key_file", s.KeyFile}, {"channel", s.Channel}, {"chaincode", s.Chaincode},
	}
	for _, field := range fields {
		if field.value == "" {
			return Config{}, fmt.Errorf("%s is required", field.name)
		}
	}
	return Config{
		Endpoint: s.Endpoint, TLSRootFile: s.TLSCAFile, MSPID: s.MSPID,
		CertFile: s.CertificateFile, KeyFile: s.KeyFile, Channel: s.Channel, Chaincode: s.Chaincode,
	}, nil
}
