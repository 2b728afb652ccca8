"""What a mail server's log says about its clients and their reverse DNS: files in, answers out.

Lines are octets from strangers as much as from the mail server: whatever they hold, reading them
does no worse than counting them as unknown.
"""
