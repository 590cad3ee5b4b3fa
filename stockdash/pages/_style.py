"""The pages' own CSS, as Streamlit takes it."""

from pathlib import Path

STYLE = f"<style>{Path(__file__).with_name('page.css').read_text(encoding='utf-8')}</style>"
