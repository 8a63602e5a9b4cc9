"""Passkeys (WebAuthn): added, named and removed by their owner; one is enough to sign in, without a password."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from anxin.kernel import clock
from anxin.kernel.errors import BadInput
from anxin.kernel.people import Account
from anxin.kernel.rows import writable
from anxin.web.identity import book
from anxin.web.identity.models import Passkey, Safety
from anxin.web.identity.safety import of

MOST = 20
"""Passkeys of one account [INF]."""
CHALLENGE = "passkey"


class WrongPasskey(BadInput):
    """通行密钥验证没有通过，请再试一次或改用其他方式登录。"""

    code = "wrong_passkey"


def _host(request: HttpRequest) -> str:
    """The name passkeys are bound to: of this installation, or that under which it is asked."""
    return str(settings.PASSKEY_HOST or request.get_host().rpartition("@")[2].split(":")[0])


def _origin(request: HttpRequest) -> str:
    return f"{'https' if settings.HTTPS or request.is_secure() else 'http'}://{request.get_host()}"


def _keep(request: HttpRequest, purpose: str, challenge: bytes) -> None:
    request.session[CHALLENGE] = [purpose, bytes_to_base64url(challenge), clock.now().timestamp()]


def _challenge(request: HttpRequest, purpose: str) -> bytes:
    """The challenge given out for a purpose within five minutes; good for one answer. Raises WrongPasskey."""
    kept = request.session.pop(CHALLENGE, None)
    if not kept or kept[0] != purpose or not 0 <= clock.now().timestamp() - kept[2] <= 300:
        raise WrongPasskey
    return base64url_to_bytes(kept[1])


def adding(request: HttpRequest, account: Account) -> dict[str, Any]:
    """What the browser needs to make a passkey for the account."""
    known = Passkey.objects.filter(account=account)
    if known.count() >= MOST:
        raise BadInput(_("通行密钥太多，请先删除不用的。"))
    options = generate_registration_options(
        rp_id=_host(request),
        rp_name="安心",
        user_name=account.login,
        user_id=bytes(of(account).handle),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=bytes(each.credential)) for each in known],
    )
    _keep(request, "add", options.challenge)
    return dict(json.loads(options_to_json(options)))


@transaction.atomic
def add(request: HttpRequest, account: Account, answer: Mapping[str, Any], name: str) -> Passkey:
    """Keep the passkey the browser has made. Raises WrongPasskey."""
    challenge = _challenge(request, "add")
    try:
        made = verify_registration_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=_host(request),
            expected_origin=_origin(request),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise WrongPasskey from error
    if Passkey.objects.filter(credential=made.credential_id).exists():
        raise WrongPasskey
    said = answer.get("response")
    ways = said.get("transports") if isinstance(said, Mapping) else None
    known = {each.value for each in AuthenticatorTransport}
    row = Passkey.objects.create(
        account=account,
        credential=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=",".join(each for each in ways if each in known) if isinstance(ways, list) else "",
        name=(name.strip()[:60] if writable(name) else "") or _("通行密钥"),
        added_at=clock.now(),
    )
    book.write(request, "passkey_added", account.pk)
    return row


def asking(request: HttpRequest, purpose: str, account: Account | None = None) -> dict[str, Any]:
    """What the browser needs to show a passkey; of one account, where it is known who is asked."""
    known = Passkey.objects.filter(account=account) if account else []
    options = generate_authentication_options(
        rp_id=_host(request),
        user_verification=UserVerificationRequirement.REQUIRED,
        allow_credentials=[
            PublicKeyCredentialDescriptor(
                id=bytes(each.credential),
                transports=[AuthenticatorTransport(way) for way in each.transports.split(",") if way],
            )
            for each in known
        ],
    )
    _keep(request, purpose, options.challenge)
    return dict(json.loads(options_to_json(options)))


@transaction.atomic
def prove(request: HttpRequest, purpose: str, answer: Mapping[str, Any], account: Account | None = None) -> Account:
    """Whose passkey answered the challenge; of `account` only, where one is given. Raises WrongPasskey."""
    challenge = _challenge(request, purpose)
    try:
        credential = base64url_to_bytes(str(answer["rawId"]))
        row = Passkey.objects.select_for_update(of=("self",)).select_related("account").get(credential=credential)
        handle = answer["response"].get("userHandle")
        told = base64url_to_bytes(str(handle)) if handle else None
        shown = verify_authentication_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=_host(request),
            expected_origin=_origin(request),
            credential_public_key=bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, Passkey.DoesNotExist) as error:
        raise WrongPasskey from error
    owner = row.account
    foreign = told is not None and not Safety.objects.filter(account=owner, handle=told).exists()
    if foreign or not owner.is_active or (account is not None and owner.pk != account.pk):
        raise WrongPasskey
    row.sign_count, row.used_at = shown.new_sign_count, clock.now()
    row.save(update_fields=["sign_count", "used_at"])
    return owner


def rename(account: Account, pk: int, name: str) -> None:
    """Call one's passkey something else."""
    if name.strip() and writable(name):
        Passkey.objects.filter(account=account, pk=pk).update(name=name.strip()[:60])


@transaction.atomic
def remove(request: HttpRequest, account: Account, pk: int) -> None:
    """Have a passkey forgotten."""
    if Passkey.objects.filter(account=account, pk=pk).delete()[0]:
        book.write(request, "passkey_removed", account.pk)
