# SPDX-License-Identifier: LGPL-3.0-or-later
"""Made-up people, some of them noted more than once with slips, and the truth.

Names follow a Zipf law. A postcode belongs to a town and a town to a state, unless the
setting draws them apart. Members of a household share family name, address and phone.
A slip is a typing error, a sound written otherwise, an exchange of two fields or of the
parts of a date, a missing value or another value altogether. Deterministic for a seed.

    people.py --rows 100000 --seed 1 --out people.csv --truth pairs.csv
"""

import itertools
import random
from dataclasses import dataclass

from linkage import run

FIELDS = (
    *("given_name", "surname", "street_number", "address_1", "address_2", "suburb"),
    *("postcode", "state", "date_of_birth", "soc_sec_id", "phone", "email"),
)
SYLLABLES = (
    "ba be bo da de do fa fi ga go ha he jo ka ke ko la le li lo ma me mi mo na ne ni "
    "no pa pe ra re ri ro sa se si so ta te ti to va ve vi wa wi za zo an el in or us "
    "ber den dor fel gar han hol ker lan lin man mer mon nel ram ran ros sel son stein "
    "tan ton ver von win"
).split()
LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
SOUNDS = (
    *(("ph", "f"), ("ck", "k"), ("ei", "ai"), ("ie", "y"), ("th", "t"), ("v", "w")),
    *(("z", "s"), ("c", "k"), ("mm", "m"), ("ll", "l"), ("i", "y"), ("dt", "t")),
)
STREETS = ("street", "road", "avenue", "lane", "court", "place", "crescent")
EXCHANGED = (("given_name", "surname"), ("address_1", "address_2"))


@dataclass(frozen=True)
class Setting:
    """Shares and sizes; a share is of all people or of all values."""

    rows: int
    seed: int
    twins: float = 0.1  # of the rows are second, third ... notes of a person
    most: int = 3  # notes beyond the first, at most
    slips: float = 2.0  # per note beyond the first, on average; one at least
    per_field: int = 2  # slips of one value, at most
    missing: float = 0.02  # of all values
    households: float = 0.2  # of the people share address, phone and family name
    shared_emails: float = 0.0  # of them use the e-mail address of the first one
    given_names: int = 2000
    surnames: int = 20_000
    towns: int = 0  # 0: one per 500 rows, at least 50
    are_places_linked: bool = True  # the town decides on the postcode
    fields: tuple = FIELDS


