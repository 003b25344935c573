"""What of a text is compared: its sense survives case, punctuation and script, and short or other contents are left out."""

from licet.core.case import ImageContent, TableContent, TextContent
from licet.core.likeness import LONGEST, SHORTEST, Alike, features_of
from licet.stats.near import jaccard


def like(one: str, other: str) -> float:
    return jaccard(features_of(TextContent(text=one)), features_of(TextContent(text=other)))


def test_case_punctuation_and_white_space_are_no_difference_and_another_request_is_one() -> None:
    assert like("My card has not arrived yet.", "  my CARD has not arrived, yet!") == 1.0
    assert like("What is the exchange rate on my purchase?", "What is the exchange rate on that purchase?") > 0.7
    assert like("My card has not arrived yet.", "My transfer has not arrived yet.") < 0.7


def test_texts_of_any_script_are_compared() -> None:
    """Breaks when a feature is a byte, a Latin letter or a word between spaces."""
    assert like("لم تصل بطاقتي الجديدة حتى الآن", "لم تصل بطاقتي الجديدة حتى الآن؟") == 1.0
    assert like("הכרטיס החדש שלי עדיין לא הגיע", "אני רוצה לסגור את החשבון שלי") < 0.3
    assert like("我的新卡还没有寄到我家里来", "我的新卡还没有寄到我家里来。") == 1.0


def test_short_texts_tables_and_pictures_have_no_features_and_long_texts_a_limit() -> None:
    short = "a" * (SHORTEST - 1)
    picture = ImageContent(data=b"x", media_type="image/png")
    nothing = (TextContent(text=short), TextContent(text=""), TableContent(cells={"a": short * 9}), picture)
    assert [features_of(content).size for content in nothing] == [0, 0, 0, 0]
    text = "".join(chr(97 + k % 26) + str(k) for k in range(400_000))
    assert features_of(TextContent(text=text)).size <= LONGEST


def test_a_reader_is_warned_of_repetitions_only() -> None:
    assert Alike(alike=0, sealed=10, others=20).warning == ()
    assert "3 of 10 sealed cases nearly repeat one of 20 cases" in Alike(alike=3, sealed=10, others=20).warning[0]
