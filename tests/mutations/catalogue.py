"""All breakages, in the order of the rules that they break."""

from tests.mutations import (
    coverage,
    days,
    files,
    identity,
    inputs,
    measures,
    people,
    safety,
    status,
    timeline,
)
from tests.mutations.mutation import Mutation
from tests.mutations.seen import SeenBreakage

CATALOGUE: dict[str, tuple[Mutation, ...]] = {
    "Versions": days.VERSION_RULES,
    "Business dates and D": days.DATE_RULES,
    "Identifiers": identity.IDENTIFIER_RULES,
    "People": people.MUTATIONS,
    "Consents": identity.CONSENT_RULES,
    "Purchases": days.PURCHASE_RULES,
    "Engagement": days.ENGAGEMENT_RULES,
    "Measured engagement": coverage.MEASUREMENT_RULES,
    "Dissatisfaction": days.DISSATISFACTION_RULES,
    "Policies and segments": status.POLICY_RULES,
    "Statuses": status.STATUS_RULES,
    "Sub-statuses": timeline.SUB_STATUS_RULES,
    "Timeline and causes": timeline.TIMELINE_RULES,
    "Standing on D": measures.STANDING_RULES,
    "Money": measures.MONEY_RULES,
    "Touches and channels": measures.TOUCH_RULES,
    "Reasons": measures.REASON_RULES,
}

# Seen by one named test each, not by the comparison.
SEEN_BY_TESTS: dict[str, tuple[SeenBreakage, ...]] = {
    "Landed files and raw rows": files.FILE_BREAKAGES,
    "Identifiers, dates and erased people": inputs.INPUT_BREAKAGES,
    "Releases and their readers": files.RELEASE_BREAKAGES,
    "Failures told to people": files.OPERATOR_BREAKAGES,
    "Figures and colours of the report": safety.REPORT_BREAKAGES,
    "Personal data, mappings, amounts, volume": safety.SAFETY_BREAKAGES,
}
