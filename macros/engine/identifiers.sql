{# The form in which an e-mail address is compared: without zero-width characters and spaces at its ends, in lower case
   and in Unicode's form NFC; after the last @ case is folded further (STRASSE is straße). Null if nothing is left. The
   same for erasure requests: customer_status/feeds/identifiers.py. #}
{% macro comparable_email(email) -%}
    {{ return(adapter.dispatch("comparable_email")(email)) }}
{%- endmacro %}

{# Nearly all addresses are ASCII, for which lower case is all of it. #}
{% macro duckdb__comparable_email(email) -%}
    {%- set zero_width = "[\\x{ad}\\x{200b}-\\x{200d}\\x{2060}\\x{feff}]" -%}
    {%- set spaces = "[\\x{09}-\\x{0d}\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}]" -%}
    {%- set visible = "regexp_replace(" ~ email ~ ", '" ~ zero_width ~ "', '', 'g')" -%}
    {%- set trimmed = (
        "regexp_replace("
        ~ visible
        ~ ", '^"
        ~ spaces
        ~ "+|"
        ~ spaces
        ~ "+$', '', 'g')"
    ) -%}
    {%- set lowered = "nfc_normalize(lower(replace(" ~ trimmed ~ ", 'İ', 'i̇')))" -%}
    {%- set domain = "split_part(" ~ lowered ~ ", '@', -1)" -%}
    case
        when length({{ email }}) = strlen({{ email }})
        then lower({{ email }})
        else
            nullif(
                {{
                    final_sigmas(
                        "left("
                        ~ lowered
                        ~ ", length("
                        ~ lowered
                        ~ ") - length("
                        ~ domain
                        ~ "))"
                    )
                }} || nfc_normalize({{ case_folded(domain) }}), ''
            )
    end
{%- endmacro %}

{# A lower-case text in which a sigma at the end of a word is written as one, as Greek has it. #}
{% macro final_sigmas(text) -%}
    regexp_replace({{ text }}, '(\pL)σ(\PL|$)', '\1ς\2', 'g')
{%- endmacro %}

{# A lower-case text in which letters that differ from others only by case, in Unicode's full case folding, are
   these. #}
{% macro case_folded(text) -%}
    {%- set letters = "µſͅςϐϑϕϖϰϱϵᲀᲁᲂᲃᲄᲅᲆᲇᲈẛ" -%}
    {%- set folded = "μsισβθφπκρεвдосттъѣꙋṡ" -%}
    {%- set to_several = (
        "ßss ŉʼn ևեւ ẚaʾ ᾀἀι ᾁἁι ᾂἂι ᾃἃι ᾄἄι ᾅἅι ᾆἆι ᾇἇι ᾐἠι ᾑἡι "
        ~ "ᾒἢι ᾓἣι ᾔἤι ᾕἥι ᾖἦι ᾗἧι ᾠὠι ᾡὡι ᾢὢι ᾣὣι ᾤὤι ᾥὥι ᾦὦι ᾧὧι "
        ~ "ᾲὰι ᾳαι ᾴάι ᾷᾶι ῂὴι ῃηι ῄήι ῇῆι ῲὼι ῳωι ῴώι ῷῶι ﬀff ﬁfi "
        ~ "ﬂfl ﬃffi ﬄffl ﬅst ﬆst ﬓմն ﬔմե ﬕմի ﬖվն ﬗմխ"
    ) -%}
    {%- set result = namespace(
        sql="translate(" ~ text ~ ", '" ~ letters ~ "', '" ~ folded ~ "')"
    ) -%}
    {%- for word in to_several.split(" ") -%}
        {%- set result.sql = (
            "replace("
            ~ result.sql
            ~ ", '"
            ~ word[0]
            ~ "', '"
            ~ word[1:]
            ~ "')"
        ) -%}
    {%- endfor -%}
    {{ result.sql }}
{%- endmacro %}

{# An identifier of a row as staging keeps it: null where it is a placeholder, which says nothing. #}
{% macro without_placeholder(column) -%}
    case when not coalesce({{ is_placeholder(column) }}, false) then {{ column }} end
{%- endmacro %}

{# The same for an e-mail address, in the form in which it is compared. #}
{% macro email_without_placeholder(column) -%}
    case
        when not coalesce({{ is_placeholder(column) }}, false)
        then {{ comparable_email(column) }}
    end
{%- endmacro %}

{# Whether an identifier is a placeholder, compared in any case. #}
{% macro is_placeholder(identifier) -%}
    {{ return(adapter.dispatch("is_placeholder")(identifier)) }}
{%- endmacro %}

{# Most identifiers are too long to be looked at closely. #}
{% macro duckdb__is_placeholder(identifier) -%}
    {%- set seed = ref("placeholder_identifiers") -%}
    (
        length({{ identifier }}) <= (select max(length(placeholder)) from {{ seed }})
        and list_contains(
            (select list(lower(placeholder)) from {{ seed }}), lower({{ identifier }})
        )
    )
{%- endmacro %}
