"""Faults to plant, each alone, in a host that is otherwise in order."""

from collections.abc import Callable

import msgspec

from gotrdns.doctor.host import NoSuchCommand, Room
from gotrdns.lookup import Outcome
from gotrdns.reports.examination import Fault
from gotrdns.reports.status import Remark, Trouble
from gotrdns.resolution.inspecting import Heard
from gotrdns.store.inspecting import Integrity, Schema, StoreCondition
from tests.unit.doctor.hosts import (
    CALL,
    CONTROL,
    COPY,
    MAIL_LOG,
    NOW,
    OURS,
    QUEUE,
    RESOLVER,
    SETTINGS,
    SETTINGS_TEXT,
    SOCKET,
    STATUS,
    WORLD,
    FakeHost,
    directory_status,
    listeners,
    log_of,
)

SILENT = Heard(Outcome.TIMEOUT)
SECOND = "127.0.0.2:53"


def call(attributes: str) -> str:
    return CALL.format(place="unix:private/gotrdns", attributes=attributes)


def settings(host: FakeHost, text: str) -> None:
    host.files[SETTINGS] = text


def two_resolvers(host: FakeHost) -> None:
    settings(host, SETTINGS_TEXT.replace('["127.0.0.1"]', '["127.0.0.1", "127.0.0.2"]'))
    server = STATUS.resolver.servers[0]
    servers = (server, msgspec.structs.replace(server, address=SECOND))
    resolver = msgspec.structs.replace(STATUS.resolver, servers=servers)
    host.tell(msgspec.structs.replace(STATUS, resolver=resolver))


def without_settings(host: FakeHost) -> None:
    del host.files[SETTINGS]


def with_wrong_settings(host: FakeHost) -> None:
    settings(host, '[policy]\nmode = "stricter"\n')


def without_daemon(host: FakeHost) -> None:
    host.sockets[CONTROL] = ConnectionRefusedError(111, "Connection refused")


def with_strange_daemon(host: FakeHost) -> None:
    host.sockets[CONTROL] = b'{"version":"9"}\n'


def with_other_version(host: FakeHost) -> None:
    host.tell(msgspec.structs.replace(STATUS, version="0.0.1"))


def with_other_mode(host: FakeHost) -> None:
    host.tell(msgspec.structs.replace(STATUS, mode="observe"))


def with_hindered_daemon(host: FakeHost) -> None:
    remark = Remark(Trouble.RESOLVER_UNREACHABLE, RESOLVER)
    host.tell(msgspec.structs.replace(STATUS, wrong=(remark,)))


def with_troubled_daemon(host: FakeHost) -> None:
    remark = Remark(Trouble.STORE_FAILED, "disk full")
    host.tell(msgspec.structs.replace(STATUS, wrong=(remark,)))


def without_socket(host: FakeHost) -> None:
    del host.sockets[f"unix:{SOCKET}"]
    del host.statuses[SOCKET]


def with_dead_socket(host: FakeHost) -> None:
    host.sockets[f"unix:{SOCKET}"] = ConnectionRefusedError(111, "Connection refused")


def with_strange_socket(host: FakeHost) -> None:
    host.sockets[f"unix:{SOCKET}"] = b"220 mx ESMTP\r\n"


def with_forbidden_socket(host: FakeHost) -> None:
    host.statuses[QUEUE / "private"] = directory_status(0o700, owner=0)


def without_postfix(host: FakeHost) -> None:
    host.postconf = NoSuchCommand("postconf")


def not_asking(host: FakeHost) -> None:
    host.main["smtpd_milters"] = ""
    host.main["smtpd_client_restrictions"] = "check_policy_service inet:127.0.0.1:10023"


def with_unasked_port(host: FakeHost) -> None:
    options = "-o smtpd_client_restrictions= -o smtpd_milters="
    host.master += f"192.0.2.1:25 inet n - y - - smtpd {options}\n"
    host.overrides += "192.0.2.1:25/inet/smtpd_client_restrictions =\n"
    host.overrides += "192.0.2.1:25/inet/smtpd_milters =\n"


