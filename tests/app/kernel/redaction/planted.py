# ruff: noqa: E501  (a log line that is cut in two is none)
"""Made-up secrets in the lines that logs have them in; fresh ones for each seed, so that no rule learns them."""

import base64
import random
import string
from dataclasses import dataclass

_WORD = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Planted:
    """Lines with secrets in them; none of `secrets` may be readable afterwards."""

    name: str
    lines: str
    secrets: tuple[str, ...]


def planted(seed: int = 7) -> list[Planted]:
    made = _Maker(random.Random(seed))
    return [Planted(name, *made.line(template)) for name, template in _TEMPLATES] + made.blocks()


class _Maker:
    def __init__(self, source: random.Random) -> None:
        self._source = source

    def word(self, letters: str, size: int) -> str:
        """Random, with a capital, a small letter and a digit where the alphabet has them."""
        must = [
            self._source.choice(group) for group in (string.ascii_uppercase, string.ascii_lowercase, string.digits)
            if set(group) <= set(letters)
        ]  # fmt: skip
        found = must + [self._source.choice(letters) for _ in range(size - len(must))]
        self._source.shuffle(found)
        return "".join(found)

    def base64(self, size: int) -> str:
        return base64.b64encode(self._source.randbytes(size)).decode()

    def line(self, template: str) -> tuple[str, tuple[str, ...]]:
        """`{w36}`: 36 letters and digits; h: hexadecimal, u: capitals and digits, d: digits, b: base64 of n bytes, p: a password."""
        parts: list[str] = []
        secrets: list[str] = []
        for number, piece in enumerate(
            template.replace("{{", "\1").replace("}}", "\2").replace("}", "{").split("{")
        ):
            if number % 2 == 0:
                parts.append(piece)
                continue
            secrets.append(self._one(piece[0], int(piece[1:])))
            parts.append(secrets[-1])
        return "".join(parts).replace("\1", "{").replace("\2", "}"), tuple(secrets)

    def _one(self, kind: str, size: int) -> str:
        if kind == "b":
            return self.base64(size)
        if kind == "p":
            return self.word(_WORD, size - 1) + self._source.choice("!#%^*+")
        letters = {"w": _WORD, "h": _HEX, "u": string.ascii_uppercase + string.digits, "d": string.digits,
                   "l": string.ascii_lowercase + string.digits, "_": _WORD + "_-"}[kind]  # fmt: skip
        return self.word(letters, size)

    def blocks(self) -> list[Planted]:
        body = [self.base64(48) for _ in range(8)]
        last = self.base64(20)
        whole = ("-----BEGIN RSA PRIVATE KEY-----", *body, last, "-----END RSA PRIVATE KEY-----")
        secret = (*body, last)
        value = self.base64(24)
        plain = self.word(_WORD, 18)
        key = self.base64(64)
        return [
            Planted("private key", "\n".join(whole), secret),
            Planted("private key without its end", "\n".join(whole[:-1]), secret),
            Planted("private key without its beginning", "\n".join(whole[1:]), secret),
            Planted("private key without either", "Writing key\n" + "\n".join(whole[3:-1]) + "\ndone", secret[2:]),
            Planted("private key, indented", "\n".join("    " + line for line in whole), secret),
            Planted("private key in JSON", '"private_key": "' + "\\n".join(whole) + '\\n",', secret),
            Planted("private key in JSON, cut", '"private_key": "' + "\\n".join(whole[:4]), secret[:3]),
            Planted("openssh key", "\n".join(("-----BEGIN OPENSSH PRIVATE KEY-----", *body[:3])), tuple(body[:3])),
            Planted("pgp key", "\n".join(("-----BEGIN PGP PRIVATE KEY BLOCK-----", "", *body[:3])), tuple(body[:3])),
            Planted("kubernetes secret", f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  one: {value}\n  two: {key}\n", (value, key)),
            Planted("kubernetes secret, data first", f"apiVersion: v1\ndata:\n  one: {value}\nkind: Secret\n", (value,)),
            Planted("kubernetes secret, strings", f"kind: Secret\nstringData:\n  whatever: {plain}\n", (plain,)),
            Planted("kubernetes secret, json", f'{{"kind": "Secret", "data": {{"x": "{value}"}}}}', (value,)),
            Planted("kubeconfig", f"users:\n- name: a\n  user:\n    client-key-data: {key}\n    token: {plain}\n", (key, plain)),
            Planted("netrc on two lines", f"machine example.com\n  login me\n  password {plain}\n", (plain,)),
        ]  # fmt: skip


_TEMPLATES: tuple[tuple[str, str], ...] = (
    ("aws id", "aws_access_key_id = AKIA{u16}"),
    ("aws id alone", "using AKIA{u16} from the environment"),
    ("aws secret", "aws_secret_access_key = {b30}"),
    ("aws secret in capitals", "AWS_SECRET_ACCESS_KEY={b30}"),
    ("aws secret in json", '"SecretAccessKey": "{b30}",'),
    ("aws session", "export AWS_SESSION_TOKEN=IQoJb3JpZ2luX2Vj{b120}"),
    ("aws configure", "+ aws configure set aws_secret_access_key {b30}"),
    ("presigned url", "GET https://b.s3.amazonaws.com/k?X-Amz-Expires=60&X-Amz-Signature={h64} 403"),
    ("google key", "https://maps.googleapis.com/x?key=AIza{_35}"),
    ("google oauth", "Authorization: Bearer ya29.{_80}"),
    ("google client", "client_secret: GOCSPX-{_28}"),
    ("azure storage", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey={b64};EndpointSuffix=core.windows.net"),
    ("azure bus", "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={b32}"),
    ("azure sas", "https://a.blob.core.windows.net/c?sv=2022-11-02&sp=r&sig={w43}%3D"),
    ("azure client", "AZURE_CLIENT_SECRET=abc8Q~{_34}"),
    ("github classic", "remote: using ghp_{w36}"),
    ("github action", "GITHUB_TOKEN: ghs_{w36}"),
    ("github fine", "github_pat_{w22}_{w59}"),
    ("github in url", "git clone https://x-access-token:{w40}@github.com/o/r.git"),
    ("token as user", "fatal: unable to access 'https://{h40}@github.com/o/r/'"),
    ("gitlab", "PRIVATE-TOKEN: glpat-{_20}"),
    ("gitlab runner", "gitlab-runner register --token glrt-{_20}"),
    ("gitlab job", "https://gitlab-ci-token:{_20}@gitlab.com/a/b.git"),
    ("slack bot", "SLACK=xoxb-{d12}-{d12}-{w24}"),
    ("slack hook", "curl -X POST https://hooks.slack.com/services/T{u8}/B{u10}/{w24}"),
    ("npm", "//npm.example.com/:_authToken=npm_{w36}"),
    ("npm legacy", "//r.example.com/:_authToken={h8}-{h4}-{h4}-{h4}-{h12}"),
    ("npm auth", "_auth={b24}"),
    ("pypi", "twine upload -u __token__ -p pypi-AgEIcHlwaS5vcmc{_60}"),
    ("docker pat", "echo dckr_pat_{_27} | docker login --password-stdin"),
    ("docker config", '"auths": {{"https://index.docker.io/v1/": {{"auth": "{b30}"}}}}'),
    ("docker flag", "docker login -u me -p {p14} registry.example.com"),
    ("docker stdin", "+ echo {p14} | docker login -u me --password-stdin"),
    ("stripe", "STRIPE_KEY=sk_live_{w24}"),
    ("stripe hook", "whsec_{w32}"),
    ("sendgrid", "SENDGRID=SG.{_22}.{_43}"),
    ("twilio", "sid AC{h32} key SK{h32}"),
    ("twilio token", "TWILIO_AUTH_TOKEN={h32}"),
    ("openai", "openai.api_key = 'sk-proj-{_48}'"),
    ("openai old", "OPENAI_API_KEY=sk-{w48}"),
    ("anthropic", "x-api-key: sk-ant-api03-{_80}"),
    ("hugging face", "login(token='hf_{w34}')"),
    ("jwt", "token eyJhbGciOiJIUzI1NiJ9.{_40}.{_43} rejected"),
    ("jwt cut", "token eyJhbGciOiJIUzI1NiIsInR5cCI6{_30}"),
    ("bearer", "Authorization: Bearer {_40}"),
    ("bearer in curl", "curl -H 'Authorization: Bearer {_40}' https://api.example.com"),
    ("basic", "> Authorization: Basic {b24}"),
    ("git header", "http.https://github.com/.extraheader=AUTHORIZATION: basic {b40}"),
    ("curl user", "curl -u deploy:{p16} https://nexus.example.com"),
    ("cookie", "Cookie: theme=dark; sessionid={l32}"),
    ("set cookie", "< Set-Cookie: connect.sid={w40}; Path=/; HttpOnly"),
    ("netrc", "machine github.com login me password {w20}"),
    ("postgres", "DATABASE_URL=postgres://app:{p16}@db.internal:5432/app"),
    ("redis", "redis://:{w20}@cache:6379/0"),
    ("mongo", "mongodb+srv://app:{w20}@c0.mongodb.net/x?retryWrites=true"),
    ("amqp", "amqp://guest:{w12}@rabbit:5672/%2f"),
    ("jdbc", "jdbc:mysql://db/app?user=app&password={w16}&useSSL=false"),
    ("sql server", "Server=tcp:x.database.windows.net;User ID=app;Password={p16};Encrypt=true"),
    ("dotenv", "DB_PASSWORD={p14}"),
    ("dotenv quoted", 'SECRET_KEY_BASE="{h64}"'),
    ("yaml password", "    password: {w14}"),
    ("yaml api key", "  apiKey: {l32}"),
    ("json password", '{{"user":"a","password":"{p14}"}}'),
    ("json escaped", '{{\\"password\\":\\"{w14}\\"}}'),
    ("python dict", "{{'client_secret': '{w30}'}}"),
    ("flag", "deploy --password {p12} --verbose"),
    ("flag with sign", "deploy --api-key={l32}"),
    ("flag db", "mysql -u root -p{w12} -h db"),
    ("pgpassword", "PGPASSWORD={w12} psql -h db"),
    ("sshpass", "sshpass -p {w12} ssh deploy@host.example"),
    ("redis flag", "redis-cli -h c -a {w16} ping"),
    ("export", "export DEPLOY_PASS={p14}"),
    ("export trace", "+ export RELEASE_SIGNING={w24}"),
    ("export odd name", "+ export X={p20}"),
    ("assignment trace", "+ MY_THING={p20}"),
    ("powershell", "$env:NUGET_API_KEY = 'oy2{l43}'"),
    ("docker env", "docker run -e DB_PASS={p14} image"),
    ("build argument", "docker build --build-arg NPM_TOKEN={h36} ."),
    ("helm", "helm upgrade --set db.password={w16} x ./chart"),
    ("from literal", "kubectl create secret generic s --from-literal=anything={w16}"),
    ("vault", "VAULT_TOKEN=hvs.{_90}"),
    ("terraform", "token = \"{w14}.atlasv1.{w67}\""),
    ("pulumi", "PULUMI_ACCESS_TOKEN=pul-{h40}"),
    ("digitalocean", "dop_v1_{h64}"),
    ("databricks", "dapi{h32}"),
    ("rubygems", "rubygems_{h48}"),
    ("sonar", "-Dsonar.login=sqp_{h40}"),
    ("maven", "-Dgpg.passphrase={w14}"),
    ("keystore", "keytool -storepass {w12} -alias a"),
    ("openssl", "openssl enc -d -pass pass:{w16}"),
    ("sentry", "https://{h32}@o1.ingest.sentry.io/2"),
    ("datadog", "DD-API-KEY: {h32}"),
    ("codecov", "CODECOV_TOKEN={h8}-{h4}-{h4}-{h4}-{h12}"),
    ("heroku", "HEROKU_API_KEY: {h8}-{h4}-{h4}-{h4}-{h12}"),
    ("lone aws secret", "found {b30} in the file"),
    ("telegram", "https://api.telegram.org/bot{d10}:AA{_33}/getMe"),
    ("discord", "https://discord.com/api/webhooks/{d18}/{_68}"),
    ("docker auths", '"auths": {{"ghcr.example": {{"auth": "{b40}"}}}}'),
    ("xml password", "    <password>{w20}</password>"),
    ("aligned yaml", "  JWT_SECRET:       {w32}"),
    ("dockerfile env", "ENV NPM_TOKEN {h36}"),
    ("vercel blob", "BLOB_READ_WRITE_TOKEN=vercel_blob_rw_{w16}_{w30}"),
    ("resend", "resend: sending with re_{w8}_{w24}"),
    ("supabase", "supabase client sb_secret_{_22}_{w8}"),
    ("cloudflare", "cloudflare cfut_{w40}"),
    ("cloudflare origin", "CLOUDFLARE_API_TOKEN=v1.0-{h24}-{h146}"),
    ("1password", "op: ops_eyJ{w90}"),
    ("weights and biases", "wandb login wandb_v1_{w60}"),
    ("bedrock", "key ABSK{w90}== refused"),
    ("sourcegraph", "src login sgp_{h16}_{h40}"),
    ("contentful", "contentful CFPAT-{_43}"),
    ("fly", "FLY_API_TOKEN=FlyV1 fm2_{w40}/{w60}+{w40}"),
    ("container variable", "  - name: API_KEY\n    value: {w20}"),
    ("container variable json", '{{"name": "API_KEY", "value": "{w20}"}}'),
    ("value before its name", '{{"value": "{w20}", "name": "DB_PASSWORD"}}'),
    ("xml attribute", '<add key="ClearTextPassword" value="{w20}" />'),
    ("json in a variable", "COMPOSER_AUTH='{{\"http-basic\":{{\"a.example\":{{\"username\":\"u\",\"password\":\"{w32}\"}}}}}}'"),
    ("composer oauth", 'COMPOSER_AUTH={{"github-oauth":{{"github.com":"{w32}"}}}}'),
    ("keychain", "security unlock-keychain -p {w20} build.keychain"),
    ("signtool", "signtool sign /f a.pfx /p {w20} a.exe"),
    ("bundler", "BUNDLE_GEMS__ACME__EXAMPLE=ci:{w32}"),
    ("bundle config", "bundle config set gems.acme.example ci:{w32}"),
    ("oracle", "jdbc:oracle:thin:app/{w20}@db:1521/x"),
    ("web key", '"k": "{_43}", "kty": "oct"'),
    ("e-mail", "Committer: jane.{l8}@example.com"),
    ("sql", "CREATE USER app WITH PASSWORD '{w14}'"),
    ("htpasswd", "htpasswd -bc auth admin {w14}"),
    ("dump with tabs", "DB_PASSWORD\t{w14}\tproduction"),
    ("dump in columns", "GITHUB_CLIENT_SECRET    {h40}"),
    ("dump in a table", "| db_password | {p14} | sensitive |"),
    ("dump in a drawn table", "│ APP_SECRET │ {w20} │"),
    ("set to", "Setting env DB_PASSWORD to '{p14}'"),
    ("line of configuration", "requirepass {w20}"),
    ("query token", "https://x.example/reset?token={h40}&lang=en"),
    ("query key", "https://api.example/v1?key={w32}"),
    ("told in a sentence", "Your initial admin password is {w32}"),
    ("told after a colon", "temporary password is generated for root@localhost: {p12}"),
    ("told amid a sentence", "Logging in with username ci and password a1{w10}9!"),
    ("told below", "Please use the following password to proceed:\n\n{h32}\n"),
    ("unseal key", "Unseal Key 1: {b33}"),
    ("terraform, changed", '  ~ password        = "{p14}" -> "{p14}"'),
    ("cloudformation parameter", "ParameterKey=DBPassword,ParameterValue={w16}"),
    ("cloudformation parameter below", "  - ParameterKey: DbPassword\n    ParameterValue: {w16}"),
    ("java property in xml", '<entry key="db.password">{p14}</entry>'),
    ("xml with attribute", '<password encrypted="false">{p14}</password>'),
    ("token after auth", "COOKIE_SECRET: {b32}"),
    ("base64 of a key", "KUBECONFIG_B64={b200}"),
    ("parameter store", "aws ssm put-parameter --name /db --value {p16} --type SecureString"),
    ("secret string", "aws secretsmanager create-secret --name db --secret-string {w24}"),
    ("secret of a repository", "gh secret set NPM_TOKEN --body {w36}"),
    ("curl, joined options", "curl -sSLu admin:{p14} https://a.example"),
    ("ldap", "ldapsearch -x -D cn=admin,dc=x -w {p12} -b dc=x"),
    ("archive", "7z x -p{w14} a.7z"),
    ("smb", "smbclient //h/s -U ci%{p12}"),
    ("oracle client", "sqlplus system/{w12}@ORCL"),
    ("mysql of go", "root:{w14}@tcp(db:3306)/shop?parseTime=true"),
    ("postgres socket", "postgres://app:{w14}@/app?host=/cloudsql/x"),
    ("password file amid a line", "PGPASSFILE: db:5432:app:ci:{w14}"),
    ("pipe to base64", "echo -n a1B{w20} | base64"),
    ("otp seed", "MFA_SEED={u32}"),
    ("psk", 'wifi psk="{p14}"'),
    ("cluster token", "K3S_TOKEN=K10{h64}::server:{h32}"),
    ("registry token", "CARGO_REGISTRY_TOKEN={w35}"),
    ("digest header", 'Authorization: Digest username="a", response="{h32}"'),
    ("approle", "vault write auth/approle/login role_id=x secret_id={h8}-{h4}-{h4}-{h4}-{h12}"),
    ("web server header", "proxy_set_header X-Api-Key {w32};"),
)  # fmt: skip
