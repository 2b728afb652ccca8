"""The pages: for whoever was refused, and for the administrator.

A process of its own, which serves HTTP. Whatever happens here, mail flows: nothing of the mail path
imports this room or waits for it.
"""
