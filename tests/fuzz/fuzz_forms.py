"""Coverage-guided fuzzing of the bodies of forms: fields or a bad request, within the limits."""

import sys
from urllib.parse import urlencode

import atheris

with atheris.instrument_imports(include=["gotrdns.web.forms", "urllib.parse"]):
    from starlette.exceptions import HTTPException

    from gotrdns.web.forms import decode_fields


def read_body(data: bytes) -> None:
    """What is read means the same when it is written again."""
    try:
        fields = decode_fields(data)
    except HTTPException as error:
        if error.status_code != 400:
            raise
        return
    if len(fields) > 100 or sum(map(len, fields)) > len(data):
        raise ValueError(len(fields))
    if decode_fields(urlencode(fields).encode()) != fields:
        raise ValueError(fields)


atheris.Setup(sys.argv, read_body)
atheris.Fuzz()