class Crowd:
    """Makes people; `rows` (an id and the values) and `pairs` of ids are the result."""

    def __init__(self, setting):
        self.setting = setting
        self.random = random.Random(setting.seed)
        self.given = self.words(setting.given_names, (2, 3))
        self.family = self.words(setting.surnames, (2, 3, 4))
        self.streets = [
            f"{word} {self.random.choice(STREETS)}" for word in self.words(3000, (2, 3))
        ]
        self.villas = self.words(1500, (2, 3))
        count = setting.towns or max(50, setting.rows // 500)
        self.towns = [
            (
                word,
                str(self.random.randrange(1000, 9999)),
                self.random.choice(("nsw", "vic", "qld", "wa", "sa", "act", "tas")),
            )
            for word in self.words(count, (2, 3, 4))
        ]
        self.laws = {
            size: list(itertools.accumulate(1 / (rank + 10) for rank in range(size)))
            for size in {len(self.given), len(self.family), count}
        }

    def words(self, count, lengths):
        found = {}
        while len(found) < count:
            parts = self.random.choice(lengths) + (len(found) > 4000)
            found["".join(self.random.choices(SYLLABLES, k=parts))] = None
        return list(found)

    def draw(self, values):
        law = self.laws.get(len(values))
        return self.random.choices(values, cum_weights=law)[0]

    def place(self):
        town, postcode, state = self.draw(self.towns)
        if not self.setting.are_places_linked:
            postcode, state = self.draw(self.towns)[1], self.draw(self.towns)[2]
        pick = self.random
        return {
            "surname": self.draw(self.family),
            "street_number": str(pick.randrange(1, 250)),
            "address_1": pick.choice(self.streets),
            "address_2": pick.choice(self.villas) if pick.random() < 0.4 else "",
            "suburb": town,
            "postcode": postcode,
            "state": state,
            "phone": f"0{pick.randrange(10**8, 10**9)}",
        }

    def person(self, place):
        pick = self.random
        given, number = self.draw(self.given), pick.randrange(1000)
        year, month, day = pick.randrange(1920, 2008), pick.randrange(12), pick.random()
        own = {
            "given_name": given,
            "date_of_birth": f"{year}{month + 1:02}{int(day * 28) + 1:02}",
            "soc_sec_id": str(pick.randrange(10**6, 10**7)),
            "email": f"{given}.{place['surname']}{number}@mail.example",
        }
        return {**place, **own}

    # -- slips ------------------------------------------------------------

    def mistyped(self, text):
        pick = self.random
        letters = DIGITS if text.isdigit() else LETTERS
        at, kind = pick.randrange(len(text)), pick.randrange(5)
        if kind == 0:
            return text[:at] + pick.choice(letters) + text[at:]
        if kind == 1 and len(text) > 2:
            return text[:at] + text[at + 1 :]
        if kind == 2 and at + 1 < len(text):
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        return text[:at] + pick.choice(letters) + text[at + 1 :]

    def misheard(self, text):
        for sound, other in self.random.sample(SOUNDS, len(SOUNDS)):
            if sound in text:
                return text.replace(sound, other, 1)
        return self.mistyped(text)

    def slip(self, person, name):
        pick, text = self.random, person[name]
        chance = pick.random()
        if not text:
            person[name] = "" if chance < 0.5 else self.person(self.place())[name]
        elif chance < 0.55:
            person[name] = self.mistyped(text)
        elif chance < 0.70 and not text.isdigit():
            person[name] = self.misheard(text)
        elif chance < 0.78 and name == "date_of_birth":
            person[name] = text[:4] + text[6:] + text[4:6]
        elif chance < 0.85:
            person[name] = ""
        elif chance < 0.92:
            person[name] = self.person(self.place())[name]
        else:
            for pair in EXCHANGED:
                if name in pair:
                    one, other = pair
                    person[one], person[other] = person[other], person[one]

    def note(self, person):
        """The person as somebody else wrote him down."""
        setting, noted, done = self.setting, dict(person), {}
        count = 1
        while self.random.random() < 1 - 1 / setting.slips and count < 20:
            count += 1
        for _slip in range(count):
            name = self.random.choice(setting.fields)
            if done.get(name, 0) < setting.per_field:
                done[name] = done.get(name, 0) + 1
                self.slip(noted, name)
        return noted

    # -- the whole ------------------------------------------------------------

    def people(self):
        place, first, shared = self.place(), None, self.setting.shared_emails
        while True:
            person = self.person(place)
            if first and shared and self.random.random() < shared:
                person["email"] = first["email"]
            first = first or person
            yield person
            if self.random.random() >= self.setting.households:
                place, first = self.place(), None

    def gather(self):
        setting, pick = self.setting, self.random
        self.rows, self.pairs = [], []
        for number, person in enumerate(self.people()):
            notes = [person]
            if pick.random() < setting.twins * 2 / (1 + setting.most):
                count = pick.randint(1, setting.most)
                notes += [self.note(person) for _note in range(count)]
            ids = [f"rec-{number}-{at}" for at in range(len(notes))]
            for key, noted in zip(ids, notes, strict=True):
                values = (noted[name] for name in setting.fields)
                lost = setting.missing
                row = [value if pick.random() >= lost else "" for value in values]
                self.rows.append((key, *row))
            self.pairs += itertools.combinations(ids, 2)
            if len(self.rows) >= setting.rows:
                break
        pick.shuffle(self.rows)
        return self


def make(setting):
    crowd = Crowd(setting).gather()
    return ("rec_id", *setting.fields), crowd.rows, crowd.pairs


if __name__ == "__main__":
    run(__doc__, Setting, make)
