"""The pages of both sites: what each holds, in the words of `english_site` and `english_admin`.

Owns no HTTP: values in, markup out.
"""
