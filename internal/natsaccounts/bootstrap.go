package natsaccounts

// servicesUser is the services' user of the platform's account.
const servicesUser = "services"

// Installation is what the broker and the platform's services are told of their accounts.
type Installation struct {
	// OperatorJWT is whom the broker trusts; System and Platform are the accounts that it knows from the start.
	OperatorJWT      string
	System, Platform Account
	// ServicesCredentials is the credentials file of the platform's services.
	ServicesCredentials string
}

// Bootstrap makes, or finds again, the accounts of a new installation and the services' user. Members' accounts come with
// their admission.
func (a *Authority) Bootstrap() (i Installation, err error) {
	i.OperatorJWT = a.OperatorJWT()
	if i.System, err = a.SystemAccount(); err != nil {
		return i, err
	}
	if i.Platform, err = a.Account(Platform, PlatformLimits()); err != nil {
		return i, err
	}
	i.ServicesCredentials, err = a.Credentials(Platform, servicesUser, Permissions{})
	return i, err
}
