"""Who signs people in before they reach the pages of console and dashboards: an OpenID Connect provider of yours, or nobody."""

from dataclasses import dataclass

from infra.choices.entrance import EVERYONE
from infra.choices.refused import ConfigRefused


@dataclass(frozen=True, kw_only=True)
class LoginChoices:
    login_authorization_url: str | None
    login_client_id: str | None
    login_issuer: str | None
    login_secret_arn: str | None
    login_token_url: str | None
    login_user_info_url: str | None
    allowed_cidrs: tuple[str, ...]
    certificate_arn: str | None
    console_tenant: str | None
    domain: str | None
    nat: str
    region: str

    @property
    def login(self) -> bool:
        return self.login_issuer is not None

    def check(self) -> None:
        urls = {
            "loginIssuer": self.login_issuer,
            "loginAuthorizationUrl": self.login_authorization_url,
            "loginTokenUrl": self.login_token_url,
            "loginUserInfoUrl": self.login_user_info_url,
        }
        given = urls | {"loginClientId": self.login_client_id, "loginSecretArn": self.login_secret_arn}
        missing = sorted(key for key, value in given.items() if not value)
        if missing and len(missing) < len(given):
            raise ConfigRefused(
                f"{', '.join(sorted(given.keys() - set(missing)))} set while {', '.join(missing)} is ''. A login needs all "
                f"six; the provider lists its addresses under <issuer>/.well-known/openid-configuration."
            )
        self._open_console()
        if missing:
            return
        for key, url in urls.items():
            if not str(url).startswith("https://"):
                raise ConfigRefused(f"{key} is {url!r}; it must begin with https://.")
        if not str(self.login_secret_arn).startswith(f"arn:aws:secretsmanager:{self.region}:"):
            raise ConfigRefused(
                f"loginSecretArn is no ARN of a secret in {self.region!r}, as aws:region says. What it is stays untold, as it "
                f"could be the secret itself. Put that into Secrets Manager, as a value and nothing else, and its ARN here."
            )
        if not (self.certificate_arn or self.domain):
            raise ConfigRefused(
                f"loginIssuer is {self.login_issuer!r} while certificateArn and domain are ''. Load balancers sign people in "
                f"over HTTPS only: set one of them."
            )
        if self.nat == "none":
            raise ConfigRefused(
                f"loginIssuer is {self.login_issuer!r} while nat is 'none'. The load balancer must reach the provider through "
                f"the NAT gateway: set nat to 'single'."
            )

    def _open_console(self) -> None:
        everyone = sorted(EVERYONE & set(self.allowed_cidrs))
        if everyone and self.console_tenant and not self.login:
            raise ConfigRefused(
                f"consoleTenant is {self.console_tenant!r} and allowedCidrs contains {everyone[0]!r} while loginIssuer is ''. "
                f"Everybody would read that tenant's documents. Configure the login, or list only the addresses you use."
            )
