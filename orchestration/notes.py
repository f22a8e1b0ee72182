"""Where sample data comes from, in one sentence that its readers must be told."""

DATA_NOTES = {
    "simulated": "This is a simulated retailer; nobody in it exists.",
    "complete_journey": (
        "The Complete Journey by 84.51°, described by its authors as simulated from real shopping."
    ),
}
