"""Every page draws, and its buttons do what they say, without a browser (Streamlit's AppTest)."""
