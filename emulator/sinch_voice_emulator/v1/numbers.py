"""The number look-up of the configuration API (``rest-api.md`` section 7.6).

The library knows country codes and number plans; what it calls impossible is refused only when it is too short. A number that
is too long for its country passes while it fits E.164 (15 digits): the platform's own examples of success have such numbers.
"""

from __future__ import annotations

import re

from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.party import Party, PartyKind
from sinch_voice_emulator.v1.errors import invalid_number_specified
from sinch_voice_emulator.v1.values import Json, money, rate_of

E164_DIGITS = 15
NO_COUNTRY = ""
"""The country of a number that many countries share, such as +800: clients expect the member, and no ISO code fits."""
_WRITTEN = re.compile(r"\+?[0-9 ().\-/\u00a0]*", re.ASCII)


def query(text: str, account: Account) -> Json:
    """Country, kind and price of a number, written in any usual way; raises ``ApiError`` 400/40001 for what is no number.

    ``restricted`` says whether the account may not call there. A number that may be fixed or mobile counts as fixed.
    """
    import phonenumbers  # imported late: it takes 25 ms, and few need it
    from phonenumbers import PhoneNumberType as Kind
    from phonenumbers import ValidationResult as Verdict

    number = normalise(text)
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException as problem:
        raise invalid_number_specified(f"{text!r} is no phone number: {problem}") from None
    verdict = phonenumbers.is_possible_number_with_reason(parsed)
    if verdict in (Verdict.TOO_SHORT, Verdict.IS_POSSIBLE_LOCAL_ONLY):
        raise invalid_number_specified(f"{text!r} is too short for a number of country code {parsed.country_code}")
    normal: str = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if len(normal) - 1 > E164_DIGITS:
        raise invalid_number_specified(f"{text!r} has more than {E164_DIGITS} digits")
    kinds = {
        Kind.FIXED_LINE: "Fixed",
        Kind.FIXED_LINE_OR_MOBILE: "Fixed",
        Kind.MOBILE: "Mobile",
        Kind.UNKNOWN: "Unknown",
    }
    party = Party(PartyKind.NUMBER, normal)
    country = phonenumbers.region_code_for_number(parsed)
    if country is None:
        country = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    if country == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY:
        country = NO_COUNTRY
    return {
        "number": {
            "countryId": country,
            "numberType": kinds.get(phonenumbers.number_type(parsed), "Other"),
            "normalizedNumber": normal,
            "restricted": account.is_blocked(party),
            "rate": money(account.rates.currency, rate_of(party, account)),
        }
    }


def normalise(text: str) -> str:
    """``+46(0)73-017-0101`` and ``0046 73 017 01 01`` as ``+46730170101``; raises ``ApiError`` for anything but a number.

    Blanks, dashes, dots, slashes and parentheses go; a trunk prefix in parentheses, ``(0)``, goes with them.
    """
    written = text.strip()
    digits = "".join(char for char in written.replace("(0)", "") if char.isdigit())
    if not written.startswith("+"):
        digits = digits.removeprefix("00")
    if not digits or not _WRITTEN.fullmatch(written):
        raise invalid_number_specified(f"{text!r} is not written like a phone number, such as +46 70 123 45 67")
    return f"+{digits}"
