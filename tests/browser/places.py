"""A page that the browser tests look at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A page: whose, which URL name, which objects of the world, what follows; `shot`: its picture's name."""

    user: str
    name: str
    of: str = ""
    query: str = ""
    shot: str = ""
    status: int = 200
    tablet_shot: str = ""

    @property
    def words(self) -> str:
        return f"{self.user or 'nobody'}-{self.name}{'-' + self.of if self.of else ''}{self.query}"