def asking_elsewhere(host: FakeHost) -> None:
    settings(host, SETTINGS_TEXT + '[postfix]\nlisten = ["inet:127.0.0.1:10033"]\n')
    host.sockets["inet:127.0.0.1:10033"] = b"action=DUNNO\n\n"
    host.main["smtpd_milters"] = ""
    told = listeners("inet:127.0.0.1:10033")
    host.tell(msgspec.structs.replace(STATUS, listeners=told))


def with_short_timeout(host: FakeHost) -> None:
    host.main["smtpd_client_restrictions"] = OURS.replace("15s", "8s")


def with_default_timeout(host: FakeHost) -> None:
    host.main["smtpd_client_restrictions"] = OURS.replace("timeout=15s, ", "")


def without_default_action(host: FakeHost) -> None:
    host.main["smtpd_client_restrictions"] = call("timeout=15s, try_limit=1")


def without_try_limit(host: FakeHost) -> None:
    host.main["smtpd_client_restrictions"] = call("timeout=15s, default_action=dunno")


def rejecting_early(host: FakeHost) -> None:
    host.main["smtpd_delay_reject"] = "no"


def checking_twice(host: FakeHost) -> None:
    host.main["smtpd_sender_restrictions"] = "reject_unknown_client_hostname"


def warning_too(host: FakeHost) -> None:
    host.main["smtpd_sender_restrictions"] = "warn_if_reject reject_unknown_client_hostname"


def with_short_milter_timeout(host: FakeHost) -> None:
    host.main["milter_command_timeout"] = "5s"


def with_unsafe_milter(host: FakeHost) -> None:
    host.main["milter_default_action"] = "tempfail"


def without_copy(host: FakeHost) -> None:
    del host.files[COPY]


def with_stale_copy(host: FakeHost) -> None:
    host.files[COPY] = "nameserver 127.0.0.99\n"


def listed_twice(host: FakeHost) -> None:
    text = SETTINGS_TEXT.replace('["127.0.0.1"]', '["127.0.0.1", "127.0.0.1:53"]')
    settings(host, text)
    resolver = msgspec.structs.replace(STATUS.resolver, servers=(STATUS.resolver.servers[0],) * 2)
    host.tell(msgspec.structs.replace(STATUS, resolver=resolver))


def with_silent_resolver(host: FakeHost) -> None:
    host.answer(RESOLVER, control=SILENT)


def with_silent_first(host: FakeHost) -> None:
    two_resolvers(host)
    host.answer(RESOLVER, control=Heard(Outcome.UNREACHABLE))


def with_silent_second(host: FakeHost) -> None:
    two_resolvers(host)
    host.answer(SECOND, control=SILENT)


def with_refusing_resolver(host: FakeHost) -> None:
    host.answer(RESOLVER, control=Heard(Outcome.REFUSED, 0.001))


def without_recursion(host: FakeHost) -> None:
    host.answer(RESOLVER, control=Heard(Outcome.FOUND, 0.001))


def with_cut_off_resolver(host: FakeHost) -> None:
    host.answer(RESOLVER, fresh=Heard(Outcome.SERVFAIL, 0.001, recursive=True))


def with_inventive_resolver(host: FakeHost) -> None:
    host.answer(RESOLVER, fresh=Heard(Outcome.FOUND, 0.001, recursive=True))


def with_slow_resolver(host: FakeHost) -> None:
    host.answer(RESOLVER, fresh=Heard(Outcome.NXDOMAIN, 2.5, recursive=True))


def stripping_soa(host: FakeHost) -> None:
    host.answer(RESOLVER, nodata=Heard(Outcome.UNPROVEN, 0.001, recursive=True))


def not_validating(host: FakeHost) -> None:
    host.answer(RESOLVER, signed=Heard(Outcome.FOUND, 0.001, recursive=True, signed=True))


