"""The pages, and the way from one to another."""

import streamlit as st

from stockdash.pages._session import leave


def pages() -> list[st.Page]:
    """Give the pages in the order of the menu, the one that opens first at its head."""
    return [
        st.Page(_chart, title="Chart", default=True),
        st.Page(_plugins, title="Plugins", url_path="plugins"),
        st.Page(_data, title="Data", url_path="data"),
    ]


def to_chart() -> None:
    """Go to the chart."""
    st.switch_page(pages()[0])


# Each page is imported when it is first opened: the chart need not wait for what the others load.


def _chart() -> None:
    from stockdash.pages import chart  # noqa: PLC0415

    chart.page()


def _plugins() -> None:
    from stockdash.pages import plugins  # noqa: PLC0415

    leave()
    plugins.page()


def _data() -> None:
    from stockdash.pages import data  # noqa: PLC0415

    leave()
    data.page()
