"""Why a client's reverse DNS is as it is, who can change it, and what they have to publish."""