def stripping_signatures(host: FakeHost) -> None:
    host.answer(RESOLVER, signed=Heard(Outcome.FOUND, 0.001, recursive=True))


def with_remote_resolver(host: FakeHost) -> None:
    settings(host, SETTINGS_TEXT.replace("127.0.0.1", "192.0.2.53"))
    server = msgspec.structs.replace(STATUS.resolver.servers[0], address="192.0.2.53:53")
    resolver = msgspec.structs.replace(STATUS.resolver, servers=(server,))
    host.tell(msgspec.structs.replace(STATUS, resolver=resolver))


def behind_a_bridge(host: FakeHost) -> None:
    host.files[MAIL_LOG] = log_of(*["172.17.0.1"] * 40, "127.0.0.1")


def behind_one_host(host: FakeHost) -> None:
    host.files[MAIL_LOG] = log_of(*["81.20.31.1"] * 40)


def behind_nat(host: FakeHost) -> None:
    host.main["inet_protocols"] = "ipv4"
    host.main["smtp_bind_address"] = "192.168.1.25"


def without_ptr(host: FakeHost) -> None:
    host.world = WORLD.replace("ip6.arpa. PTR mail", "ip6.arpa. PTR other")


def with_short_helo(host: FakeHost) -> None:
    host.main["smtp_helo_name"] = "mail"


def with_unknown_helo(host: FakeHost) -> None:
    host.main["smtp_helo_name"] = "mx.nowhere.example"


def with_different_helo(host: FakeHost) -> None:
    host.main["smtp_helo_name"] = "web.business.example"
    host.world += "web.business.example. A 81.20.30.10\n"


def keeping_nothing(host: FakeHost) -> None:
    settings(host, SETTINGS_TEXT + '[store]\nurl = "none"\n')
    host.tell(
        msgspec.structs.replace(STATUS, store=msgspec.structs.replace(STATUS.store, place=""))
    )


def without_store(host: FakeHost) -> None:
    host.store = FileNotFoundError()


def with_unusable_store(host: FakeHost) -> None:
    host.store = StoreCondition(unusable="file is not a database")


def with_newer_store(host: FakeHost) -> None:
    host.store = StoreCondition(schema=Schema.NEWER, schema_words="9 is newer")


def with_older_store(host: FakeHost) -> None:
    host.store = StoreCondition(schema=Schema.OLDER, schema_words="1 is older")


def with_read_only_store(host: FakeHost) -> None:
    host.store = StoreCondition(refuses_writes="attempt to write a readonly database")


def with_damaged_store(host: FakeHost) -> None:
    host.store = StoreCondition(integrity=Integrity.DAMAGED, damage="row 7 missing from index")


def in_1970(host: FakeHost) -> None:
    host.time = 86_400.0


def behind_its_rows(host: FakeHost) -> None:
    host.store = StoreCondition(newest=NOW + 3600)


def unsynchronised(host: FakeHost) -> None:
    host.synchronised = False


def full(host: FakeHost) -> None:
    host.rooms[QUEUE] = Room(1, 100 << 30, 1 << 20, 1_000_000, 900_000)


def nearly_full(host: FakeHost) -> None:
    host.rooms[QUEUE] = Room(1, 100 << 30, 300 << 20, 1_000_000, 900_000)


def without_inodes(host: FakeHost) -> None:
    host.rooms[QUEUE] = Room(1, 100 << 30, 50 << 30, 1_000_000, 3)


