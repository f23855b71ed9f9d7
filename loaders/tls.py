"""Ask a PostgreSQL server for TLS, by the rules of DB_SSLMODE, and say what is wrong where libpq says little."""

from __future__ import annotations

import socket
import ssl
import struct
from datetime import UTC, datetime
from typing import Any

from loaders.explaining import CONNECT_SECONDS
from loaders.settings import Settings

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)  # PostgreSQL's message that asks for TLS before anything else
# OpenSSL's reasons (X509_V_ERR_*)
_NOT_YET, _EXPIRED, _OTHER_NAME, _OTHER_ADDRESS = 9, 10, 62, 64


class TlsFailure(Exception):
    """Why TLS cannot be had as asked, and what to do."""


def negotiated(settings: Settings) -> str:
    """What TLS with the server comes to.

    Raises:
        TlsFailure: not what DB_SSLMODE asks for.
    """
    mode, where = settings.db_sslmode, f"{settings.db_host}:{settings.db_port}"
    if mode == "disable":
        return "not asked for (DB_SSLMODE=disable)"
    context = _context(settings)
    try:
        with socket.create_connection((str(settings.db_host), settings.db_port), timeout=CONNECT_SECONDS) as plain:
            plain.sendall(_SSL_REQUEST)
            answer = plain.recv(1)
            if answer == b"N":
                return _without(mode, where)
            if answer != b"S":
                message = f"What listens at {where} is no PostgreSQL: it does not know TLS as PostgreSQL does."
                raise TlsFailure(message)
            with context.wrap_socket(plain, server_hostname=str(settings.db_host)) as encrypted:
                return _found(encrypted, mode, context)
    except ssl.SSLCertVerificationError as error:
        raise TlsFailure(_refused(settings, error)) from None
    except (OSError, ValueError) as error:
        message = f"TLS with {where} breaks off ({error}): look into the server's log."
        raise TlsFailure(message) from None


def _context(settings: Settings) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = settings.db_sslmode == "verify-full"
    verified = settings.db_sslmode in {"verify-ca", "verify-full"}
    # libpq: an authority that is given is used with `require`, too
    verified = verified or (settings.db_sslmode == "require" and settings.db_sslrootcert is not None)
    context.verify_mode = ssl.CERT_REQUIRED if verified else ssl.CERT_NONE
    if ssl.HAS_NEVER_CHECK_COMMON_NAME:
        context.hostname_checks_common_name = True  # as libpq does where a certificate has no other names
    if not verified:
        return context
    file = settings.db_sslrootcert
    if file is None or not file.is_file():
        named = f"The file {file} that DB_SSLROOTCERT names" if file else "DB_SSLROOTCERT"
        message = (
            f"{named} is not there: copy the certificate of the authority that signed the server's (root.crt, not a "
            "key) to this machine, and name it."
        )
        raise TlsFailure(message)
    try:
        context.load_verify_locations(file)
    except (OSError, ssl.SSLError) as error:
        message = f"The file {file} that DB_SSLROOTCERT names is no certificate in PEM form ({error}): copy it again."
        raise TlsFailure(message) from None
    return context


def _without(mode: str, where: str) -> str:
    if mode in {"allow", "prefer"}:
        return f"none: the server offers no TLS, and DB_SSLMODE={mode} goes on without"
    message = (
        f"PostgreSQL at {where} offers no TLS, and DB_SSLMODE={mode} asks for it: set `ssl = on` there, with a "
        "certificate and its key."
    )
    raise TlsFailure(message)


def _found(encrypted: ssl.SSLSocket, mode: str, context: ssl.SSLContext) -> str:
    verified = context.verify_mode == ssl.CERT_REQUIRED
    certificate: dict[str, Any] = encrypted.getpeercert() or {} if verified else {}
    until = ""
    if "notAfter" in certificate:
        end = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
        until = f", valid until {end:%Y-%m-%d}"
    checked = "by its authority and its name" if mode == "verify-full" else "by its authority"
    trust = f"the certificate is checked {checked}{until}" if verified else "the certificate is not checked"
    return f"{encrypted.version()}, {trust} (DB_SSLMODE={mode})"


def _refused(settings: Settings, error: ssl.SSLCertVerificationError) -> str:
    where = f"{settings.db_host}:{settings.db_port}"
    if error.verify_code in {_OTHER_NAME, _OTHER_ADDRESS}:
        return (
            f"The certificate of {where} is for another name than DB_HOST ({error.verify_message}): set DB_HOST to a "
            "name that stands in it, or make one for this name."
        )
    if error.verify_code == _EXPIRED:
        return f"The certificate of {where} has expired: make a new one there, and reload PostgreSQL."
    if error.verify_code == _NOT_YET:
        return f"The certificate of {where} is not valid yet: check the clocks of both machines."
    return (
        f"The certificate of {where} is not signed by the authority in {settings.db_sslrootcert} "
        f"({error.verify_message}): copy the authority's certificate from that server again."
    )
