"""From names to classes: the naming schemes of the world, and the traps."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.classification import HostClass, ReasonKind, classify
from gotrdns.names import Address, DomainName

CLIENT = "85.105.64.87"


def class_of(address: str, name: str) -> str:
    return classify(Address.parse(address), DomainName.parse(name)).host_class.value


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (CLIENT, "85.105.64.87.dynamic.ttnet.net.tr"),
        (CLIENT, "p55694057.dip0.t-ipconnect.de"),
        (CLIENT, "c-85-105-64-87.hsd1.il.comcast.net"),
        (CLIENT, "lfbn-lyo-1-64-87.w85-105.abo.wanadoo.fr"),
        (CLIENT, "85-105-64-87.dynamic-ip.hinet.net"),
        (CLIENT, "85-105-64-87.hinet-ip.hinet.net"),
        (CLIENT, "dsl-85-105-64-87-dyn.prod-infinitum.com.mx"),
        (CLIENT, "55694057.bhz.virtua.com.br"),
        (CLIENT, "85-105-64-87.dsl.telesp.net.br"),
        (CLIENT, "abts-north-dynamic-087.64.105.85.airtelbroadband.in"),
        (CLIENT, "mx-ll-85.105.64-87.dynamic.3bb.co.th"),
        (CLIENT, "87.64.105.85.broad.sh.sh.dynamic.163data.com.cn"),
        (CLIENT, "c064087.ppp.isp.example"),
        (CLIENT, "softbank085105064087.bbtec.net"),
        (CLIENT, "p1234-ipngn200407osakachuo.osaka.ocn.ne.jp"),
        (CLIENT, "s01060024a1b2c3d4.vc.shawcable.net"),
        (CLIENT, "cpc12-seve23-2-0-cust55.13-3.cable.virginm.net"),
        (CLIENT, "h0002a5d76857.ne.client2.attbi.com"),
        (CLIENT, "ts15-087.dublin.isp.example"),
        (CLIENT, "cpe-191634.ip.isp.example"),
        (CLIENT, "87.64.105.85.in-addr.arpa"),
        (CLIENT, "hn.kd.ny.adsl"),
        (CLIENT, "dynamic.isp.example"),
        (CLIENT, "user-0ccebqv3.cable.isp.example"),
        (CLIENT, "85-105-64-87.isp.example"),
        ("2001:db8::1", "2001-db8--1.ipv6.isp.example"),
        (CLIENT, "s0106d3b47e976482.cg.isp.example"),
        (CLIENT, "h00045a2b3c4d.ne.isp.example"),
        (CLIENT, "h70n2fls32o321.isp.example"),
        (CLIENT, "dpc6682123456.isp.example"),
        (CLIENT, "bba762525.isp.net.ae"),
        (CLIENT, "si-16558-425541a.isp.example"),
        (CLIENT, "p684.as3.adl.dublin.isp.example"),
        (CLIENT, "pm8-92.fuse.isp.example"),
        (CLIENT, "host87.isp.net"),
        (CLIENT, "unassigned.isp.example"),
    ],
)
def test_lines_are_dynamic(address: str, name: str) -> None:
    assert class_of(address, name) == "dynamic"


@pytest.mark.parametrize(
    "name",
    [
        "dsl.static851056487.ttnet.net.tr",
        "87.64.105.85.static.isp.example",
        "dsl-85-105-64-87-sta.prod-infinitum.com.mx",
        "85-105-64-87.fixed.kpn.net",
        "85-105-64-87-static.hfc.comcastbusiness.net",
        "rrcs-85-105-64-87.nys.biz.rr.com",
        "b2b-85-105-64-87.isp.example",
        "red-corp-85.105.64.87.isp.example",
        "static.vnpt.vn",
        "z64l87.static.isp.example",
        "87.ip-85-105-64.eu",
        "ns388444.ip-85-105-64.eu",
        "static.87.64.105.85.clients.your-server.de",
        "ec2-85-105-64-87.us-east-2.compute.amazonaws.com",
        "87.64.105.85.bc.googleusercontent.com",
        "li123-87.members.linode.com",
        "vmi123456.contaboserver.net",
        "vps-87.arlenhost105.com",
        "h2338414.stratoserver.net",
        "server-85-105-64-87.isp.example",
        "server.abc.def.mybluehost.me",
        "85-105-64-87.mailplatform.example",
        "unassigned.psychz.net",
        "hosted-by.leaseweb.com",
        "server154.hosting.reg.ru",
        "64-87.hostedvm.isp.example",
        "85-105-64-87.empresas.net.br",
    ],
)
def test_static_lines_and_rented_machines_are_generic_but_not_dynamic(name: str) -> None:
    assert class_of(CLIENT, name) == "static-generic"


@pytest.mark.parametrize(
    "name",
    [
        "mail.eddorre.com",
        "mail-64-87.example.com",
        "mta-85-105-64-87.sendgrid.net",
        "mail-85-105-64-87.dynamic.example.com",
        "o1.ptr123.sendgrid.net",
        "m64-87.mailgun.net",
        "mx1.85-105-64-87.adsl.isp.example",
        "smtp.87.64.105.85.static.isp.example",
        "relay87.example.com",
        "out-64-87.example.com",
        "newsletter.example.com",
        "poczta.example.pl",
        "fed1rmmtao103.cox.net",
        "zimbra.example.fr",
        "mxpool10.example.com",
        "correio.example.br",
        "e64-87.em.example.com",
    ],
)
def test_a_mail_role_is_a_mail_host_whatever_else_the_name_says(name: str) -> None:
    assert class_of(CLIENT, name) == "mail-host"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("220.181.12.11", "m12-11.163.com"),
        ("206.46.173.5", "vms173005pub.verizon.net"),
        ("89.221.171.4", "cgn1srv4.ascio.net"),
        ("67.214.166.6", "registrations.cablenewsdirect.com"),
        ("61.219.99.1", "hinet-ip.hinet.net"),
        (CLIENT, "dynamics87.example.com"),
        (CLIENT, "aerodynamic.example.com"),
        (CLIENT, "ns87.fiber.example.com"),
        (CLIENT, "www.example.com"),
        (CLIENT, "srv-64-87.example.com"),
        (CLIENT, "alpha.exit0.org.1-254.64.105.85.in-addr.arpa"),
        (CLIENT, "copernicus.demon.co.uk"),
        (CLIENT, "vms173005pub.isp.net"),
        (CLIENT, "st43p00im-ztdg10063801.me.com"),
        (CLIENT, "abhmp0022.oracle.com"),
        (CLIENT, "crm762525.example.com"),
        (CLIENT, "host87.example.com"),
        (CLIENT, "s1.ar2.fra3.transit.example"),
        (CLIENT, "ar1-fra2.transit.example"),
        (CLIENT, "localhost"),
        (CLIENT, "."),
    ],
)
def test_chosen_names_are_not_dynamic(address: str, name: str) -> None:
    assert class_of(address, name) in {"other-host", "mail-host"}


def test_words_of_the_domain_are_not_the_hosts() -> None:
    assert class_of(CLIENT, "apollo.dynamic.com") == "other-host"
    assert class_of(CLIENT, "apollo.mail.com") == "mail-host"  # a platform


def test_hexadecimal_digits_are_no_words() -> None:
    found = classify(
        Address.parse("2001:db8:ded:bb:1:2:3:4"),
        DomainName.parse("2001-db8-ded-bb-1-2-3-4.isp.example"),
    )
    assert [reason.kind for reason in found.reasons] == [ReasonKind.GROUPS]
    assert found.host_class is HostClass.DYNAMIC


def test_perm_is_a_city_in_russia_and_permanent_elsewhere() -> None:
    assert class_of(CLIENT, "85-105-64-87.perm.iinet.net.au") == "static-generic"
    assert class_of(CLIENT, "85-105-64-87.perm.isp.ru") == "dynamic"


WORDS = """
    dyn dynamic adsl pool dhcp static business server vps cable host ip mx out gw ns web client
    alpha x 1 12 87 64-87 85-105-64-87 851056487 55694057 1234567 0ccebqv
