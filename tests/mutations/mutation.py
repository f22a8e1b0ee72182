"""One way to break one rule."""

import re
from dataclasses import dataclass

from customer_status.environment.layout import PROJECT_DIR


@dataclass(frozen=True)
class Mutation:
    """In ``file``, ``text`` becomes ``replacement``; what then no longer holds is ``rule``.

    The text stands once in the file, unless ``everywhere`` says that all its places change. A blank
    in it stands for any blanks and line ends. ``equivalent`` says why nobody can notice, if so.
    """

    rule: str
    file: str
    text: str
    replacement: str
    everywhere: bool = False
    equivalent: str = ""

    def mutated(self) -> str:
        """The whole file, broken.

        Raises:
            ValueError: the text is not there, or stands in several places.
        """
        original = (PROJECT_DIR / self.file).read_text(encoding="utf-8")
        pattern = re.compile(r"\s+".join(re.escape(word) for word in self.text.split()))
        found = len(pattern.findall(original))
        if found == 0 or (found > 1 and not self.everywhere):
            raise ValueError(f"{self.file}: {self.text!r} stands {found} times; adapt the list.")
        return pattern.sub(lambda _: self.replacement, original)
