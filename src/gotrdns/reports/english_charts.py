"""The words of charts, in English."""

from typing import Final

MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
DAY: Final = "{day} {month}"
DAY_OF_YEAR: Final = "{day} {month} {year}"
YEAR: Final = "{year}"
TIME: Final = "{hour:02}:{minute:02}"
DAY_AND_TIME: Final = "{day}, {time}"

SPAN_MINUTES: Final = "in {count} minutes"
SPAN_HOURS: Final = "in {count} hours"
SPAN_HOUR: Final = "in an hour"
SPAN_DAY: Final = "in a day"
SPAN_WEEK: Final = "in a week"
SPAN_DAYS: Final = "in {count} days"

SAID: Final = "From {first} to {last} UTC: {totals}. At most {most} {span}, from {at} UTC."
SAID_NOTHING: Final = "From {first} to {last} UTC: nothing."
TOTAL_OF: Final = "{label} {count}"
GAP: Final = "no count kept"
FIGURES: Final = "The figures as a table"
FROM: Final = "From (UTC)"
