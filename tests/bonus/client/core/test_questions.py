"""Ce qu'on a demandé, et ce qui peut partir."""

from chatroom.client.core.questions import Questions
from chatroom.protocol.messages import GetImage, GetPage, Join, ListRooms


def test_the_oldest_is_answered_first() -> None:
    questions = Questions()
    assert questions.oldest() is None
    assert questions.settle() == []
    assert questions.ask(ListRooms("")) == [ListRooms("")]
    assert questions.ask(Join("salon", 0)) == [Join("salon", 0)]
    questions.expect(GetPage(7, 1, 0))
    assert questions.rooms() == {"", "salon", 7}
    for asked in (GetPage(7, 1, 0), ListRooms(""), Join("salon", 0)):
        assert questions.oldest() == asked
        assert questions.settle() == []
    assert questions.oldest() is None


def test_pictures_are_asked_one_at_a_time() -> None:
    questions = Questions()
    assert questions.ask(GetImage(7, 1)) == [GetImage(7, 1)]
    assert questions.ask(GetImage(8, 2)) == []
    assert questions.ask(GetImage(9, 3)) == []
    assert questions.ask(ListRooms("")) == [ListRooms("")]
    assert questions.rooms() == {7, 8, 9, ""}
    assert questions.settle() == [GetImage(8, 2)]
    assert questions.oldest() == ListRooms("")
    assert questions.settle() == []
    assert questions.settle() == [GetImage(9, 3)]
    questions.clear()
    assert questions.rooms() == set()
    assert questions.ask(GetImage(7, 1)) == [GetImage(7, 1)]
