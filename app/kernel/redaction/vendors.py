# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""Finds keys whose makers gave them a shape of their own."""

import math
import re
from collections import Counter
from collections.abc import Iterator

from app.kernel.redaction.spans import Secret, Text

# Kind, beginnings, pattern of the whole. Cut keys count: lengths are lower bounds.
_BY_BEGINNING: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("github_token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"gh[pousr]_[A-Za-z0-9_.\-]{10,1000}"),
    ("github_token", ("github_pat_",), r"github_pat_[A-Za-z0-9_]{10,255}"),
    ("gitlab_token", ("glpat-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "glsoat-", "gloas-",
                      "glffct-", "glwt-"), r"gl[a-z]{2,6}-[A-Za-z0-9_\-.]{8,300}"),
    ("gitlab_token", ("GR1348941",), r"GR1348941[A-Za-z0-9_\-]{8,64}"),
    ("slack_token", ("xoxb-", "xoxa-", "xoxp-", "xoxr-", "xoxs-", "xoxe-", "xoxc-", "xoxd-", "xoxo-", "xapp-"),
     r"(?:xox[a-es]|xox[opr]|xapp)-[A-Za-z0-9\-.%]{8,300}"),
    ("discord_token", ("M", "N", "O"), r"[MNO][A-Za-z0-9_\-]{23,27}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{25,40}"),
    ("aws_key", ("AKIA", "ASIA", "ABIA", "ACCA"), r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{10,124}"),
    ("aws_session_token", ("IQoJb3JpZ2lu", "FwoGZXIvYXdz", "FQoGZXIvYXdz", "AgoJb3JpZ2lu"), r"[A-Za-z0-9+/=%]{20,4000}"),
    ("google_key", ("AIza",), r"AIza[0-9A-Za-z_\-]{20,60}"),
    ("google_token", ("GOCSPX-",), r"GOCSPX-[0-9A-Za-z_\-]{10,64}"),
    ("npm_token", ("npm_",), r"npm_[A-Za-z0-9]{20,100}"),
    ("pypi_token", ("pypi-Ag",), r"pypi-Ag[A-Za-z0-9_\-]{10,1000}"),
    ("docker_token", ("dckr_pat_", "dckr_oat_"), r"dckr_[po]at_[A-Za-z0-9_\-]{8,100}"),
    ("stripe_key", ("sk_live_", "sk_test_", "rk_live_", "rk_test_", "pk_live_", "pk_test_", "ck_live_", "sk_org_"),
     r"[srpc]k_(?:live|test|org)_[0-9A-Za-z_]{8,250}"),
    ("stripe_key", ("whsec_",), r"whsec_[0-9A-Za-z+/=]{10,100}"),
    ("twilio_key", ("SK", "AC"), r"(?:SK|AC)[0-9a-f]{32}"),
    ("mailgun_key", ("key-",), r"key-[0-9a-f]{32}"),
    ("mailgun_key", ("pubkey-",), r"pubkey-[0-9a-f]{32}"),
    ("mailchimp_key", tuple("0123456789abcdef"), r"[0-9a-f]{32}-us\d{1,2}"),
    ("openai_key", ("sk-",), r"sk-(?:(?:proj|svcacct|admin|None|or-v1|lf|ant-[a-z0-9]{3,12}|ant)-[A-Za-z0-9_\-]{10,300}"
     r"|[A-Za-z0-9_\-]{0,40}T3BlbkFJ[A-Za-z0-9_\-]{0,200}|[A-Za-z0-9]{20,200})"),
    ("hugging_face_token", ("hf_", "api_org_"), r"(?:hf|api_org)_[A-Za-z0-9]{20,60}"),
    ("model_key", ("gsk_", "r8_", "pplx-", "xai-", "nvapi-", "fw_", "jina_", "tvly-"),
     r"(?:gsk_|r8_|pplx-|xai-|nvapi-|fw_|jina_|tvly-(?:dev-)?)(?=[a-z_\-]{0,20}[A-Z0-9])[A-Za-z0-9_\-]{20,200}"),
    ("pulumi_token", ("pul-",), r"pul-[0-9a-f]{20,64}"),
    ("digitalocean_token", ("dop_v1_", "doo_v1_", "dor_v1_"), r"do[opr]_v1_[0-9a-f]{16,64}"),
    ("databricks_token", ("dapi",), r"dapi[0-9a-f]{32}(?:-\d)?"),
    ("newrelic_key", ("NRAK-", "NRJS-", "NRII-"), r"NR(?:AK|JS|II)-[A-Za-z0-9\-_]{16,64}"),
    ("sentry_token", ("sntrys_", "sntryu_"), r"sntry[su]_[A-Za-z0-9_+/=\-]{16,400}"),
    ("grafana_token", ("glc_", "glsa_"), r"gl(?:c|sa)_[A-Za-z0-9_+/=]{16,400}"),
    ("shopify_token", ("shpat_", "shpca_", "shppa_", "shpss_"), r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{16,64}"),
    ("square_token", ("sq0atp-", "sq0csp-", "sq0idp-"), r"sq0[a-z]{3}-[A-Za-z0-9_\-]{16,60}"),
    ("square_token", ("EAAA",), r"EAAA[A-Za-z0-9_\-]{50,100}"),
    ("bedrock_key", ("ABSK",), r"ABSK[A-Za-z0-9+/]{40,400}={0,2}"),
    ("onepassword_token", ("ops_eyJ",), r"ops_eyJ[A-Za-z0-9_\-]{20,4000}"),
    ("resend_key", ("re_",), r"re_(?=[a-z]{0,8}[A-Z0-9])[A-Za-z0-9]{8}_(?=[a-z]{0,20}[A-Z0-9])[A-Za-z0-9]{20,40}"),
    ("sourcegraph_token", ("sgp_",), r"sgp_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}"),
    ("cloud_key", ("vercel_blob_rw_", "sb_secret_", "cfut_", "cfat_", "wandb_v1_", "CFPAT-", "tfp_"),
     r"(?:vercel_blob_rw|sb_secret|cf[ua]t|wandb_v1|CFPAT|tfp)[_\-](?=[a-z_\-]{0,20}[A-Z0-9])[A-Za-z0-9_\-]{20,200}"),
    ("saas_token", ("lin_api_", "ntn_", "figd_", "PMAK-", "phc_", "phx_", "rdme_", "nfp_", "sbp_", "pscale_tkn_", "pscale_pw_", "pscale_oauth_",
                    "fm2_", "fo1_", "HRKU-", "bkua_", "CCIPAT_", "CCIPRI_", "vcp_", "xkeysib-", "ATATT3x", "ATBB", "ATCTT3x", "tskey-",
                    "EZAK", "EZTK", "frp_", "lsv2_", "pcsk_", "pat-na", "shippo_live_", "secret_", "rnd_", "flyv1"),
     r"(?=[A-Za-z0-9_.\-]{0,60}\d)(?=[a-z_0-9\-]{0,60}[A-Z0-9])[A-Za-z0-9_\-]{4}[A-Za-z0-9_.\-=]{20,400}"),
    ("airtable_token", ("pat",), r"pat[A-Za-z0-9]{14}\.[0-9a-f]{32,64}"),
    ("rubygems_key", ("rubygems_",), r"rubygems_[0-9a-f]{16,64}"),
    ("crates_token", ("cio",), r"cio[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
    ("nuget_key", ("oy2",), r"oy2[a-z0-9]{43}"),
    ("clojars_token", ("CLOJARS_",), r"CLOJARS_[a-z0-9]{16,80}"),
    ("sonar_token", ("sqp_", "squ_", "sqa_"), r"sq[pua]_[0-9a-f]{20,64}"),
    ("artifactory_key", ("AKCp",), r"AKCp[A-Za-z0-9]{40,100}"),
    ("artifactory_key", ("cmVmdGtu",), r"cmVmdGtu[A-Za-z0-9]{40,80}={0,2}"),
    ("age_key", ("AGE-SECRET-KEY-1",), r"AGE-SECRET-KEY-1[A-Z0-9]{16,80}"),
    ("jwt", ("eyJ",), r"eyJ[A-Za-z0-9_\-]{10,4000}(?:\.(?:[A-Za-z0-9_\-]{1,8000})?){1,4}|eyJ(?:hbGciOi|0eXAiOi|raWQiOi|rIjoi|jdHki)[A-Za-z0-9_\-]{6,4000}"),
    ("cluster_token", ("K10",), r"K10[0-9a-f]{64}::[\w\-]{1,64}:[^\s\"']{8,200}"),
    ("private_key", ("LS0tLS1CRUdJTi",), r"LS0tLS1CRUdJTi[A-Za-z0-9+/=]{10,20000}"),
)  # fmt: skip
# Kind, literals of which one stands in every match (case counts), pattern.
_BY_LITERAL: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("webhook_url", ("hooks.slack.com/",), r"(?<=hooks\.slack\.com/)[a-z]+/[A-Za-z0-9_/\-]{8,200}"),
    ("webhook_url", ("/api/webhooks/",), r"(?<=/api/webhooks/)\d{5,25}/[A-Za-z0-9_\-]{10,200}"),
    ("webhook_url", ("outlook.office.com/webhook/",), r"(?<=outlook\.office\.com/webhook/)[A-Za-z0-9_/@\-]{20,400}"),
    ("webhook_url", ("webhook.office.com/",), r"(?<=webhook\.office\.com/)[A-Za-z0-9_/@\-]{20,400}"),
    ("web_key", ("\"kty\"",), r"\"(?:k|d|p|q|dp|dq|qi)\"\s{0,3}:\s{0,3}\"(?P<value>[A-Za-z0-9_\-]{20,2000})\""),
    ("fly_token", ("fm2_", "fm1r_", "fm1a_"), r"(?<![A-Za-z0-9_])fm(?:2|1[ra])_[A-Za-z0-9+/=_\-]{20,4000}"),
    ("telegram_token", (":AA",), r"(?:(?<=bot)|(?<![A-Za-z0-9]))\d{7,11}:AA[A-Za-z0-9_\-]{28,40}"),
    ("google_token", ("ya29.",), r"ya29\.[0-9A-Za-z_\-.]{10,2000}"),
    ("google_token", ("1//0",), r"(?<![A-Za-z0-9])1//0[0-9A-Za-z_\-]{20,200}"),
    ("slack_token", ("xoxe.",), r"xoxe\.[A-Za-z0-9\-.]{10,300}"),
    ("azure_secret", ("Q~",), r"(?<![A-Za-z0-9])[A-Za-z0-9_~.\-]{3}\dQ~[A-Za-z0-9_~.\-]{20,40}"),
    ("sendgrid_key", ("SG.",), r"(?<![A-Za-z0-9])SG\.[A-Za-z0-9_\-]{10,40}(?:\.[A-Za-z0-9_\-]{5,80})?"),
    ("vault_token", ("oken: s.", "oken s.", "TOKEN=s."), r"(?<=[ =])s\.[A-Za-z0-9]{24}(?![A-Za-z0-9])"),
    ("vault_token", ("hvs.", "hvb.", "hvr."), r"(?<![A-Za-z0-9])hv[sbr]\.[A-Za-z0-9_\-]{16,300}"),
    ("terraform_token", (".atlasv1.",), r"[A-Za-z0-9]{8,20}\.atlasv1\.[A-Za-z0-9_\-=]{16,120}"),
    ("cloudflare_key", ("v1.0-",), r"(?<![\w.])v1\.0-[0-9a-f]{24}-[0-9a-f]{40,160}"),
    ("newrelic_key", ("NRAL",), r"[0-9a-f]{36}NRAL"),
    ("saas_token", ("dp.st.", "dp.pt.", "dp.ct.", "dp.sa."), r"dp\.(?:st|pt|ct|sa)\.[A-Za-z0-9_.\-]{16,200}"),
    ("mapbox_token", ("k.eyJ",), r"[ps]k\.eyJ[A-Za-z0-9_\-]{20,300}(?:\.[A-Za-z0-9_\-]{10,60})?"),
    ("kubernetes_token", ("kubeadm", "--token", "bootstrap"), r"(?<![\w.])(?=[a-z]{0,5}\d|[a-z]{6}\.[a-z]{0,15}\d)[a-z0-9]{6}\.[a-z0-9]{16}(?![\w.])"),
    ("signed_url", ("X-Amz-", "X-Goog-", "x-amz-", "x-goog-"),
     r"(?i)(?<=[?&;])X-(?:Amz-(?:Signature|Security-Token|Credential)|Goog-(?:Signature|Credential))=(?P<value>[^\s&\"'<>\[*][^\s&\"'<>]{7,4000})"),
    ("signed_url", ("sig=", "sig%3"), r"(?i)(?:[?&;]|\b)sig(?:=|%3d)(?P<value>[A-Za-z0-9%+/=_\-]{20,200})"),
    ("authorization", ("Digest username=",), r"(?<![\w\-])response=\"(?P<value>[0-9a-f]{32,128})\""),
    ("signed_url", ("Signature=",), r"(?<=[?&;, ])Signature=(?P<value>[A-Za-z0-9%+/=_~\-]{16,1000})"),
)  # fmt: skip
LITERALS = tuple(literal.lower() for _, literals, _ in _BY_LITERAL for literal in literals)
_RUN = re.compile(r"[A-Za-z0-9_\-]{14,}")
_LITERAL_RULES = tuple((kind, literals, re.compile(pattern)) for kind, literals, pattern in _BY_LITERAL)
_LONE_SIZE = 40
_BASE64_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-."
_RANDOM_BITS = 4.4
_LEAD = 2


def _by_lead() -> dict[str, list[tuple[str, tuple[str, ...], re.Pattern[str]]]]:
    """The rules by the first letters of their beginnings: most words of a log are dismissed by one look-up."""
    rules: dict[str, list[tuple[str, tuple[str, ...], re.Pattern[str]]]] = {}
    for kind, beginnings, pattern in _BY_BEGINNING:
        for lead in {beginning[:_LEAD] for beginning in beginnings}:
            rules.setdefault(lead, []).append((kind, beginnings, re.compile(pattern)))
    return rules


_LEADS = _by_lead()


def find(text: Text) -> Iterator[Secret]:
    raw = text.raw
    for run in _RUN.finditer(raw):
        at = run.start()
        lead = raw[at : at + _LEAD]
        for kind, beginnings, pattern in (*_LEADS.get(lead, ()), *_LEADS.get(lead[:1], ())):
            if raw.startswith(beginnings, at) and (match := pattern.match(raw, at)):
                yield Secret(match.start(), match.end(), kind)
                break
    for kind, literals, pattern in _LITERAL_RULES:
        yield from _by_literal(text, kind, literals, pattern)
    yield from _lone(text)


def _by_literal(
    text: Text, kind: str, literals: tuple[str, ...], pattern: re.Pattern[str]
) -> Iterator[Secret]:
    for literal in literals:
        end = 0
        for at in text.places(literal):
            if at < end or not text.raw.startswith(literal, at):
                continue
            end = text.line_end(at)
            for match in pattern.finditer(text.raw, text.line_start(at), end):
                group = "value" if "value" in pattern.groupindex else 0
                yield Secret(match.start(group), match.end(group), kind)


def _lone(text: Text) -> Iterator[Secret]:
    """AWS secret keys that stand alone: nothing but their length and their randomness tells them."""
    outline, raw = text.base64, text.raw
    row = b"b" * _LONE_SIZE
    at = outline.find(row)
    while at >= 0:
        end = at + _LONE_SIZE
        while end < len(outline) and outline[end] == row[0]:
            end += 1
        before, after = raw[at - 1 : at], raw[end : end + 1]
        alone = not (before and before in "=_-." and before != "=") and not (
            after and after in _BASE64_LETTERS
        )
        if end - at == _LONE_SIZE and alone and is_random(raw[at:end]):
            yield Secret(at, end, "aws_secret")
        at = outline.find(row, end)


def is_random(word: str) -> bool:
    """Upper case, lower case, digits, and no letters that come again more than chance has them."""
    if word.isalnum() and (word.isdigit() or word.islower() or word.isupper() or word.isalpha()):
        return False
    if not (any(map(str.isdigit, word)) and any(map(str.islower, word)) and any(map(str.isupper, word))):
        return False
    return entropy(word) >= _RANDOM_BITS


def entropy(word: str) -> float:
    """Bits per character."""
    counts = Counter(word)
    return -sum(count / len(word) * math.log2(count / len(word)) for count in counts.values())
