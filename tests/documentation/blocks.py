"""The code blocks of README.md and docs/, and the commands in their running text."""

import re
from dataclasses import dataclass
from pathlib import Path

from customer_status.environment.layout import PROJECT_DIR

# A fence may be indented, as inside a list.
_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)
_QUOTED = re.compile(r"`(make [^`]+|\.venv/[^`]+)`")
# A here document belongs to the command above it.
_HERE = re.compile(r"<<-? *'?(\w+)'?")


@dataclass(frozen=True)
class Block:
    """One fenced block; ``number`` counts those of its page from 1."""

    page: str
    number: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.number}:{self.language}"

    def commands(self) -> list[str]:
        """The commands of a shell block, each as it would be pasted."""
        found, lines = [], iter(self.text.splitlines())
        for line in lines:
            if not line.strip():
                continue
            here = _HERE.search(line)
            while here and not line.endswith(f"\n{here[1]}"):
                line += f"\n{next(lines)}"
            found.append(line)
        return found


def pages() -> list[Path]:
    return [PROJECT_DIR / "README.md", *sorted((PROJECT_DIR / "docs").rglob("*.md"))]


def blocks(*languages: str) -> list[Block]:
    """Every block in one of these languages, or in any."""
    found = []
    for page in pages():
        name = page.relative_to(PROJECT_DIR).as_posix()
        for number, fence in enumerate(_FENCE.finditer(page.read_text(encoding="utf-8")), start=1):
            lines = fence["text"].splitlines()
            text = "\n".join(line.removeprefix(fence["indent"]) for line in lines)
            found.append(Block(name, number, fence["language"], text))
    return [block for block in found if not languages or block.language in languages]


def quoted_commands() -> set[str]:
    """Commands in the running text, such as `make run DATA=complete_journey`."""
    return {
        command
        for page in pages()
        for command in _QUOTED.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    }
