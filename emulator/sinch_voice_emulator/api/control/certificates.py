"""What clients have to trust."""

from __future__ import annotations

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.errors import NotFound


def certificate_authority(control: ControlRequest) -> Response:
    """The certificate of the authority that made this server's certificate; needs no token, since it is no secret."""
    identity = control.emulator.identity
    if identity is None:
        raise NotFound("this emulator has no port with TLS; start it with --tls")
    if identity.authority is None:
        raise NotFound("this emulator shows a certificate that it was given; clients have to trust whoever signed that")
    return Response(identity.authority.certificate, content_type="application/pem-certificate-chain")


HANDLERS: dict[str, Handler] = {"certificateAuthority": certificate_authority}
