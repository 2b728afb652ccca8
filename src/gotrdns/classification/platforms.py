"""Domains whose owner says more about a name than its words do.

Owns the tables of hosting and mail platforms, and the few words by which other domains of their
kind are told. Access providers are not listed: their names are told by structure and vocabulary.
"""

import functools
import re
from typing import Final

# They rent out machines, and name them after the address or a number without a word for it.
_RENTERS: Final = """
    100tb.com 1984.is 1and1.com 1blu.de a2hosting.com acens.net active24.com agava.net
    alwaysdata.com amazonaws.com amen.fr antagonist.nl arsys.es aruba.it arubacloud.com
    asmallorange.com axarnet.es azure.com beget.com beget.ru blacknight.com bluehost.com buyvm.net
    byte.nl bytemark.co.uk choopa.com choopa.net cloudapp.net cnode.io colocrossing.com combell.com
    conoha.io constant.com contabo.com contabo.net dacentec.com dataclub.biz dataclub.eu
    datashack.net digitalocean.com dimenoc.com dinaserver.com domeneshop.no donweb.com dreamhost.com
    e2enetworks.net.in eapps.com ecatel.net eigbox.net enzu.com eonix.net ev1servers.net
    exabytes.com exoscale.com fasthosts.co.uk fastwebserver.de fdcservers.net forpsi.net frantech.ca
    fvds.ru gandi.net ghst.net gigenet.com glesys.net gmo.jp gmocloud.com googleusercontent.com
    greengeeks.com heartinternet.co.uk heartinternet.uk hivelocity.net home.pl hosteurope.com
    hosteurope.de hostgator.com hostinger.com hostmonster.com hstgr.cloud i3d.net idcf.jp ikoula.com
    infobox.ru infomaniak.ch inmotionhosting.com interserver.net ionos.com ispgateway.de iweb.com
    justhost.com kagoya.net kasserver.com keliweb.com keymachine.de kimsufi.com knownhost.com
    layeredtech.com leaseweb.com leaseweb.net limestonenetworks.com linode.com linodeusercontent.com
    liquidweb.com livedns.co.uk locaweb.com.br loopia.se m247.com masterhost.ru memset.net
    midphase.com mtsvc.net myloc.de mythic-beasts.com nazwa.pl nebula.fi netcup.net networklayer.com
    nexcess.net nforce.com nifcloud.com nobistech.net nocdirect.com nocix.net nucleus.be
    o2switch.net oneandone.net online.de online.net onlinehome-server.com onlinehome-server.info
    oraclecloud.com oraclevcn.com ovh.ca ovh.com ovh.net pair.com pcextreme.nl phpnet.org
    poneytelecom.eu portlane.com prgmr.com privatesystems.net psychz.net quadranet.com rackspace.com
    rackspacecloud.com ramnode.com rapidswitch.com redstation.com reg.ru register.it
    reliablesite.net safe-ship.net sakura.ne.jp scaleway.com scaleway.net scw.eu secureserver.net
    seeweb.it selectel.ru serverius.net serverkompetenz.net serverloft.com servint.net sgvps.net
    sharktech.net singlehop.com siteground.com sl-reverse.com slicehost.com snel.com softlayer.com
    sourcedns.com soyoustart.com staminus.net startdedicated.com startdedicated.de steadfast.net
    stratoserver.net surftown.dk tektonic.net telehouse.bg theplanet.com tilaa.com tilaa.nl
    time4vps.cloud timeweb.ru tophost.it toservers.com transip.net transip.nl trouble-free.net
    turnkeyinternet.net uk2.net ukfast.net unifiedlayer.com upcloud.com upcloud.host vodien.com
    vultr.com vultrusercontent.com webair.net webfaction.com webnx.com websitewelcome.com
    websupport.sk wedos.net westhost.com wholesaleinternet.net windows.net wiredtree.com
    worldstream.nl xlhost.com xserver.jp your-server.de yourvserver.net zitcom.dk
"""
# Large sites: what they name after an address is a server of theirs.
_SITES: Final = """
    akamai.com akamaitechnologies.com amazon.com cloudflare.com facebook.com fastly.net fbsv.net
    oracle.com outblaze.com
"""
# Panels and hosters that give a customer's machine such a name until it gets one of its own.
_DEFAULTS: Final = "cprapid.com mybluehost.me mybluehostin.me plesk.page"

