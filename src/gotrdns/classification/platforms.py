"""Domains whose owner says more about a name than its words do.

Owns the tables of hosting and mail platforms, and the few words by which other domains of their
kind are told. Access providers are not listed: their names are told by structure and vocabulary.
"""

import functools
import re
from typing import Final

# They rent out machines, and name them after the address or a number without a word for it.
_RENTERS: Final = """
    100tb.com 1984.is 1and1.com 1blu.de a2hosting.com acens.net active24.com agava.net alexhost.com
    alibaba-inc.com aliyun.com aliyuncs.com alwaysdata.com amazonaws.com amen.fr antagonist.nl
    arsys.es aruba.it arubacloud.com asmallorange.com axarnet.es azure.com beget.com beget.ru
    blacknight.com bluehost.com bluevps.com bookmyname.com buyvm.net byte.nl bytemark.co.uk
    cdn77.com celeonet.fr cherryservers.com choopa.com choopa.net cloudapp.net cloudways.com
    clouvider.net cnode.io colocrossing.com combell.com conoha.io constant.com contabo.com
    contabo.net dacentec.com dataclub.biz dataclub.eu datapacket.com datashack.net dattaweb.com
    dedibox.fr digitalocean.com dimenoc.com dinaserver.com domeneshop.no donweb.com dreamhost.com
    e2enetworks.net.in eapps.com ecatel.net eigbox.net enzu.com eonix.net equinix.com ev1servers.net
    exabytes.com exoscale.com fasthosts.co.uk fastwebserver.de fdcservers.net ferozo.com
    first-root.com firstvds.ru forpsi.net frantech.ca fvds.ru g-core.com gandi.net gcore.com
    gcorelabs.com ghst.net gigenet.com glesys.net gmo.jp gmocloud.com googleusercontent.com
    greengeeks.com heartinternet.co.uk heartinternet.uk hetzner.com hetzner.de hivelocity.net
    home.pl host-h.net hosteur.com hosteurope.com hosteurope.de hostgator.com hostinger.com
    hostkey.com hostkey.ru hostmonster.com hostpoint.ch hostwindsdns.com hstgr.cloud i3d.net idcf.jp
    ikoula.com infobox.ru infomaniak.ch inmotionhosting.com interserver.net iomart.com ionos.com
    ionoscloud.com ip-pool.com ispgateway.de ispsystem.net itldc.com iweb.com jaguar-network.com
    justhost.com kagoya.net kamatera.com kasserver.com keliweb.com keymachine.de kimsufi.com
    knownhost.com kundenserver.de layeredtech.com leaseweb.com leaseweb.net limestonenetworks.com
    linode.com linodeusercontent.com liquid.net liquidweb.com livedns.co.uk locaweb.com.br loopia.se
    lws-hosting.com lws.fr m247.com masterhost.ru mchost.ru melbicom.net memset.net midphase.com
    mittwald.de mochahost.com mtsvc.net myloc.de myqcloud.com mythic-beasts.com nazwa.pl nebula.fi
    netcup.de netcup.net networklayer.com nexcess.net nexylan.net nforce.com nfoservers.com
    nifcloud.com nine.ch nobistech.net noc4hosts.com nocdirect.com nocix.net nucleus.be o2switch.net
    one.com oneandone.net online.de online.net onlinehome-server.com onlinehome-server.info
    onlinehome-server.us onlinehome.us oraclecloud.com oraclevcn.com ovh.ca ovh.com ovh.net
    packet.net pair.com pcextreme.nl phoenixnap.com phpnet.org planethoster.net plusserver.com
    plusserver.de poneytelecom.eu portlane.com prgmr.com privatesystems.net psychz.net
    pureserver.info quadranet.com quicksrv.de rackcorp.com racknerd.com rackspace.com
    rackspacecloud.com ramnode.com rapidswitch.com redstation.com reg.ru register.it
    reliablesite.net rochenhost.com safe-ship.net sakura.ne.jp scaleway.com scaleway.net scw.eu
    secureserver.net seeweb.it selectel.ru serverius.net serverkompetenz.net serverloft.com
    servint.net sgvps.net sharktech.net singlehop.com siteground.com sl-reverse.com slicehost.com
    snel.com softlayer.com sologigabit.com sourcedns.com soyoustart.com sprintdatacenter.pl
    stablehost.com stackcp.net staminus.net startdedicated.com startdedicated.de steadfast.net
    steephost.net stratoserver.net surftown.dk svwh.net sweb.ru swebs.ru tektonic.net telehouse.bg
    terrahost.no theplanet.com theserverhost.com thundercloud.uk tilaa.com tilaa.nl time4vps.cloud
    timeweb.ru tophost.it toservers.com transip.net transip.nl trouble-free.net turnkeyinternet.net
    tzulo.com uk2.net ukfast.net unifiedlayer.com upcloud.com upcloud.host vdsina.ru velia.net
    versaweb.net vodien.com vpsdime.com vultr.com vultrusercontent.com web-hosting.com webair.net
    webfaction.com webland.ch webnx.com websitewelcome.com websupport.sk webzilla.com wedos.net
    westhost.com wholesaleinternet.net windows.net wiredtree.com worldstream.nl wpengine.com
    xlhost.com xneelo.com xs-software.com xserver.jp your-server.de yourvserver.net zare.com
    zenlayer.net zitcom.dk zomro.com
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
    acems1.com acoustic.co activecampaign.com adestra.com agnitas.de amazonses.com antispamcloud.com
    antispameurope.com authsmtp.com aweber.com barracuda.com barracudanetworks.com
    benchmarkemail.com bluehornet.com bmsend.com brevo.com bronto.com campaigner.com ccsend.com
    cheetahmail.com chtah.net cleanmail.ch cleverreach.com clickdimensions.com cloudfilter.net
    cmail1.com cmail19.com cmail2.com cmail20.com constantcontact.com createsend.com createsend1.com
    createsend2.com createsend4.com customeriomail.com dotdigital.com dotmailer.com ecircle.com
    ed10.com ed10.net elasticemail.com eloqua.com emailsrvr.com emarsys.net emv1.com emv2.com
    emv3.com en25.com episerver.net epsilon.com exacttarget.com exclaimer.net exct.net expurgate.net
    fastmail.com flowmailer.net getresponse.com getresponse360.com hornetsecurity.com
    hostedemail.com hubspot.com hubspotemail.net icontact.com icptrack.com infusionmail.com
    intercom-mail.com inxmail.com iphmx.com iterable.com jangomail.com jangosmtp.net kajomimail.com
    klaviyomail.com listrak.com lsoft.com mailchannels.net mailcontrol.com maileon.com
    mailerlite.com mailgun.net mailgun.org mailjet.com mailup.com mandrillapp.com marketo.com
    maropost.com mcdlv.net mcsv.net messagelabs.com messagingengine.com mgsend.net mimecast.com
    mktomail.com mlsend.com mtasv.net mxlogic.net mxroute.com mxthunder.com mxthunder.net
    netcorecloud.com newsletter2go.de obsmtp.com optivo.com pepipost.com postini.com postmarkapp.com
    ppe-hosted.com pphosted.com proofpoint.com psmtp.com pure360.com rapidmail.de responsys.net
    retarus.com roving.com rsgsv.net rsys5.com sailthru.com sender-sib.com sendgrid.com sendgrid.net
    sendinblue.com sendlane.com sendpul.se sendpulse.com silverpop.com smtp.com smtp2go.com
    socketlabs.com spamexperts.com sparkpost.com sparkpostmail.com strongview.com turbo-smtp.com
    twelvehorses.com vadesecure.com verticalresponse.com vresp.com yesmail.com ymlp.com ymlpsvr.com
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
_SOUNDS_LIKE_BUSINESS: Final = (
    r"(?<!inter)business|(^|-)biz($|-)|corporat|empresa|static|(^|-)fix($|-)"
)
_SOUNDS_LIKE_ACCESS: Final = (
    r"cable|dsl|broadband|catv|telecom|telekom|telefonica|fiber|fibra|wireless|dialup|^home$"
)
# The network's address in the domain itself, `ip-51-75-18.eu`: OVH, for machines it rents out.
_NUMBERED: Final = r"^ip-\d{1,3}-\d{1,3}-\d{1,3}"


def rents_machines(domain: str) -> bool:
    """Whether the owner of the registrable domain is known to rent out machines."""
    return domain in _table(_RENTERS + _DEFAULTS) or _matches(_NUMBERED, domain)


def is_hosting(domain: str) -> bool:
    """Whether the owner of the registrable domain rents out machines, or runs many."""
    return domain in _table(_SITES) or rents_machines(domain)


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
