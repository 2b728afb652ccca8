"""What each metric says, in one sentence: for Prometheus and for the documentation."""

from collections.abc import Mapping
from typing import Final

METRICS: Final[Mapping[str, str]] = {
    "gotrdns_build_info": "Always 1; which version runs, and on which Python.",
    "gotrdns_start_time_seconds": "When the daemon started, in seconds since 1970.",
    "gotrdns_uptime_seconds": "Seconds since the daemon started.",
    "gotrdns_ready": "1 while /readyz says yes: it listens, and its resolver answers.",
    "gotrdns_mode": "1 for the mode that the policy is in.",
    "gotrdns_alarm": "1 for each alarm that is on.",
    "gotrdns_decisions_total": (
        "Decisions, by what they were. Result and cause are empty where a client needed no "
        "look-up; withheld is what the mode observe would have done in earnest, empty for nothing."
    ),
    "gotrdns_confirmations": (
        "Clients whose repair every authoritative server confirmed within the hour. How often that "
        'decided against the resolver is in gotrdns_decisions_total, rule="repair-seen".'
    ),
    "gotrdns_decision_duration_seconds": (
        "How long decisions took. Those that had to wait for nothing count as 0."
    ),
    "gotrdns_lookup_decision_duration_seconds": (
        "How long those decisions took that had to wait for a look-up."
    ),
    "gotrdns_listener_up": "1 for each place that is listened at, 0 for one that cannot be had.",
    "gotrdns_connections": "Mail servers' connections that are open.",
    "gotrdns_connections_limit": "The most connections at once, from the settings.",
    "gotrdns_workers": "Processes that answer for this one; 0 where it answers by itself.",
    "gotrdns_workers_ended_total": "Such processes that ended unasked, and were replaced.",
    "gotrdns_connections_closed_total": "Connections that were not kept, by why.",
    "gotrdns_junk_total": "Octets from connections that were no request, by what they were.",
    "gotrdns_resolver_reachable": (
        "1 while control questions are answered, or none had to be asked."
    ),
    "gotrdns_resolver_trust": "1 for how far the resolver is believed: sound, suspect or lying.",
    "gotrdns_resolver_trust_changes_total": (
        "How often belief in the resolver changed, by what it became."
    ),
    "gotrdns_breaker_alarming": (
        "1 while so many networks are in DNS trouble that control questions are asked."
    ),
    "gotrdns_breaker_networks": "Networks (/24, /48) that clients came from in five minutes.",
    "gotrdns_breaker_networks_troubled": ("Those of these networks that DNS gave no answer about."),
    "gotrdns_resolver_questions_total": "Questions sent to resolvers, repetitions included.",
    "gotrdns_resolver_answers_total": "Answers that came from resolvers.",
    "gotrdns_resolver_retries_total": "Questions that were asked again.",
    "gotrdns_resolver_timeouts_total": "Attempts that got no answer in time.",
    "gotrdns_resolver_forged_total": "Replies with a wrong id or question.",
    "gotrdns_resolver_malformed_total": "Replies that could not be read.",
    "gotrdns_resolver_truncated_total": "Replies that were cut, and asked for again over TCP.",
    "gotrdns_resolver_errors_total": (
        "Questions that ended without a usable answer, by how: servfail, refused, timeout, "
        "unproven, or unreachable where the resolver is the trouble."
    ),
    "gotrdns_resolver_server_questions_total": "Questions sent to each resolver.",
    "gotrdns_resolver_server_answers_total": "Answers that came from each resolver.",
    "gotrdns_resolver_server_timeouts_total": "Attempts that each resolver left unanswered.",
    "gotrdns_resolver_server_suspect": (
        "1 for a resolver that was silent lately and is asked after the others."
    ),
    "gotrdns_cache_hits_total": "Questions that were answered from memory.",
    "gotrdns_cache_misses_total": "Questions that memory did not answer.",
    "gotrdns_cache_entries": "Answers remembered.",
    "gotrdns_cache_capacity": "The most answers remembered, from the settings.",
    "gotrdns_store_in_trouble": "1 while the database is out of reach.",
    "gotrdns_store_queue_depth": "Writes that wait for the database.",
    "gotrdns_store_queue_capacity": "The most writes that wait, from the settings.",
    "gotrdns_store_written_total": "Writes that the database has taken.",
    "gotrdns_store_errors_total": "Attempts to use the database that failed.",
    "gotrdns_store_losses_total": "Writes that were dropped.",
    "gotrdns_store_batch_duration_seconds": "How long the latest batch of writes took.",
}

# What prometheus-client itself tells of the process, on Linux.
PROCESS: Final[Mapping[str, str]] = {
    "process_cpu_seconds_total": "CPU time, of user and system.",
    "process_max_fds": "The most files that may be open.",
    "process_open_fds": "Files that are open.",
    "process_resident_memory_bytes": "Memory in use.",
    "process_start_time_seconds": "When the process started, in seconds since 1970.",
    "process_virtual_memory_bytes": "Address space in use.",
}