"""
labels = st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=3).map("-".join)
domains = st.sampled_from(
    ["isp.example", "ttnet.net.tr", "sendgrid.net", "ovh.net", "a.hostingcompany.com", "co.uk"]
)
names = st.builds(lambda left, domain: ".".join([*left, domain]), st.lists(labels), domains)
clients = st.sampled_from([CLIENT, "203.57.241.12", "198.51.100.1", "2001:db8::87"])


@given(clients, names, st.sampled_from(["mail", "smtp", "mx", "mx1", "mta2", "relay", "out"]))
def test_a_mail_role_in_front_never_makes_a_name_dynamic(client: str, name: str, role: str) -> None:
    assert class_of(client, f"{role}.{name}") != "dynamic"


@given(clients, names)
def test_case_makes_no_difference(client: str, name: str) -> None:
    upper = DomainName.parse(name.upper())
    assert classify(Address.parse(client), upper) == classify(
        Address.parse(client), DomainName.parse(name)
    )


raw_labels = st.binary(min_size=1, max_size=20).map(bytes.lower)
plain_labels = st.text(string.ascii_lowercase + string.digits + "-_.", min_size=1, max_size=40)
any_address = (st.binary(min_size=4, max_size=4) | st.binary(min_size=16, max_size=16)).map(Address)


@given(any_address, st.lists(raw_labels | plain_labels.map(str.encode), max_size=5))
def test_any_name_has_a_class_a_confidence_and_a_reason(address: Address, raw: list[bytes]) -> None:
    wire = b"".join(bytes([len(label)]) + label for label in raw) + b"\x00"
    found = classify(address, DomainName(wire))
    assert 0 < found.confidence < 1
    assert found.reasons


@given(any_address)
def test_the_reverse_name_of_an_address_is_none_that_somebody_chose(address: Address) -> None:
    assert classify(address, address.reverse_name).host_class is HostClass.DYNAMIC
