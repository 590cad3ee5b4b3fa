from stockdash.pages._plugin_news import news_html
from stockdash.registry import Blocked, Catalog, Failure, Restart

HOSTILE = "<img src=x onerror=alert(1)>"


def test_nothing_to_tell_is_nothing() -> None:
    assert news_html(Catalog()) == ""


def test_a_failure_is_told_with_reason_and_cure() -> None:
    html = news_html(Catalog(failures=[Failure("lines", "1.0", "ImportError: no x", "acme", "Install x.")]))
    for part in ("<b>lines</b> of acme 1.0 could not be loaded", "ImportError: no x", "Install x."):
        assert part in html


def test_a_long_reason_is_cut_and_kept_whole_in_its_tooltip() -> None:
    html = news_html(Catalog(failures=[Failure("lines", "1.0", "x" * 500)]))
    assert f'title="{"x" * 500}"' in html
    assert f">{'x' * 200}…<" in html


def test_what_is_kept_out_stands_in_one_line_for_each_reason() -> None:
    blocked = [
        Blocked("a", "1", "blocked by X"),
        Blocked("b", "2", "blocked by X", "rsi"),
        Blocked("c", "3", "not among Y"),
    ]
    html = news_html(Catalog(blocked=blocked))
    assert "<b>Blocked by X:</b> a 1, rsi of b" in html
    assert "<b>Not among Y:</b> c 3" in html


def test_restarts_and_slow_ones_are_told() -> None:
    slow = [Failure("lines", "1.0", "took 3.0 s to import, 1 s is the limit", "acme")]
    html = news_html(Catalog(slow=slow, restarts=[Restart("acme", "1.0", "2.0")]))
    assert "acme 2.0 is installed, 1.0 is running: restart to use it." in html
    assert "<b>acme 1.0</b> lines took 3.0 s to import" in html


def test_everything_is_escaped() -> None:
    bad = Failure(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    catalog = Catalog(
        failures=[bad],
        slow=[bad],
        blocked=[Blocked(HOSTILE, HOSTILE, HOSTILE)],
        restarts=[Restart(HOSTILE, HOSTILE, "")],
    )
    assert "<img" not in news_html(catalog)
