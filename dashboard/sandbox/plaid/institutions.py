"""The banks that the sandbox knows: Plaid's own test institutions, and large US banks under their names.

Routing numbers are public ABA numbers (checksum: 3-7-1 weights, sum divisible by ten). `type` is the classic name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboard.sandbox.plaid.logos import draw_logo

PRODUCTS = ("assets", "auth", "balance", "identity", "signal", "transactions", "transfer")
TOKENIZED = ("ins_56", "ins_13", "ins_127990")  # Plaid: Chase, PNC and US Bank hand out tokenized account numbers
CONSENT_MONTHS = {"ins_10": 12, "ins_127989": 12, "ins_128026": 12, "ins_5": 12, "ins_15": 12, "ins_13": 12,
                  "ins_14": 12, "ins_7": 18, "ins_130358": 3}  # fmt: skip
REPLACING = ("ins_56", "ins_13", "ins_15", "ins_11")  # Plaid: a second Item may end the first at these


@dataclass(frozen=True)
class Institution:
    """One bank. `routing` numbers may be shared with another bank, as real ones are."""

    id: str
    name: str
    color: str
    routing: tuple[str, ...]
    oauth: bool
    type: str
    site: str
    auth: bool = True


def checked(number: str) -> bool:
    """Whether a routing number has nine digits that satisfy the ABA checksum."""
    weights = (3, 7, 1) * 3
    return (
        len(number) == 9
        and number.isdigit()
        and sum(int(d) * w for d, w in zip(number, weights, strict=True)) % 10 == 0
    )


TABLE = """
ins_109508|First Platypus Bank|#1f6f5c|011401533|0|platypus|platypus.example
ins_109509|First Gingham Credit Union|#8d4b1f|121122676|0|gingham|gingham.example
ins_109510|Tattersall Federal Credit Union|#5b2a86|322271724|0|tattersall|tattersall.example
ins_109511|Tartan Bank|#a11b2b|211370545|0|tartan|tartan.example
ins_109512|Houndstooth Bank|#33414f|061092387|0|houndstooth|houndstooth.example
ins_127287|Platypus OAuth Bank|#2a7f6a|031101266|1|platypus_oauth|oauth.platypus.example
ins_56|Chase|#0b4ea2|021000021 322271627 111000614 071000013 044000037|1|chase|www.chase.com
ins_127989|Bank of America|#c41230|026009593 121000358 011000138 111000025|1|bofa|www.bankofamerica.com
ins_127991|Wells Fargo|#b31b1b|121000248 121042882 026012881 111900659|1|wells|www.wellsfargo.com
ins_5|Citibank Online|#0a5ba6|021000089 321171184 271070801|1|citi|www.citi.com
ins_127990|U.S. Bank|#0c2074|091000022 122105155 123103729 042000013|1|us|www.usbank.com
ins_7|USAA|#12395b|314074269|1|usaa|www.usaa.com
ins_128026|Capital One|#004977|065000090 056073502 031176110|1|capone360|www.capitalone.com
ins_10|American Express|#016fd0|124085066|1|amex|www.americanexpress.com
ins_11|Charles Schwab|#0a84b5|121202211|1|schwab|www.schwab.com
ins_12|Fidelity|#368727|101205681|1|fidelity|www.fidelity.com
ins_13|PNC|#e26c0a|043000096 031207607 054000030 041000124|1|pnc|www.pnc.com
ins_14|TD Bank|#2e7d32|031201360 011103093 036001808|1|td|www.td.com
ins_15|Navy Federal Credit Union|#14406b|256074974|1|nfcu|www.navyfederal.org
ins_130016|Truist|#2e1a47|061000104 053101121 055002707|1|suntrust|www.truist.com
ins_25|Ally Bank|#650360|124003116|0|ally|www.ally.com
ins_33|Discover Bank|#d9620a|031100649|1|discover|www.discover.com
ins_20|Citizens Bank|#007a53|011500120 036076150 021313103|1|citizens|www.citizensbank.com
ins_26|Fifth Third Bank|#1a4f8b|042000314|1|fifththird|www.53.com
ins_21|KeyBank|#b01116|041001039 021300077|1|keybank|www.key.com
ins_19|Regions Bank|#3f7a1f|062005690|1|regions|www.regions.com
ins_21245|Huntington Bank|#367c2b|044000024|0|huntington|www.huntington.com
ins_27|M&T Bank|#007356|022000046|1|mtb|www.mtb.com
ins_28|BMO|#0079c1|071000288|0|bmo|www.bmo.com
ins_29|Santander Bank|#cc0000|011075150 231372691|0|santander|www.santanderbank.com
ins_30|First Citizens Bank|#1d4f91|053100300|0|firstcitizens|www.firstcitizens.com
ins_31|Zions Bank|#4a4f54|124000054|0|zions|www.zionsbank.com
ins_34|Comerica Bank|#0e3f7e|072000096|0|comerica|www.comerica.com
ins_35|Synovus Bank|#b8322a|061100606|0|synovus|www.synovus.com
ins_130358|Brex|#26292c|121145307|1|brex|www.brex.com
ins_115585|SoFi|#00868f|031101334|0|sofi|www.sofi.com
ins_35001|Chime|#177a4b|031101279 103100195|0|chime|www.chime.com
ins_116794|Varo Bank|#3a1f8f|124303162|0|varo|www.varomoney.com
ins_36|HSBC Bank USA|#c8102e|021001088|0|hsbc|www.us.hsbc.com
ins_37|First Horizon Bank|#00529b|084000026|0|firsthorizon|www.firsthorizon.com
ins_38|Frost Bank|#16355c|114000093|0|frost|www.frostbank.com
ins_52|Marcus by Goldman Sachs|#5c6b78|124085024|0|marcus|www.marcus.com
ins_39|Alliant Credit Union|#00539f|271081528|0|alliant|www.alliantcreditunion.org
ins_40|PenFed Credit Union|#003a70|256078446|0|penfed|www.penfed.org
ins_41|SchoolsFirst Federal Credit Union|#006b5b|322282001|0|schoolsfirst|www.schoolsfirstfcu.org
ins_42|BECU|#a6192e|325081403|0|becu|www.becu.org
ins_44|Golden 1 Credit Union|#9a6b00|321175261|0|golden1|www.golden1.com
ins_45|Mercury|#3b3f8f|091311229|0|mercury|mercury.com
"""


def read_table() -> tuple[Institution, ...]:
    """The banks of TABLE, in its order."""
    found = []
    for line in TABLE.strip().splitlines():
        id, name, color, routing, oauth, type, site = line.split("|")
        found.append(
            Institution(id, name, color, tuple(routing.split()), oauth == "1", type, f"https://{site}", type != "amex")
        )
    return tuple(found)


INSTITUTIONS = read_table()
BY_ID = {each.id: each for each in INSTITUTIONS}
BY_TYPE = {each.type: each for each in INSTITUTIONS}


def products_of(institution: Institution) -> list[str]:
    """What Plaid offers there; American Express has no bank accounts to debit."""
    return [product for product in PRODUCTS if institution.auth or product not in {"auth", "transfer"}]


def render_institution(
    institution: Institution,
    now: str,
    *,
    optional: bool = False,
    status: bool = False,
    auth: bool = False,
    down: bool = False,
) -> dict[str, Any]:
    """Plaid's Institution. `now` is an ISO time for its status; `optional` adds logo, color and address."""
    body: dict[str, Any] = {
        "institution_id": institution.id,
        "name": institution.name,
        "products": products_of(institution),
        "country_codes": ["US"],
        "routing_numbers": list(institution.routing),
        "dtc_numbers": [],
        "oauth": institution.oauth,
        "connection_availability": "SUPPORTED",
    }
    if optional:
        body["url"] = institution.site
        body["primary_color"] = institution.color
        body["logo"] = draw_logo(institution.name, institution.color)
    if status:
        health = "DOWN" if down else "HEALTHY"
        success = 0 if down else 0.985
        part = {
            "status": health,
            "last_status_change": now,
            "breakdown": {
                "success": success,
                "error_plaid": 0.005,
                "error_institution": round(0.995 - success, 3),
                "refresh_interval": "NORMAL",
            },
        }
        body["status"] = {"item_logins": part, "transactions_updates": part, "auth": part, "identity": part}
    if auth:
        methods = {"instant_auth": institution.auth, "instant_match": False, "automated_micro_deposits": False}
        body["auth_metadata"] = {"supported_methods": {**methods, "instant_micro_deposits": False}}
    return body


def search_institutions(query: str) -> list[Institution]:
    """Banks whose name has every word of the query, those that begin with it first."""
    wanted = query.casefold().split()
    found = [each for each in INSTITUTIONS if all(word in each.name.casefold() for word in wanted)]
    return sorted(found, key=lambda each: not each.name.casefold().startswith(query.casefold().strip()))


def highlighted(routing_number: str | None) -> Institution | None:
    """The one bank with this routing number; None where none or several have it, as Link ignores it then."""
    found = [each for each in INSTITUTIONS if routing_number in each.routing]
    return found[0] if len(found) == 1 else None
