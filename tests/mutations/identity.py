"""Breakages of what an identifier is, of what is shared, and of what customers agree to."""

from tests.mutations.mutation import Mutation

KNOWN = "models/intermediate/int_identifier__known.sql"
SHARED = "models/core/fct_shared_identifier.sql"
CONSENTS = "models/core/int_customer__consents.sql"
DIM = "models/core/dim_customer.sql"
STITCHED = "models/intermediate/int_session__stitched.sql"
VERSIONS = "models/staging/stg_contact_versions.sql"
MACROS = "macros/engine/identifiers.sql"

IDENTIFIER_RULES = tuple(
    Mutation(rule, file, text, replacement)
    for rule, file, text, replacement in (
        (
            "a placeholder customer_id of an order is none",
            "models/staging/stg_orders.sql",
            '{{ without_placeholder("orders.customer_id") }}',
            "orders.customer_id",
        ),
        (
            "a placeholder visitor_id stitches nothing",
            "models/staging/stg_web_sessions.sql",
            '{{ without_placeholder("visitor_id") }}',
            "visitor_id",
        ),
        (
            "a placeholder contact_id of a touch is none",
            "models/staging/stg_crm_touches.sql",
            '{{ without_placeholder("contact_id") }}',
            "contact_id",
        ),
        (
            "a placeholder customer_id of a contact is none",
            "models/staging/stg_contacts.sql",
            '{{ without_placeholder("customer_id") }}',
            "customer_id",
        ),
        (
            "a placeholder email is none",
            MACROS,
            "when not coalesce({{ is_placeholder(column) }}, false) then {{ comparable_email",
            "when true then {{ comparable_email",
        ),
        (
            "placeholders are compared in any case",
            MACROS,
            "lower({{ identifier }})",
            "{{ identifier }}",
        ),
        ("invisible characters are no part of an email", MACROS, "\\\\x{200b}-\\\\x{200d}", "x"),
        ("emails are compared in NFC", MACROS, "nfc_normalize(lower(", "(lower("),
        (
            "domains are case-folded",
            MACROS,
            "{{ case_folded(domain) }}",
            "{{ domain }}",
        ),
        (
            "a rule says that an identifier is never shared",
            KNOWN,
            "when rules.sharing is not null",
            "when rules.sharing = 'always'",
        ),
        (
            "a rule says that an identifier is always shared",
            KNOWN,
            "then rules.sharing = 'always'",
            "then false",
        ),
        (
            "a shared customer_id does not say whose a row is",
            "macros/first_identifier.sql",
            "where is_shared and identifier_rank = 1",
            "where false",
        ),
        (
            "what is shared is listed, and nothing else",
            SHARED,
            "where is_shared",
            "where true",
        ),
    )
)

CONSENT_RULES = tuple(
    Mutation(rule, file, text, replacement)
    for rule, file, text, replacement in (
        (
            "an opt-out ends a consent",
            CONSENTS,
            "when standing.opted_out_at is not null then false",
            "when false then false",
        ),
        (
            "only a later opt-in brings a consent back",
            CONSENTS,
            "opt_outs.opted_out_at >= last_given.given_at",
            "opt_outs.opted_out_at > last_given.given_at",
        ),
        (
            "only a later opt-in takes back what was said on its channel",
            CONSENTS,
            "opt_outs.opted_out_at >= opt_ins.opted_in_at",
            "opt_outs.opted_out_at > opt_ins.opted_in_at",
        ),
        (
            "a profile that goes on saying yes brings nothing back",
            CONSENTS,
            "where consent and profiles_before = 0",
            "where consent",
        ),
        (
            "another profile that said yes before counts",
            CONSENTS,
            "sum(turn) over (partition by customer_key, channel order by stated_at)",
            "sum(turn) over (partition by contact_id, channel order by stated_at)",
        ),
        (
            "an opt-out on another channel ends all consents",
            CONSENTS,
            "or channel not in ('{{ channels | join(\"', '\") }}')",
            "",
        ),
        (
            "an opt-out on one channel leaves the others",
            CONSENTS,
            "channel = '{{ channel }}' or channel not in",
            "true or channel not in",
        ),
        (
            "channels of opt-outs are compared in lower case",
            CONSENTS,
            "lower(channel) as channel",
            "channel",
        ),
        (
            "the first opt-out that stands is the date",
            CONSENTS,
            "min(opt_outs.opted_out_at)",
            "max(opt_outs.opted_out_at)",
        ),
        (
            "a later opt-in overrules a profile that says no",
            CONSENTS,
            "when opt_ins.opted_in_at > profiles.stated_at",
            "when false",
        ),
        (
            "an opt-in without a profile is a consent",
            CONSENTS,
            "when opt_ins.opted_in_at is not null and profiles.consent is null",
            "when false",
        ),
        (
            "the latest profile answers",
            CONSENTS,
            "order by stated_at desc, contact_id",
            "order by stated_at, contact_id",
        ),
        (
            "consents are shown as they are in effect",
            DIM,
            "consents.consent_sms",
            "consents.consent_email as consent_sms",
        ),
    )
)
