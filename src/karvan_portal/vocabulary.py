"""The portal's own vocabulary: what codes of the platform are called. Codes of a country have their names in its packs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

DIMENSION = {
    "sex": gettext_lazy("Sex"),
    "age_group": gettext_lazy("Age group"),
    "citizenship": gettext_lazy("Citizenship"),
    "birth_country": gettext_lazy("Country of birth"),
    "previous_country": gettext_lazy("Country of previous residence"),
    "next_country": gettext_lazy("Country of next residence"),
    "partner": gettext_lazy("Partner country"),
    "area": gettext_lazy("Reporting country"),
    "region": gettext_lazy("Region"),
    "reason": gettext_lazy("Reason"),
    "status": gettext_lazy("Status"),
    "mode": gettext_lazy("Mode of transport"),
    "bcp": gettext_lazy("Border point"),
    "purpose": gettext_lazy("Purpose"),
    "channel": gettext_lazy("Channel"),
    "procedure": gettext_lazy("Procedure"),
    "decision": gettext_lazy("Decision"),
    "ground": gettext_lazy("Ground"),
    "duration": gettext_lazy("Duration"),
    "occupation": gettext_lazy("Occupation"),
    "industry": gettext_lazy("Industry"),
    "method": gettext_lazy("Method"),
    "kind": gettext_lazy("Kind"),
    "unit_counted": gettext_lazy("Unit counted"),
}

CODE = {
    ("sex", "F"): gettext_lazy("Women"),
    ("sex", "M"): gettext_lazy("Men"),
    ("sex", "X"): gettext_lazy("Other or unspecified"),
    ("reason", "family"): gettext_lazy("Family"),
    ("reason", "education"): gettext_lazy("Education"),
    ("reason", "work"): gettext_lazy("Work"),
    ("reason", "other"): gettext_lazy("Other reason"),
    ("mode", "air"): gettext_lazy("Air"),
    ("mode", "rail"): gettext_lazy("Rail"),
    ("mode", "road"): gettext_lazy("Road"),
    ("mode", "sea"): gettext_lazy("Sea"),
    ("mode", "foot"): gettext_lazy("On foot"),
    ("decision", "granted"): gettext_lazy("Granted"),
    ("decision", "refused"): gettext_lazy("Refused"),
    ("decision", "withdrawn"): gettext_lazy("Withdrawn"),
    ("decision", "discontinued"): gettext_lazy("Discontinued"),
    ("decision", "inadmissible"): gettext_lazy("Inadmissible"),
    ("decision", "cancelled"): gettext_lazy("Cancelled"),
    ("decision", "expired"): gettext_lazy("Expired"),
    ("decision", "pending"): gettext_lazy("Pending"),
    ("kind", "temporary"): gettext_lazy("Temporary"),
    ("kind", "permanent"): gettext_lazy("Permanent"),
    ("procedure", "asylum"): gettext_lazy("Asylum"),
    ("procedure", "irregular_stay"): gettext_lazy("Irregular stay"),
    ("procedure", "return"): gettext_lazy("Return"),
    ("procedure", "readmission"): gettext_lazy("Readmission"),
    ("procedure", "citizenship"): gettext_lazy("Citizenship"),
    ("procedure", "temporary_residence"): gettext_lazy("Temporary residence"),
    ("procedure", "permanent_residence"): gettext_lazy("Permanent residence"),
    ("procedure", "registration"): gettext_lazy("Registration upon place of stay"),
    ("procedure", "work_permit"): gettext_lazy("Work permit"),
    ("procedure", "visa"): gettext_lazy("Visa"),
    ("kind", "received"): gettext_lazy("Received"),
    ("kind", "decided"): gettext_lazy("Decided"),
    ("kind", "granted"): gettext_lazy("Granted"),
    ("kind", "refused"): gettext_lazy("Refused"),
    ("kind", "pending"): gettext_lazy("Pending at the end"),
    ("kind", "with_term"): gettext_lazy("With a legal term"),
    ("kind", "in_time"): gettext_lazy("Within the term"),
    ("kind", "due"): gettext_lazy("Came due"),
    ("kind", "overstayed"): gettext_lazy("Overstayed"),
    ("kind", "must_register"): gettext_lazy("Had to register"),
    ("kind", "first_substantive"): gettext_lazy("First instance, on substance"),
    ("kind", "first_positive"): gettext_lazy("First instance, positive"),
    ("kind", "final_substantive"): gettext_lazy("On appeal, on substance"),
    ("kind", "final_positive"): gettext_lazy("On appeal, positive"),
    ("kind", "applied"): gettext_lazy("Applied"),
    ("kind", "left_in_time"): gettext_lazy("Left in time"),
    ("kind", "left_late"): gettext_lazy("Left late"),
    ("kind", "departure_not_seen"): gettext_lazy("Departure not seen"),
    ("kind", "no_dated_limit"): gettext_lazy("No dated limit"),
    ("kind", "limit_not_recorded"): gettext_lazy("Limit not recorded"),
    ("method", "median"): gettext_lazy("Median"),
    ("method", "p90"): gettext_lazy("Nine in ten below"),
    ("channel", "web"): gettext_lazy("Web portal"),
    ("channel", "office"): gettext_lazy("Office"),
    ("channel", "hotel"): gettext_lazy("Hotel"),
    ("channel", "evisa"): gettext_lazy("Electronic visa"),
    ("channel", "airport"): gettext_lazy("At the airport"),
    ("channel", "consulate"): gettext_lazy("Consulate"),
    ("status", "permanent"): gettext_lazy("Permanent residence"),
    ("status", "temporary"): gettext_lazy("Temporary residence"),
    ("status", "refugee"): gettext_lazy("Refugee"),
    ("status", "asylum_seeker"): gettext_lazy("Asylum seeker"),
    ("status", "citizen"): gettext_lazy("Citizen"),
    ("status", "visa"): gettext_lazy("Visa"),
    ("status", "visa_free"): gettext_lazy("Visa-free"),
    ("status", "registered_stay"): gettext_lazy("Registered stay"),
    ("status", "irregular"): gettext_lazy("Irregular"),
    ("status", "ordered_to_leave"): gettext_lazy("Ordered to leave"),
}

STATE = {
    "accepted": gettext_lazy("Accepted"),
    "held": gettext_lazy("Held"),
    "superseded": gettext_lazy("Superseded"),
    "unchanged": gettext_lazy("Unchanged"),
}

STEP = {
    "intake": gettext_lazy("Intake"),
    "link": gettext_lazy("Linkage"),
    "linkage": gettext_lazy("Linkage"),
    "lifecourse": gettext_lazy("Life courses"),
    "quality": gettext_lazy("Quality"),
    "indicators": gettext_lazy("Indicators"),
    "disclosure": gettext_lazy("Disclosure control"),
}

OBS_STATUS = {
    "P": gettext_lazy("provisional"),
    "B": gettext_lazy("break in the series"),
    "E": gettext_lazy("estimated"),
    "M": gettext_lazy("missing"),
}

TREATMENT = {
    "none": gettext_lazy("as counted"),
    "rounded": gettext_lazy("rounded to base 5"),
    "from_rounded": gettext_lazy("computed from rounded counts"),
    "withheld": gettext_lazy("withheld to protect people"),
    "public_source": gettext_lazy("published by its source"),
}

COLOUR = {"green": gettext_lazy("good"), "amber": gettext_lazy("with care"), "red": gettext_lazy("weak")}

ACT = {
    "sign_in": gettext_lazy("signed in"),
    "sign_in_refused": gettext_lazy("was refused at signing in"),
    "sign_out": gettext_lazy("signed out"),
    "account_made": gettext_lazy("made an account"),
    "view_quarantine": gettext_lazy("opened rows set aside"),
    "return_file": gettext_lazy("took a return file"),
    "accept_delivery": gettext_lazy("accepted a held delivery"),
    "open_untreated": gettext_lazy("opened an untreated value"),
    "run_line": gettext_lazy("ran the line"),
    "write_profile": gettext_lazy("wrote the profile"),
    "open_pair": gettext_lazy("opened a pair of people"),
    "answer_pair": gettext_lazy("answered a pair"),
    "draw_sample": gettext_lazy("drew a sample of pairs"),
    "undo_event": gettext_lazy("took a merge or split back"),
    "compare_thresholds": gettext_lazy("computed figures under other thresholds"),
}

DETAIL = {  # of a quality score, where it is a word of the platform and no column
    "accuracy": gettext_lazy("accuracy"),
    "completeness": gettext_lazy("completeness"),
    "integrability": gettext_lazy("integrability"),
    "technical": gettext_lazy("technical soundness"),
    "time": gettext_lazy("timeliness"),
    "p50": gettext_lazy("half of them within"),
    "p95": gettext_lazy("95 of 100 within"),
}

PROGRESS = {
    "reading the published cells": gettext_lazy("reading the published cells"),
    "drawing the pages": gettext_lazy("drawing the pages"),
    "setting the PDF": gettext_lazy("setting the PDF"),
    "done": gettext_lazy("done"),
}

GATE = {
    "file_name": gettext_lazy("Name of the file"),
    "readable": gettext_lazy("Readable at all"),
    "rows": gettext_lazy("Number of rows"),
    "layout": gettext_lazy("Share of rows that do not fit the layout"),
    "fill": gettext_lazy("Share filled"),
    "codes": gettext_lazy("Share of codes not in their list"),
    "check_digit": gettext_lazy("Share of wrong check digits"),
}

QUALITY = {
    "QI-01": gettext_lazy("Rows that fit their contract"),
    "QI-02": gettext_lazy("Values found in their code list"),
    "QI-03": gettext_lazy("Records that break a rule of sense"),
    "QI-04": gettext_lazy("Document numbers with a wrong check digit"),
    "QI-05": gettext_lazy("Heaping of birthdays"),
    "QI-08": gettext_lazy("Mandatory fields that are filled"),
    "QI-10": gettext_lazy("Open records of people who left"),
    "QI-11": gettext_lazy("Stays with an end that was put in"),
    "QI-13": gettext_lazy("Days from event to extract"),
    "QI-14": gettext_lazy("Days from due date to arrival"),
    "QI-16": gettext_lazy("Records with an exact key"),
    "SCORE": gettext_lazy("Overall score"),
}
