from stockdash.registry import load_catalog


def test_everything_that_is_installed_here_is_what_it_is_listed_as() -> None:
    catalog = load_catalog()
    assert {catalog.find(name).id for name in catalog.listings} == set(catalog.listings)
    assert catalog.failures == ()
