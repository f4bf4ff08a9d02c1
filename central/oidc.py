"""The school's OpenID provider as the library for signing in is told of it."""

from central.config import OidcConfig

PROVIDER = "school"


def providers(config: OidcConfig | None) -> dict[str, object]:
    """Return the providers there are: the school's, or none where none is configured."""
    if config is None:
        return {}
    app = {
        "provider_id": PROVIDER,
        "name": config.name,
        "client_id": config.client_id,
        "secret": config.client_secret.text(),
        "settings": {
            "server_url": config.issuer,
            "oauth_pkce_enabled": True,
            "hosts": list(config.hosts),
        },
    }
    return {"openid_connect": {"APPS": [app]}}
