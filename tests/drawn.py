"""What more than one file of tests draws its examples from."""

from __future__ import annotations

from hypothesis import strategies as st

MEASURED = st.fixed_dictionaries(
    {},
    optional={
        "hb": st.floats(20, 200),
        "anc": st.floats(0, 20),
        "plt": st.floats(0, 800),
        "retic": st.floats(0, 300),
    },
)
"""Some of the values on which a response depends, in the course's units."""
