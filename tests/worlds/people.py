"""People of a world: how their rows name them.

Everybody has one identifier that all of their rows carry, and whatever other identifiers a row adds
are theirs alone and never stand alone. So who owns a row is plain, and the same for a reading that
looks at one row as for one that joins identifiers. A visitor_id of anonymous visits never logs in.
"""

from dataclasses import dataclass

from tests.worlds.chooser import Chooser

KINDS = ("customer_id", "customer_id", "customer_id", "email", "contact_id")


@dataclass(frozen=True)
class Person:
    """``kind`` is the identifier that all of their rows carry; None is nobody in particular."""

    number: int
    kind: str | None

    @property
    def orders(self) -> bool:
        """A person known by contact_id alone cannot appear in orders or web sessions."""
        return self.kind != "contact_id"

    @property
    def contact_id(self) -> str:
        return f"contact-{self.number}"

    def identifiers(self, chooser: Chooser, *, with_contact_id: bool = False) -> dict[str, str]:
        """Identifying columns of one row; emails come in any case."""
        names: dict[str, str] = {}
        if self.kind == "customer_id":
            names["customer_id"] = f"customer-{self.number}"
        if self.kind == "email" or (self.kind == "customer_id" and chooser.happens(30)):
            address = f"person{self.number}@example.com"
            names["email"] = chooser.pick((address, address.upper(), address.title()))
        if with_contact_id and (self.kind == "contact_id" or (self.kind and chooser.happens(30))):
            names["contact_id"] = self.contact_id
        return names

    def visitor_id(self, chooser: Chooser) -> str:
        return f"visitor-{self.number}-{chooser.integer(0, 1)}"


def make_people(chooser: Chooser, least: int, most: int) -> list[Person]:
    """``least`` to ``most`` customers, and sometimes the anonymous and the unmatched."""
    people = [Person(number, chooser.pick(KINDS)) for number in range(chooser.integer(least, most))]
    if chooser.happens(50):
        people.append(Person(len(people), None))
    return people
