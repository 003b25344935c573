"""The identity provider of an installation: loaded by the few commands that ask it, and by the server."""

from licet.edge.identity_file import read_admission
from licet.edge.late import late_provider
from licet.flows.office import Office
from licet.flows.sign_in_outside import Outside
from licet.settings import OIDC_SECRET, BadSettingError, Home, secret


def outside_of(home: Home, office: Office) -> Outside | None:
    """The identity provider of an installation, with what identity.yaml makes of its word; None where none is set up.

    Raises:
        BadSettingError: when Licet's own name at the provider is not set.
        SecretMissingError: when its secret there is not.
        ProviderMissingError, NotAnIssuerError, BadFolderError: each names the remedy.
    """
    if home.oidc_issuer is None:
        return None
    if not home.oidc_client_id:
        message = "LICET_OIDC_ISSUER is set and LICET_OIDC_CLIENT_ID is not: write Licet's own name at the identity provider."
        raise BadSettingError(message)
    secret(OIDC_SECRET)
    provider = late_provider(home.oidc_issuer, home.oidc_client_id, lambda: secret(OIDC_SECRET), office.clock.now)
    return Outside(provider=provider, admission=read_admission(home.identity))
