"""The SQL that says in which form e-mail addresses are compared.

The models have it in macros/engine/identifiers.sql; a test compares both with plain Python.
"""

# Zero width joiners and spaces, the soft hyphen and the byte order mark: nobody sees them.
_INVISIBLE = r"[\x{ad}\x{200b}-\x{200d}\x{2060}\x{feff}]"
_SPACE = (
    r"[\x{09}-\x{0d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}"
    r"\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
)
# Lower-case letters that full case folding takes for others: one for one, then one for several.
_FOLDED_FROM = "µſͅςϐϑϕϖϰϱϵᲀᲁᲂᲃᲄᲅᲆᲇᲈẛ"  # noqa: RUF001
_FOLDED_TO = "μsισβθφπκρεвдосттъѣꙋṡ"  # noqa: RUF001
_UNFOLDED = (
    "ßss ŉʼn ևեւ ẚaʾ ᾀἀι ᾁἁι ᾂἂι ᾃἃι ᾄἄι ᾅἅι ᾆἆι ᾇἇι ᾐἠι ᾑἡι ᾒἢι ᾓἣι ᾔἤι ᾕἥι ᾖἦι ᾗἧι "  # noqa: RUF001
    "ᾠὠι ᾡὡι ᾢὢι ᾣὣι ᾤὤι ᾥὥι ᾦὦι ᾧὧι ᾲὰι ᾳαι ᾴάι ᾷᾶι ῂὴι ῃηι ῄήι ῇῆι ῲὼι ῳωι ῴώι ῷῶι "  # noqa: RUF001
    "ﬀff ﬁfi ﬂfl ﬃffi ﬄffl ﬅst ﬆst ﬓմն ﬔմե ﬕմի ﬖվն ﬗմխ"  # noqa: RUF001
)


def comparable_email(email: str) -> str:
    """SQL for the form in which an e-mail address is compared; null if nothing of it is left.

    Without invisible characters and spaces at its ends, in lower case and Unicode's form NFC; in
    the domain case is folded further.

    Args:
        email: SQL text expression.
    """
    visible = f"regexp_replace({email}, '{_INVISIBLE}', '', 'g')"
    trimmed = f"regexp_replace({visible}, '^{_SPACE}+|{_SPACE}+$', '', 'g')"
    lowered = f"nfc_normalize(lower(replace({trimmed}, 'İ', 'i̇')))"
    domain = f"split_part({lowered}, '@', -1)"
    local = f"left({lowered}, length({lowered}) - length({domain}))"
    folded = f"translate({domain}, '{_FOLDED_FROM}', '{_FOLDED_TO}')"
    for word in _UNFOLDED.split():
        folded = f"replace({folded}, '{word[0]}', '{word[1:]}')"
    return (
        f"case when length({email}) = strlen({email}) then lower({email}) else nullif("
        rf"regexp_replace({local}, '(\pL)σ(\PL|$)', '\1ς\2', 'g')"
        f" || nfc_normalize({folded}), '') end"
    )
