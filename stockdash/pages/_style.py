"""The pages' own CSS, as Streamlit takes it."""

from pathlib import Path

_FILES = ("page.css", "navigation.css")

STYLE = "<style>" + "".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in _FILES) + "</style>"
