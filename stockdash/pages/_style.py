"""The page's own CSS, beside what Streamlit's theme says."""

STYLE = """<style>
.sd-head { display: flex; flex-wrap: wrap; gap: .25rem 2rem; align-items: baseline; min-height: 3.4rem; }
.sd-head h1 { font-size: 1.75rem; padding: 0; margin: 0; line-height: 1.1; }
</style>"""