PLANTED: dict[Fault, Callable[[FakeHost], None]] = {
    Fault.SETTINGS_MISSING: without_settings,
    Fault.SETTINGS_WRONG: with_wrong_settings,
    Fault.DAEMON_SILENT: without_daemon,
    Fault.DAEMON_STRANGE: with_strange_daemon,
    Fault.DAEMON_OTHER_VERSION: with_other_version,
    Fault.DAEMON_OTHER_SETTINGS: with_other_mode,
    Fault.DAEMON_HINDERED: with_hindered_daemon,
    Fault.DAEMON_TROUBLED: with_troubled_daemon,
    Fault.SOCKET_MISSING: without_socket,
    Fault.SOCKET_DEAD: with_dead_socket,
    Fault.SOCKET_STRANGE: with_strange_socket,
    Fault.SOCKET_FORBIDDEN: with_forbidden_socket,
    Fault.POSTFIX_MISSING: without_postfix,
    Fault.POSTFIX_DOES_NOT_ASK: not_asking,
    Fault.POSTFIX_PORT_UNASKED: with_unasked_port,
    Fault.POSTFIX_ASKS_ELSEWHERE: asking_elsewhere,
    Fault.POLICY_TIMEOUT_SHORT: with_short_timeout,
    Fault.POLICY_TIMEOUT_LONG: with_default_timeout,
    Fault.POLICY_DEFAULT_ACTION_UNSAFE: without_default_action,
    Fault.POLICY_TRIED_AGAIN: without_try_limit,
    Fault.POSTFIX_REJECTS_EARLY: rejecting_early,
    Fault.POSTFIX_CHECKS_TWICE: checking_twice,
    Fault.POSTFIX_WARNS_TOO: warning_too,
    Fault.MILTER_TIMEOUT_SHORT: with_short_milter_timeout,
    Fault.MILTER_DEFAULT_ACTION_UNSAFE: with_unsafe_milter,
    Fault.CHROOT_RESOLV_CONF_MISSING: without_copy,
    Fault.CHROOT_RESOLV_CONF_STALE: with_stale_copy,
    Fault.RESOLVER_LISTED_TWICE: listed_twice,
    Fault.RESOLVER_SILENT: with_silent_resolver,
    Fault.RESOLVER_FIRST_SILENT: with_silent_first,
    Fault.RESOLVER_OTHER_SILENT: with_silent_second,
    Fault.RESOLVER_REFUSES: with_refusing_resolver,
    Fault.RESOLVER_NOT_RECURSIVE: without_recursion,
    Fault.RESOLVER_DOES_NOT_RESOLVE: with_cut_off_resolver,
    Fault.RESOLVER_INVENTS: with_inventive_resolver,
    Fault.RESOLVER_SLOW: with_slow_resolver,
    Fault.RESOLVER_STRIPS_SOA: stripping_soa,
    Fault.RESOLVER_DOES_NOT_VALIDATE: not_validating,
    Fault.RESOLVER_STRIPS_DNSSEC: stripping_signatures,
    Fault.RESOLVER_REMOTE: with_remote_resolver,
    Fault.CLIENTS_HIDDEN: behind_a_bridge,
    Fault.CLIENTS_ONE_ADDRESS: behind_one_host,
    Fault.SENDING_BEHIND_NAT: behind_nat,
    Fault.SENDING_UNCONFIRMED: without_ptr,
    Fault.SENDING_HELO_UNQUALIFIED: with_short_helo,
    Fault.SENDING_HELO_UNRESOLVABLE: with_unknown_helo,
    Fault.SENDING_HELO_DIFFERS: with_different_helo,
    Fault.STORE_NONE: keeping_nothing,
    Fault.STORE_MISSING: without_store,
    Fault.STORE_UNUSABLE: with_unusable_store,
    Fault.STORE_NEWER: with_newer_store,
    Fault.STORE_OLDER: with_older_store,
    Fault.STORE_READ_ONLY: with_read_only_store,
    Fault.STORE_DAMAGED: with_damaged_store,
    Fault.CLOCK_ABSURD: in_1970,
    Fault.CLOCK_BEHIND: behind_its_rows,
    Fault.CLOCK_UNSYNCHRONISED: unsynchronised,
    Fault.DISK_FULL: full,
    Fault.DISK_LOW: nearly_full,
    Fault.DISK_INODES_LOW: without_inodes,
}
