"""The step that fetches a password runs as it runs in the pod: into a file for its owner, and past no foreign certificate."""

import datetime
import http.server
import ipaddress
import os
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra.workloads import pgpass

TRUST_FILE = "rds.pem"


def step(folder: Path, *, password: str = "plain", vouched: Path | None = None, **more: str) -> str:
    """Run it beside a boto3 that knows the password, and a botocore that brings these authorities. Returns: its errors."""
    (folder / "boto3.py").write_text(
        "class client:\n"
        "    def __init__(self, *_, **__): pass\n"
        f"    def get_secret_value(self, SecretId): return {{'SecretString': {password!r}}}\n"
    )
    if vouched:
        (folder / "botocore").mkdir()
        (folder / "botocore" / "__init__.py").touch()
        (folder / "botocore" / "cacert.pem").write_bytes(vouched.read_bytes())
    given = {
        "AWS_REGION": "us-east-1", "PGHOST": "db.example", "PGPORT": "5432", "PGUSER": "mlflow", "PGPASSWORD_SECRET": "arn",
        "SECRETS_DIR": str(folder), "PYTHONPATH": str(folder), "PATH": os.environ["PATH"], "TRUST_FILE": TRUST_FILE, **more,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", pgpass.FETCH],
        env=given,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode == 0) == (not done.stderr), done.stderr
    return done.stderr


def certificate(folder: Path) -> Path:
    """A server's, for 127.0.0.1, that is its own authority; with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir()
    path = folder / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@contextmanager
def serving(body: bytes, *, known_by: Path) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(known_by)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_port}/bundle.pem"
    finally:
        server.shutdown()
        server.server_close()


def only_certificate(path: Path) -> bytes:
    return path.read_bytes().split(b"-----BEGIN PRIVATE")[0]


@pytest.mark.parametrize(("password", "line"), [("plain", "plain"), ("a:b\\c", "a\\:b\\\\c")])
def test_it_writes_the_file_that_the_library_reads_and_nobody_else(tmp_path: Path, password: str, line: str):
    assert not step(tmp_path, password=password)
    file = tmp_path / "pgpass"
    assert file.read_text() == f"db.example:5432:mlflow:mlflow:{line}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not (tmp_path / TRUST_FILE).exists()


def test_the_certificates_of_the_database_come_over_tls_that_an_authority_vouches_for(tmp_path: Path):
    server = certificate(tmp_path / "server")
    bundle = only_certificate(certificate(tmp_path / "database"))
    with serving(bundle, known_by=server) as address:
        assert not step(tmp_path, vouched=server, TRUST=address)
    file = tmp_path / TRUST_FILE
    assert file.read_bytes() == bundle
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_server_that_no_authority_vouches_for_is_not_believed(tmp_path: Path):
    server, other = certificate(tmp_path / "server"), certificate(tmp_path / "other")
    with serving(only_certificate(other), known_by=server) as address:
        assert "CERTIFICATE_VERIFY_FAILED" in step(tmp_path, vouched=other, TRUST=address)
    assert not (tmp_path / TRUST_FILE).exists()


@pytest.mark.parametrize("body", [b"<html>Service Unavailable</html>", b"", b"\xff\xfe"])
def test_what_holds_no_certificate_is_not_written(tmp_path: Path, body: bytes):
    server = certificate(tmp_path / "server")
    with serving(body, known_by=server) as address:
        assert step(tmp_path, vouched=server, TRUST=address)
    assert not (tmp_path / TRUST_FILE).exists()
