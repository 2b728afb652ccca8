"""All wording: what verdicts and findings look like to people and to programs."""
