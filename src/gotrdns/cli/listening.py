"""Where the settings have a daemon listen, as ``--check-settings`` lists it."""

from collections.abc import Iterator, Mapping

from gotrdns.protocols.places import PlaceSettings


def places_listed(sections: Mapping[str, PlaceSettings]) -> Iterator[str]:
    """A line for each place, by the section that names it."""
    heading = "listening"
    for name, section in sections.items():
        for place in section.listen:
            yield f"{heading:9}  {name:7}  {place}"
            heading = ""
