# SPDX-License-Identifier: LGPL-3.0-or-later
"""What orders are like in general: company for the few orders of a new shop.

The linkage learns from the records themselves how rare it is that two orders agree by
chance. Where there are only some, nothing is rare, and not even an obvious repetition
would stand out. Invented orders, which resemble neither each other nor anybody's, stand
in until a shop has enough of its own.
"""

from datetime import datetime, timedelta

ENOUGH = 200  # orders that show what is usual
BEGIN = datetime(2020, 1, 1)
APART = timedelta(hours=7)
GIVEN_NAMES, SURNAMES, ARTICLES = 97, 211, 83


def usual_orders(count):
    """``count`` rows {field of the order profile: text}, always the same ones."""
    return [_order(number) for number in range(count)]


def _order(number):
    # Multiples of primes: no customer, amount or basket comes twice by rule.
    customer = f"{_word(number % GIVEN_NAMES)} {_word(number * 31 % SURNAMES)}son"
    cents = 900 + (number * number * 7919 + number * 104_729) % 24_000
    articles = sorted(
        {
            f"1 usual-{number * step * 13 % ARTICLES}"
            for step in range(1, 2 + number % 3)
        }
    )
    return {
        "customer": customer,
        "email": f"{customer.replace(' ', '.')}@usual.example",
        "phone": f"555{number * 7_654_321 % 10_000_000:07}",
        "address": f"{_word(number * 17 % SURNAMES)} street {number * 29 % 199}",
        "date": (BEGIN + number * APART).isoformat(),
        "amount": f"{cents / 100:.2f}",
        "basket": " ".join(articles),
    }


def _word(number):
    """A pronounceable word, another one for each number below 10,000."""
    consonants, vowels = "bdfgklmnprstvz", "aeiou"
    word = ""
    for _syllable in range(3):
        number, consonant = divmod(number, len(consonants))
        number, vowel = divmod(number + consonant, len(vowels))
        word += consonants[consonant] + vowels[vowel]
    return word
