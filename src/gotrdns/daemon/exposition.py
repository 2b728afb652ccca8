"""The metrics as Prometheus reads them.

Imports prometheus-client, so it is itself imported late.
"""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from gotrdns.daemon import metrics
from gotrdns.daemon.tally import BOUNDS
from gotrdns.daemon.vitals import Vitals
from gotrdns.reports.english_metrics import METRICS as WORDS

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
_BOUNDS: Final = [*map(floatToGoString, BOUNDS), "+Inf"]


class _Gotrdns(Collector):
    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals

    def collect(self) -> Iterator[Metric]:
        for metric in metrics.METRICS:
            yield _family(metric, self._vitals)


def expose(vitals: Vitals) -> bytes:
    """Every metric, in the text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Gotrdns(vitals))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def _family(metric: metrics.Metric | metrics.Histogram, vitals: Vitals) -> Metric:
    words = WORDS[metric.exposed_name]
    if isinstance(metric, metrics.Histogram):
        spread = metric.read(vitals)
        counts = spread.durations.cumulative(spread.immediate)
        histogram = HistogramMetricFamily(metric.name, words)
        histogram.add_metric([], list(zip(_BOUNDS, counts, strict=True)), spread.durations.seconds)
        return histogram
    kind = CounterMetricFamily if metric.kind is metrics.Kind.COUNTER else GaugeMetricFamily
    family = kind(metric.name, words, labels=metric.labels)
    for labels, value in metric.read(vitals):
        family.add_metric(labels, value)
    return family
