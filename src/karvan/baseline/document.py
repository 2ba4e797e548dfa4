"""The study as a document in one language: chapters of blocks, composed from the facts and the words of the packs.

Blocks: `text`, `note`, `list`, `heading`, `facts` (label, value, note), `table` (columns with their kind: text, number, badge) and `drawing` (SVG).
A cell is a text, or a text with a colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from karvan.baseline import answers, drawing
from karvan.baseline.wording import Words
from karvan.quality import quality_indicators

if TYPE_CHECKING:
    from karvan.country import Country

DIMENSIONS = ("technical", "accuracy", "completeness", "time", "integrability", "coherence", "accessibility", "relevance", "fairness")
BY_NUMBER = ("personal_no", "register_no", "document")
BY_NAME = ("name_birth", "model", "decision")
Block = dict[str, Any]


def compose(found: Mapping[str, Any], country: Country, *, lang: str, changes: list[dict[str, Any]] | None, before: str | None) -> dict[str, Any]:
    """The document of an edition. `changes` are those since the edition dated `before`; None where there is none before."""
    say = Words(country, lang)
    makers = (summary, institutions, law, flows, metadata, quality, coverage, linkability, timeliness, gaps, maturity, plan)
    chapters = [{"id": make.__name__, "title": say("chapters", make.__name__), "blocks": make(found, country, say)} for make in makers]
    chapters.append({"id": "changes", "title": say("chapters", "changes"), "blocks": changed(changes, before, say)})
    chapters.append({"id": "annex", "title": say("chapters", "annex"), "blocks": annex(country, say)})
    return {
        "title": say("title"),
        "subtitle": say("subtitle", country=country.name(lang), dated=found["dated"], until=found["until"] or say("never")),
        "lang": lang,
        "dated": found["dated"],
        "commit": found["commit"],
        "watermark": say("watermark") if found["synthetic"] else "",
        "words": {name: say(name) for name in ("how_to_read", "contents", "nothing", "synthetic")},
        "chapters": chapters,
    }


def table(say: Words, columns: Iterable[tuple[str, str]], rows: list[list[Any]], *, caption: str = "", widths: list[float] | None = None) -> Block:
    """A table whose columns are named by words of the study: pairs of word and kind (text, number, badge)."""
    given = list(columns)
    heads = [{"title": say("column", name), "kind": kind} for name, kind in given]
    return {"kind": "table", "caption": caption, "columns": heads, "rows": rows, "widths": widths or [1.0 if kind != "text" else 2.4 for _, kind in given]}


def text(said: str) -> Block:
    return {"kind": "text", "text": said}


def summary(found: Mapping[str, Any], country: Country, say: Words) -> list[Block]:
    measures = [m for s in found["sources"] for m in s["measures"].values() if m["colour"]]
    red, delivering = sum(m["colour"] == "red" for m in measures), sum(1 for s in found["sources"] if s["accepted"])
    states = [t["state"] for t in found["tables"].values()]
    open_measures = [m for m in found["plan"] if m["found"] and m["kind"] != "answer" and m["status"] not in ("done", "dropped")]
    answered = found["maturity"]
    boxes = [
        ("institutions", len(found["institutions"]), ""),
        ("sources", delivering, say("fact", "of", n=len(found["sources"]))),
        ("tables", states.count("made"), say("fact", "of_tables", n=len(states))),
        ("red", red, say("fact", "of_measures", n=len(measures))),
        ("answered", answered["submitted"], say("fact", "of_institutions", n=len(answered["institutions"]))),
        ("high", sum(m["priority"] == "high" for m in open_measures), say("fact", "of_plan", n=len(open_measures))),
    ]
    return [
        {"kind": "facts", "items": [{"label": say("fact", name), "value": say.number(value), "note": note} for name, value, note in boxes]},
        text(
            say(
                "text", "summary", country=country.name(say.lang), sources=len(found["sources"]), delivering=delivering, tables=len(states), made=states.count("made"),
                partly=states.count("partly"), definition=states.count("definition"), waiting=states.count("source"),
            )
        ),
        text(maturity_said(found, say)),
        text(say("text", "first")),
        {"kind": "list", "items": [say.measure(m) for m in open_measures[:6]]},
    ]  # fmt: skip


def institutions(found: Mapping[str, Any], country: Country, say: Words) -> list[Block]:
    rows = []
    for key, facts in found["institutions"].items():
        one = country.institutions[key]
        rows.append([one.name(say.lang), one.does(say.lang), ", ".join(one.keeps(say.lang)), ", ".join(say.feed(f) for f in facts["feeds"]) or "–", say.status(facts["status"])])
    return [table(say, [("institution", "text"), ("role", "text"), ("systems", "text"), ("sources", "text"), ("status", "badge")], rows, widths=[2, 2.8, 1.9, 2.4, 1.7])]


def law(found: Mapping[str, Any], country: Country, say: Words) -> list[Block]:
    acts = country.quality.get("law", {})
    rows = []
    for source in found["sources"]:
        named = [say.act(one, acts) for one in source["legal"]]
        statuses = {acts[one["act"]]["status"] for one in source["legal"]}
        status = say.status("confirmed" if statuses == {"confirmed"} else "unverified") if named else {"t": "–", "colour": "red"}
        rows.append([say.feed(source["feed"]), say.institution(source["institution"]), "; ".join(named) or say("text", "no_act"), status])
    listed = [[say.said(act["name"]), say.dated(act["number"]), say("from_memory") if act["source"] == "[M]" else act["source"], say.status(act["status"])] for act in acts.values()]
    return [
        {"kind": "note", "text": say("text", "law")},
        table(say, [("source", "text"), ("institution", "text"), ("acts", "text"), ("status", "badge")], rows, caption=say("text", "acts_of_sources"), widths=[2, 2, 3.1, 1.7]),
        table(say, [("act", "text"), ("number", "text"), ("source", "text"), ("status", "badge")], listed, caption=say("text", "acts_named"), widths=[2.5, 1.4, 2.9, 1.7]),
    ]


def flows(found: Mapping[str, Any], country: Country, say: Words) -> list[Block]:
    ordered = sorted(found["sources"], key=lambda s: (s["institution"], -s["rests"]))
    drawn = [
        {"institution": say.institution(s["institution"]), "source": say.feed(s["feed"]), "note": f"{say.frequency(s['frequency'])}, {s['format']}", "delivers": bool(s["accepted"]), "rests": s["rests"]}
        for s in ordered
    ]
    known = country.quality.get("flows", {})
    acts, systems = country.quality.get("law", {}), known.get("systems", {})

    def named(key: str) -> str:
        return say.said(systems[key]["name"]) if key in systems else say.institution(key)

    rows = [[named(e["from"]), named(e["to"]), say.said(e["what"]), say.act({"act": e["act"]}, acts) if e["act"] else say("text", "no_act"), say.status(e["status"])] for e in known.get("exchanges", [])]
    title = say("text", "drawn_flows")
    return [
        text(say("text", "flows")),
        {"kind": "drawing", "caption": title, "svg": drawing.flows(drawn, title=title, platform="Karvan")},
        table(say, [("from", "text"), ("to", "text"), ("what", "text"), ("act", "text"), ("status", "badge")], rows, caption=say("text", "exchanges"), widths=[2, 2, 1.9, 2.5, 1.7]),
    ]


def metadata(found: Mapping[str, Any], country: Country, say: Words) -> list[Block]:
    described = country.quality.get("sources", {})
    rows = []
    for source in found["sources"]:
        entry = described.get(source["feed"], {})
        contract = country.contracts[source["feed"]]      # what the pack does not describe, the contract may say in one language
        words = [say.said(entry.get(name) or own or "–") for name, own in (("covers", contract.purpose), ("unit", ""), ("limits", contract.limitations))]
        rows.append([say.feed(source["feed"]), *words, f"{say.frequency(source['frequency'])}, {source['format']}", f"{source['fields']} ({source['personal']})"])
    return [table(say, [("source", "text"), ("covers", "text"), ("unit", "text"), ("limits", "text"), ("frequency", "text"), ("fields", "number")], rows, widths=[2, 2.2, 1.6, 2.9, 1.5, 1.3])]


def quality(found: Mapping[str, Any], country: Country, say: Words) -> list[Block]:
    scored = [s for s in found["sources"] if s["score"] is not None]
    if not scored:
        return [{"kind": "note", "text": say("text", "not_scored")}]
    shown = [d for d in DIMENSIONS if any(d in s["dimensions"] for s in scored)]
    columns = [{"title": say("column", "source"), "kind": "text"}, *({"title": say("dimension", d), "kind": "badge"} for d in shown), {"title": say("column", "total"), "kind": "badge"}]
    rows = [[say.feed(s["feed"]), *(say.points(s["dimensions"].get(d)) for d in shown), say.points(s["score"])] for s in sorted(scored, key=lambda s: s["score"])]
    weak = [
        [say.feed(s["feed"]), say.qi(qi), say.measured(qi, m["measured"]), say.coloured(m["colour"]), say.number(s["rests"])]
        for s in sorted(scored, key=lambda s: -s["rests"])
        for qi, m in s["measures"].items()
        if m["colour"] in ("red", "amber")
    ]
    return [
        text(say("text", "quality")),
        {"kind": "table", "caption": "", "columns": columns, "rows": rows, "widths": [2.8, *(1.1 for _ in shown), 1]},
        table(say, [("source", "text"), ("measure", "text"), ("measured", "number"), ("judgement", "badge"), ("rests", "number")], weak, caption=say("text", "weak"), widths=[2.4, 2.9, 1.2, 1.75, 1.35]),
    ]


def coverage(found: Mapping[str, Any], country: Country, say: Words) -> list[Block]:
    shown = [qi for qi in ("QI-09", "QI-10", "QI-12") if any(qi in s["measures"] for s in found["sources"])]
    columns = [(name, kind) for name, kind in (("source", "text"), ("deliveries", "number"), ("held", "number"), ("rows", "number"), ("set_aside", "number"), ("first_on", "number"), ("complete_until", "number"))]
    rows = []
    for s in found["sources"]:
        cells: list[Any] = [say.feed(s["feed"]), *(say.number(s[name]) for name in ("deliveries", "held", "rows", "set_aside")), s["first_on"] or "–", s["complete_until_on"] or "–"]
        rows.append(cells + [say.judged(s["measures"].get(qi), qi) for qi in shown])
    made = table(say, columns, rows, widths=[2.9, 1.4, 0.85, 1, 0.9, 1.35, 1.35, *(1.5 for _ in shown)])
    made["columns"] += [{"title": say.qi(qi), "kind": "badge"} for qi in shown]
    return [made]


def linkability(found: Mapping[str, Any], country: Country, say: Words) -> list[Block]:
    rows, shares = [], {}
    for s in found["sources"]:
        linked, known = s["linked_by"], found["overlap"].get(s["feed"])
        if not linked or not known:
            continue
        n, people = sum(linked.values()), known[s["feed"]]
        parts = [100 * sum(linked.get(level, 0) for level in levels) / n for levels in (BY_NUMBER, BY_NAME, ("alone",))]
        rows.append([say.feed(s["feed"]), say.number(n), say.number(people), *(say.percent(p) for p in parts), say.percent(100 * known["elsewhere"] / people)])
        shares[s["feed"]] = {other: 100 * known.get(other, 0) / people for other in found["overlap"]}
    drawn = {feed: {other: share for other, share in row.items() if other in shares} for feed, row in shares.items()}
    title = say("text", "overlap")
    columns = [("source", "text"), ("records", "number"), ("people", "number"), ("exact", "number"), ("by_name", "number"), ("alone", "number"), ("elsewhere", "number")]
    return [
        text(say("text", "linkability")),
        table(say, columns, rows),
        {"kind": "drawing", "caption": title, "svg": drawing.overlap(drawn, {f: say.feed(f) for f in drawn}, title=title) if drawn else ""},
    ]


def timeliness(found: Mapping[str, Any], country: Country, say: Words) -> list[Block]:
    rows = []
    for s in found["sources"]:
        days = [s["measures"].get(name, {}).get("measured") for name in ("QI-13 p50", "QI-13 p95")]
        late = f"{s['late']} / {s['timed']}" if s["timed"] else "–"
        rows.append([say.feed(s["feed"]), say.frequency(s["frequency"]), say.number(s["latency_days"]), *(say.number(d) for d in days), late, say.judged(s["measures"].get("QI-14"), "QI-14")])
    columns = [("source", "text"), ("frequency", "text"), ("agreed", "number"), ("p50", "number"), ("p95", "number"), ("late", "number"), ("judgement", "badge")]
    return [table(say, columns, rows, widths=[2.4, 1.2, 1.2, 1.2, 1.2, 1.1, 1.3])]


def gaps(found: Mapping[str, Any], country: Country, say: Words) -> list[Block]:
    asked = country.quality.get("tables", {})
    blocks: list[Block] = [text(say("text", "gaps"))]
    for group in dict.fromkeys(t["group"] for t in found["tables"].values()):
        rows = []
        for key, standing in found["tables"].items():
            if standing["group"] == group:
                missing = ", ".join([*(say("by", d) for d in standing["missing"]), *(say.record(r) for r in standing["waits_for"])])
                colour = {"made": "green", "partly": "amber", "definition": "amber", "source": "red"}[standing["state"]]
                rows.append([key, say.said(asked[key]["name"]), {"t": say("state", standing["state"]), "colour": colour}, standing["indicator"] or "–", missing or "–"])
        blocks.append(table(say, [("id", "text"), ("table", "text"), ("status", "badge"), ("carried", "text"), ("waits", "text")], rows, caption=say("group", group), widths=[0.8, 3.4, 1.6, 1.1, 2]))
    return blocks


def maturity_said(found: Mapping[str, Any], say: Words) -> str:
    many, done = len(found["maturity"]["institutions"]), found["maturity"]["submitted"]
    return say("text", "partly_answered", n=many, k=done) if done else say("text", "unanswered")


def maturity(found: Mapping[str, Any], country: Country, say: Words) -> list[Block]:
    asked, standing = answers.asked_of(country), found["maturity"]
    blocks: list[Block] = [{"kind": "note", "text": maturity_said(found, say)}]
    if standing["submitted"]:
        title = say("column", "mean")
        rows = [(say.said(name), standing["sections"][key]) for key, name in asked["sections"].items()]
        blocks.append({"kind": "drawing", "caption": title, "svg": drawing.levels(rows, title=title, decimal="." if say.lang == "en" else ",")})
    names = list(asked["sections"])
    lines = []
    for key, one in standing["institutions"].items():
        state = say("answered", one["state"], n=one["answered"], day=(one["submitted_at"] or "")[:10])
        colour = {"none": "", "draft": "amber", "submitted": "green"}[one["state"]]
        lines.append([say.institution(key), {"t": state, "colour": colour}, *(say.level(one["sections"][name]) for name in names)])
    made = table(say, [("institution", "text"), ("questionnaire", "badge")], lines, widths=[2.9, 2.1, *(1.5 for _ in names)])
    made["columns"] += [{"title": say.said(asked["sections"][name]), "kind": "number"} for name in names]
    return [*blocks, made]


def plan(found: Mapping[str, Any], country: Country, say: Words) -> list[Block]:
    rows = []
    listed = [m for m in found["plan"] if m["kind"] != "answer" or m["status"] != "proposed"]
    for number, m in enumerate(listed, start=1):
        what = say.measure(m) + ("" if m["found"] else f" ({say('text', 'gone')})")
        colour = {"high": "red", "medium": "amber", "low": ""}[m["priority"]]
        status = {"t": say("plan_status", m["status"]), "colour": {"done": "green", "in_progress": "amber"}.get(m["status"], "")}
        rows.append([str(number), {"t": say("priority", m["priority"]), "colour": colour}, what, say.institution(m["owner"]), m["due"] or "–", status])
    return [text(say("text", "plan")), table(say, [("place", "number"), ("priority", "badge"), ("what_to_do", "text"), ("owner", "text"), ("due", "number"), ("status", "badge")], rows, widths=[0.5, 1.3, 4.2, 2.2, 1, 1.5])]


def changed(changes: list[dict[str, Any]] | None, before: str | None, say: Words) -> list[Block]:
    if changes is None or before is None:
        return [{"kind": "note", "text": say("text", "first_edition")}]
    rows = [[say.change(one), say.value(one, one["before"]), say.value(one, one["now"])] for one in changes]
    said = text(say("text", "compared", dated=before))
    return [said, table(say, [("what", "text"), ("before", "badge"), ("now", "badge")], rows, widths=[4, 1.6, 1.6])] if rows else [said, text(say("text", "unchanged"))]


def annex(country: Country, say: Words) -> list[Block]:
    rows = [[qi.id, say.qi(qi.id), say.dimension(qi.dimension), say.limits(qi)] for qi in quality_indicators().values()]
    asked = answers.asked_of(country)
    questions = [[key, say.said(q["ask"]), say.said(q["after"])] for key, q in asked["questions"].items()]
    return [
        text(say("text", "limits")),
        table(say, [("id", "text"), ("measure", "text"), ("section", "text"), ("limits_of", "number")], rows, widths=[0.8, 4, 1.6, 2]),
        table(say, [("id", "text"), ("question", "text"), ("after", "text")], questions, caption=say("text", "questions"), widths=[0.5, 3.6, 3.9]),
    ]