# They do nothing but send or filter mail for others.
_SENDERS: Final = """
    amazonses.com antispamcloud.com aweber.com barracuda.com barracudanetworks.com bronto.com
    ccsend.com cloudfilter.net constantcontact.com createsend.com dotdigital.com elasticemail.com
    eloqua.com emailsrvr.com emarsys.net en25.com epsilon.com exacttarget.com exct.net expurgate.net
    fastmail.com getresponse.com hornetsecurity.com hostedemail.com hubspot.com hubspotemail.net
    iphmx.com klaviyomail.com mailchannels.net mailgun.net mailgun.org mailjet.com mailup.com
    mandrillapp.com marketo.com mcdlv.net mcsv.net messagelabs.com messagingengine.com mgsend.net
    mimecast.com mktomail.com mtasv.net mxlogic.net mxroute.com netcorecloud.com pepipost.com
    postini.com ppe-hosted.com pphosted.com psmtp.com responsys.net retarus.com roving.com rsgsv.net
    rsys5.com sailthru.com sender-sib.com sendgrid.com sendgrid.net sendinblue.com sendpul.se
    sendpulse.com silverpop.com smtp2go.com socketlabs.com spamexperts.com sparkpostmail.com
    twelvehorses.com yesmail.com
"""
# Large mailbox providers and sites: they number the hosts of their mail pools, and others.
_MAILBOXES: Final = """
    126.com 163.com 263.net aol.com apple.com daum.net gmx.com gmx.net google.com hanmail.net
    hotmail.com icloud.com linkedin.com live.com mail.ru me.com msn.com nate.com naver.com
    outlook.com qq.com rambler.ru rzone.de salesforce.com sina.com.cn sohu.com tutanota.de
    twitter.com web.de yahoo.com yandex.net yandex.ru zendesk.com zoho.com zoho.eu zoho.in
"""

_SOUNDS_LIKE_HOSTING: Final = r"host(?!el)|server|srv|vps|vds|cloud|colo(?!mb|r|ni|g)|dedi|datacent"
_SOUNDS_LIKE_MAIL: Final = r"mail|smtp|newsletter|mta|mktg|marketing|sender|campaign"
# Not Interbusiness, which sold lines to everybody.
_SOUNDS_LIKE_BUSINESS: Final = r"(?<!inter)business|(^|-)biz($|-)|corporat|empresa|unternehmen|static|(^|-)fix($|-)"
_SOUNDS_LIKE_ACCESS: Final = (
    r"cable|dsl|broadband|catv|telecom|telekom|telefonica|fiber|fibra|wireless|dialup|^home$"
)
# The network's address in the domain itself, `ip-51-75-18.eu`: OVH, for machines it rents out.
_NUMBERED: Final = r"^ip-\d{1,3}-\d{1,3}-\d{1,3}"


def is_hosting(domain: str) -> bool:
    """Whether the owner of the registrable domain is known to rent out machines, or runs many."""
    return domain in _table(_RENTERS + _SITES + _DEFAULTS) or _matches(_NUMBERED, domain)


def gives_default_names(domain: str) -> bool:
    return domain in _table(_DEFAULTS)


def is_mail(domain: str) -> bool:
    """Whether the owner of the registrable domain is known for sending much mail."""
    return domain in _table(_SENDERS + _MAILBOXES)


def only_sends(domain: str) -> bool:
    """Whether its hosts do hardly anything but that."""
    return domain in _table(_SENDERS)


# These take the domain's first label, which is what its owner chose.
def sounds_like_hosting(label: str) -> bool:
    return _matches(_SOUNDS_LIKE_HOSTING, label)


def sounds_like_mail(label: str) -> bool:
    return _matches(_SOUNDS_LIKE_MAIL, label)


def sounds_like_business(label: str) -> bool:
    return _matches(_SOUNDS_LIKE_BUSINESS, label)


def sounds_like_access(label: str) -> bool:
    return _matches(_SOUNDS_LIKE_ACCESS, label)


def _matches(pattern: str, text: str) -> bool:
    return _compiled(pattern).search(text) is not None


# Made when first needed: programs that read no name should start quickly.
@functools.cache
def _table(domains: str) -> frozenset[str]:
    return frozenset(domains.split())


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
