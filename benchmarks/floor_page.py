"""The floor: a button and nothing else, under Streamlit's defaults."""

import streamlit as st

st.button("Rerun")
