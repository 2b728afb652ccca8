"""The vocabulary of host names: what providers and operators mean by the words they use.

Owns the words and nothing about what follows from them. A word is a run of letters; it is compared
whole, save for a few beginnings and endings that no other word has.
"""

import enum
import functools
import re
from typing import Final


class WordKind(enum.Enum):
    __hash__ = object.__hash__  # Enum would hash the name, in Python, for every word looked at.

    DYNAMIC = "dynamic"  # the provider says that the address changes
    ACCESS = "access"  # a line by which people reach the Internet, or what it ends at
    CUSTOMER = "customer"  # somebody's, without saying whose
    NEUTRAL = "neutral"  # an address or a host, nothing more
    STATIC = "static"  # the provider says that the address stays
    BUSINESS = "business"
    HOSTING = "hosting"  # a rented machine
    SERVER = "server"
    ROLE = "role"  # what an operator calls a machine by its task, other than mail
    MAIL = "mail"
    PERHAPS_MAIL = "perhaps-mail"  # or Mexico, a way out, a point of presence


_WORDS: Final = {
    WordKind.DYNAMIC: """
        dyn dynamic dynamicip dynip dynamique dynamisch dinamic dinamica dinamico dinamik dynadsl
        dyndsl dynpool ddns dhcp dhcppool ppp pppoe pppoa pppox pptp dial dialup dialups dialin
        dialer dialinip dip slip roaming rotating nonstatic""",
    WordKind.ACCESS: """
        access acceso acces accesso pool pools poole pooles ippool adslpool modem modems cablemodem
        modemcable mob mobile mobil mobi mobileonline movil celular gprs umts cdma evdo hsdpa hspa
        lte nat cgn cgnat natpool wimax wlan wifi wireless pots isdn kabel cable cablelink catv
        catvnet cm cmts cbl cpe hfc docsis bras bb bng brt ubr broad broadband breitband bredband
        bredbaand bbcust bbtec softbank fwa ftth fttb fttx fttc fibre fibra fiber fbx fbxo gpon xpon
        pon epon ont onu lightspeed uverse fios flets ipoe ipngn ipbf ipad ipadfx ipxg ipoefx nas
        ras tnt ts cvx lns vpdn ngn etth resnet dorm dorms hotspot residential resi residence res
        abo abonne abon abonent abonents hsd hsi hsia isp home homes internet upc ipt triband dslam
        netblock pcp pcs bgs uds sdi dipool byfly speedy satellite vsat wan mesh tdip tisdip""",
    WordKind.CUSTOMER: """
        cust custs customer customers cliente clientes client clients clienti clientele kunde kunden
        klient klienti user users usr usrs usuario usuarios userreverse subscriber subscribers
        subscr dclient aolclient enduser endusers cuscon ccscliente custip custadsl netuser homeuser
        ccust""",
    WordKind.NEUTRAL: """
        ip ips ipv ipaddr ipa host hosts hst rev reverse rdns ptr addr address inaddr unassigned
        unused unallocated unknown undefined generic noname nohost xxx port line""",
    WordKind.STATIC: """
        static statics statip staticip staticips ipstatic stat statik statisch statisk statique
        statica statico estatica estatico sta fix fixed fixedip fixip ipfix fixe fixo fijo fija
        fisso fissa permanent perm ded dedicated dedicado dedicada dedic leased leasedline""",
    WordKind.BUSINESS: """
        business biz bus corp corporate corporativo corporativos empresas empresa empresarial
        enterprise enterprises office pyme pymes soho smb sme firma company companies commercial
        biznes wholesale rrcs wsip""",
    WordKind.HOSTING: """
        vps vds vserver vsrv vserv vm vmi kvm lxc ovz openvz dedi dedis cloud clouds qloud compute
        instance instances colo coloc colocated colocation housing hosting hosted webhosting webhost
        rootserver datacenter datacentre idc rack cloudserver vpsserver cloudvps xen vpc""",
    WordKind.SERVER: """
        server servers srv serv servidor serveur svr www web webserver cpanel plesk panel""",
    WordKind.ROLE: """
        ns dns ftp db sql app apps api ldap ntp time proxy cache sip voip pbx cam monitor nagios
        zabbix backup git svn wiki forum blog shop crm erp cdn intranet portal vcenter gw gate
        gateway router rt rtr fw firewall vpn core border switch sw lo loopback ge xe te noc nms
        eth gi vlan bundle ae pe tower""",
    WordKind.MAIL: """
        mta mtas omta imta bmta relay relays outbound outgoing inbound exchange exch exchsrv esmtp
        postfix postmaster correo correu correos poczta posta pochta postal exim qmail zimbra owa
        esa ironport iport barracuda antispam spamfilter nospam newsletter newsletters nieuwsbrief
        bounce bounces lists listserv listserver listas majordomo mailman lyris imap pops mimecast
        proofpoint domino lotus mailing mailings mxout mxin mxrelay outmx inmx mxgw mxhost mxpool
        groupwise autodiscover messagerie webmel ecelerity emarsys correio correios eposta epost
        mout relais outpost smarthost exsrv mdaemon kerio dovecot cyrus roundcube horde sympa ezmlm
        sogo levelezes epasts nyhetsbrev rundbrief boletin boletim infolettre envios posteingang
        postausgang mmta pmg ppsw""",
    WordKind.PERHAPS_MAIL: """
        mx mxs mxa mxb mga out post pop list news sender senders msg message messages messaging mgw
        campaign campaigns marketing bulk delivery deliver dispatch spam filter msa mda notes
        announce alerts notify notification notifications""",
}

# Beginnings and endings that tell words which are not in the vocabulary: `telkomadsl`, `rmmtao`.
_AFFIXES: Final = (
    (WordKind.MAIL, r"e?mail.*|.*mail|.*smtp.*"),
    (WordKind.HOSTING, r"hosted.*|.*hosting|vps.*|.*vps|vds.*|.*vds|.*cloud"),
    (WordKind.DYNAMIC, r"dynamic(?!s$).*|dynip.*|.*dhcp|.*dialup|pppoe.*"),
    (WordKind.STATIC, r"static.*|fixedip.*"),
    (WordKind.ACCESS, r".*[a-z]dsl|[ax]?dsl.*|.*cable|.*broadband.*|.*ftth|ip(ngn|bf|xg|ad).*"),
    (WordKind.ACCESS, r"yahoobb.*|.*laajakaista"),
    (WordKind.CUSTOMER, r"customer.*|cliente.*|subscriber.*"),
    (WordKind.PERHAPS_MAIL, r".*mx|mx.*|.*mta.*"),
)


@functools.lru_cache(maxsize=8192)
def kind_of(word: str) -> WordKind | None:
    """What the word means, if anything."""
    known = _vocabulary().get(word)
    if known is not None or len(word) < 3:
        return known
    return next((kind for kind, pattern in _affixes() if pattern.fullmatch(word)), None)


# Both are made when a name is first read: programs that read none should start quickly.
@functools.cache
def _vocabulary() -> dict[str, WordKind]:
    return {word: kind for kind, words in _WORDS.items() for word in words.split()}


@functools.cache
def _affixes() -> list[tuple[WordKind, re.Pattern[str]]]:
    return [(kind, re.compile(pattern)) for kind, pattern in _AFFIXES]
