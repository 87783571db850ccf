"""The public registers of companies: which one to ask about a number, and what each of them answers, read into one shape.

One file a register, and none of those knows a network; `client` is the only way out, `asking` puts the two together.
"""
