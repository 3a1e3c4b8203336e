"""What people see: one Streamlit page a file, and the few parts that pages share."""
