"""Ce qu'on a demandé, dans l'ordre : le serveur répond à chaque demande, la plus ancienne d'abord.

Une image à la fois : sur une liaison lente, ce qui se dit passe entre elles.
"""

from collections import deque

from chatroom.protocol.messages import Ask, GetImage, GetPage, Join, ListRooms

Asked = Join | GetPage | GetImage | ListRooms | Ask


class Questions:
    def __init__(self) -> None:
        self._asked: deque[Asked] = deque()
        self._wanted: deque[GetImage] = deque()

    def ask(self, request: Asked) -> list[Asked]:
        """Ce qui peut partir : cette demande, sauf si c'est une image de plus."""
        if isinstance(request, GetImage) and any(isinstance(one, GetImage) for one in self._asked):
            self._wanted.append(request)
            return []
        self._asked.append(request)
        return [request]

    def expect(self, request: Asked) -> None:
        """Le serveur y répondra d'abord, sans qu'on le demande."""
        self._asked.appendleft(request)

    def oldest(self) -> Asked | None:
        return self._asked[0] if self._asked else None

    def settle(self) -> list[Asked]:
        """La plus ancienne a sa réponse ; ce qui peut partir à sa place."""
        if self._asked and isinstance(self._asked.popleft(), GetImage) and self._wanted:
            return self.ask(self._wanted.popleft())
        return []

    def rooms(self) -> set[str | int]:
        """Les salons dont on attend quelque chose."""
        return {getattr(one, "room", 0) for one in (*self._asked, *self._wanted)}

    def clear(self) -> None:
        self._asked.clear()
        self._wanted.clear()
