import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockdash.pages._looks import WIDTHS, Look, read_looks, write_looks

looks = st.builds(
    Look,
    color=st.none() | st.from_regex(r"#[0-9a-f]{6}", fullmatch=True),
    width=st.none() | st.sampled_from(WIDTHS),
    visible=st.none() | st.booleans(),
).filter(lambda look: look != Look())


@given(styles=st.dictionaries(st.text(min_size=1, max_size=20), looks, max_size=5), hidden=st.booleans())
def test_a_link_says_every_look(styles: dict[str, Look], *, hidden: bool) -> None:
    read = read_looks(write_looks(styles, hidden=hidden))
    assert (read.styles, read.hidden, read.wrong) == (styles, hidden, [])


def test_a_link_says_only_what_is_different() -> None:
    styles = {"rsi": Look("#ff8800", 2, visible=False), "signal": Look(width=3), "same": Look()}
    assert write_looks(styles, hidden=True) == ("-rsi.ff8800.2.off", "-signal.3", "-.off")


@given(parts=st.lists(st.text(max_size=30).map("-{}".format), max_size=5))
def test_nothing_in_a_link_can_fail(parts: list[str]) -> None:
    read_looks(parts)


@pytest.mark.parametrize(
    "part",
    ["-rsi", "-rsi.", "-rsi.5", "-rsi.0", "-rsi.red", "-rsi.fff", "-rsi.1.2", "-rsi.off.on", "-.2", "-", "-r.url(x)"],
)
def test_what_makes_no_sense_is_named_and_left_out(part: str) -> None:
    read = read_looks([part, "-other.2"])
    assert (read.styles, read.hidden, read.wrong) == ({"other": Look(width=2)}, False, [part])


def test_a_link_has_no_more_looks_than_an_indicator_could_need() -> None:
    assert len(read_looks([f"-o{at}.2" for at in range(500)]).styles) == 64
