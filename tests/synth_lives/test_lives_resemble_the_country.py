"""Compositions of the synthetic country against published figures; levels are denser than life by the pack's factors and are not compared."""

import pytest


def shares(rows):
    total = sum(n for _, n in rows)
    return {key: 100 * n / total for key, n in rows}


def test_visitors_come_from_where_the_statistical_committee_says(ask, official):
    """Source: State Statistical Committee, visitor arrivals January-October 2023 by citizenship (packs/az/official)."""
    real = {k[3]: v for k, v in official.items() if k[:3] == ("visitor_arrivals_share", "2023-01-01", "2023-10-31") and k[3] != "other"}
    made = shares(
        ask("""
        select c.citizenship, count(*) from crossing c join people p using (person_no)
        where c.direction = 'in' and c.decision = 'admitted' and p.kind = 'visitor' and c.crossed_on between date '2023-01-01' and date '2023-10-31' group by 1""")
    )
    assert len(real) > 12
    for citizenship, share in real.items():
        assert made[citizenship] == pytest.approx(share, abs=1.5 + 0.06 * share), citizenship


def test_more_visitors_came_from_georgia_before_the_land_border_closed(ask, official):
    real = official[("visitor_arrivals_share", "2018-01-01", "2018-07-31", "GEO")]
    made = shares(
        ask("""
        select c.citizenship, count(*) from crossing c join people p using (person_no)
        where c.direction = 'in' and c.decision = 'admitted' and p.kind = 'visitor' and c.crossed_on between date '2018-01-01' and date '2018-07-31' group by 1""")
    )
    assert made["GEO"] == pytest.approx(real, abs=3)


def test_visitors_come_in_the_months_that_the_statistical_committee_counts(ask, official):
    """Source: State Statistical Committee, visitor arrivals 2023: January, January to May, January to June, January to October."""
    arrived = dict(
        ask("""
        select month(crossed_on), count(*) from crossing join people using (person_no)
        where direction = 'in' and decision = 'admitted' and kind = 'visitor' and year(crossed_on) = 2023 group by 1""")
    )
    until = {month: sum(n for m, n in arrived.items() if m <= month) for month in (1, 5, 6, 10)}
    for month, last in ((1, "01-31"), (5, "05-31"), (6, "06-30")):
        real = official[("visitor_arrivals", "2023-01-01", f"2023-{last}", "total")] / official[("visitor_arrivals", "2023-01-01", "2023-10-31", "total")]
        assert until[month] / until[10] == pytest.approx(real, abs=0.03), month


def test_foreigners_enter_as_often_in_a_year_as_the_migration_service_counts(ask, official):
    """Source: State Migration Service, entries and persons who entered, 2017 (to 23 December); here 2018, the first year with visits."""
    real = official[("border_entries_events", "2017-01-01", "2017-12-23", "")] / official[("border_entries_persons", "2017-01-01", "2017-12-23", "")]
    ((made,),) = ask("""
        select count(*) / count(distinct person_no) from crossing
        where direction = 'in' and decision = 'admitted' and citizenship <> 'AZE' and year(crossed_on) = 2018""")
    assert made == pytest.approx(real, abs=0.15)


def test_asylum_is_asked_for_by_whom_and_decided_as_the_high_commissioner_reports(ask):
    """Source: UNHCR, applications and decisions in the country 2018 to 2023 (persons): of 2,699 new applicants 1,475 Afghans and 682 Pakistanis;
    of 2,772 decisions 830 recognised, 1,635 rejected, 307 closed otherwise."""
    origins = shares(ask("select origin_country, count(*) from case_event where procedure = 'asylum' and event = 'lodged' group by 1"))
    assert origins["AFG"] == pytest.approx(55, abs=8)
    assert origins["PAK"] == pytest.approx(26, abs=6)
    outcomes = shares(ask("select outcome, count(*) from decision where procedure = 'asylum' group by 1"))
    assert outcomes["refugee"] == pytest.approx(30, abs=8)
    assert outcomes["refused"] + outcomes["inadmissible"] == pytest.approx(59, abs=8)


def test_women_among_people_born_abroad_as_the_united_nations_estimate(ask):
    """Source: UN migrant stock 2024, women among the born in Georgia and in Turkey living in the country in mid-2020: 54.0 and 32.2 percent; all emigrants 49.9."""
    made = dict(
        ask("""
        select born_country, 100 * avg((sex = 'F')::int) from residence join people using (person_no)
        where from_on <= date '2020-07-01' and (to_on is null or to_on > date '2020-07-01') group by 1""")
    )
    assert made["GEO"] == pytest.approx(54.0, abs=5)
    assert made["TUR"] == pytest.approx(32.2, abs=10)
    ((emigrants,),) = ask("select 100 * avg((sex = 'F')::int) from residence join people using (person_no) where ended_by = 'emigration' and reason is null")
    assert emigrants == pytest.approx(49.9, abs=5)


def test_temporary_permits_go_to_the_citizenships_that_the_migration_service_names(ask, official):
    """Source: State Migration Service, temporary residence permits 2019: Turkey and Russia lead, then Georgia, Iran, Pakistan."""
    key = ("temporary_residence_permits_granted", "2019-01-01", "2019-12-31")
    real = {c: 100 * official[(*key, c)] / official[(*key, "total")] for c in ("TUR", "RUS", "GEO", "IRN", "PAK")}
    made = shares(
        ask("""
        select n.citizenship, count(*) from permit p join nationalities n using (person_no)
        where p.kind = 'temporary' and p.decision = 'granted' and year(p.decided_on) = 2019 and n.from_on <= p.applied_on group by 1""")
    )
    for citizenship, share in real.items():
        assert made[citizenship] == pytest.approx(share, abs=8), citizenship
    assert {c for c, _ in sorted(made.items(), key=lambda x: -x[1])[:2]} == {"TUR", "RUS"}


def test_resident_foreigners_are_first_of_all_russian_georgian_and_turkish(ask, official):
    """Source: State Migration Service, foreigners living in the country on 14 January 2021."""
    real = {k[3]: v for k, v in official.items() if k[:2] == ("foreign_residents_stock", "2021-01-14") and k[3] not in ("total", "other")}
    made = ask("""
        select n.citizenship from residence r join nationalities n using (person_no)
        where r.from_on <= date '2021-01-14' and (r.to_on is null or r.to_on > date '2021-01-14') and r.reason is not null
          and n.citizenship <> 'AZE' group by 1 order by count(*) desc limit 3""")
    assert {c for (c,) in made} == set(sorted(real, key=real.get)[-3:])


def test_decisions_on_violations_are_mostly_fines_and_orders_to_leave(ask, official):
    """Source: State Migration Service, decisions January 2017 to July 2020: legalised about a tenth, orders to leave about a third."""
    made = shares(ask("select outcome, count(*) from decision where procedure = 'irregular_stay' and instance = 'admin' group by 1"))
    real = 100 * official[("decisions_legalised", "2018-01-01", "2018-01-31", "")] / official[("decisions_violations", "2018-01-01", "2018-01-31", "")]
    assert made["legalised"] == pytest.approx(real, abs=4)
    assert made["fine"] + made["leave_48h"] > 60


def test_emigrants_go_where_the_united_nations_count_them(ask):
    """Source: UN migrant stock 2024: of the born in the country and living in these hosts, Russia 308,165, Turkey 117,860, Ukraine 84,792, Kazakhstan 18,451."""
    made = shares(ask("select next_country, count(*) from residence where ended_by = 'emigration' and reason is null group by 1"))
    assert made["RUS"] > made["TUR"] > made["UKR"] > made["KAZ"]
    assert made["RUS"] == pytest.approx(50, abs=8)


def test_population_ages_like_the_world_population_prospects(ask):
    """Source: WPP 2024: births 12.7 and deaths 6.7 per 1,000 in 2022; the default country within a third of them."""
    ((births, deaths, alive),) = ask("""
        select count(*) filter (year(born_on) = 2022), count(*) filter (year(died_on) = 2022), count(*) filter (born_on < date '2022-07-01' and (died_on is null or died_on >= date '2022-07-01'))
        from people p join nationalities n using (person_no) where kind = 'resident' and n.citizenship = 'AZE'""")
    assert 1000 * births / alive == pytest.approx(12.7, rel=0.33)
    assert 1000 * deaths / alive == pytest.approx(6.7, rel=0.33)
    ((boys,),) = ask("select avg((sex = 'M')::int) from people where kind = 'resident' and born_on >= date '2012-01-01'")
    assert boys == pytest.approx(0.53, abs=0.015)


def test_men_come_for_work_and_women_as_family(ask):
    made = dict(ask("select reason, 100 * avg((sex = 'F')::int) from permit join people using (person_no) group by 1"))
    assert made["work"] < 25 < 50 < made["family"]


def test_visitors_state_tourism_and_privates_most(ask):
    made = [
        p
        for (p,) in ask(
            "select purpose from crossing join people using (person_no) where kind = 'visitor' and purpose is not null group by 1 order by count(*) desc limit 3"
        )
    ]
    assert set(made) == {"tourism", "private", "business"}


def test_the_gulf_comes_in_summer_and_iran_in_spring(ask):
    peak = dict(
        ask("""
        select citizenship, arg_max(month, n) from (select citizenship, month(crossed_on) as month, count(*) as n from crossing where direction = 'in' and year(crossed_on) between 2022 and 2025 group by all) group by 1""")
    )
    assert {peak["SAU"], peak["KWT"]} <= {6, 7, 8}
    assert peak["IRN"] == 3


def test_the_land_border_lets_out_but_not_in(ask):
    """In: closed to passengers by land and sea since March 2020 (Cabinet decisions); out: open."""
    made = dict(
        ask("""
        select direction, 100.0 * count(*) filter (mode <> 'air') / count(*) from crossing where crossed_on >= date '2020-07-01' group by 1""")
    )
    assert made["in"] < 2
    assert made["out"] > 8
    before = dict(ask("select direction, 100.0 * count(*) filter (mode <> 'air') / count(*) from crossing where crossed_on < date '2020-03-01' group by 1"))
    assert before["in"] > 20


def test_eight_citizenships_have_more_than_two_hundred_immigrants_a_year(ask):
    for year in (2022, 2023, 2024):
        many = ask(f"""
            select n.citizenship from residence r join nationalities n using (person_no)
            where r.previous_country is not null and year(r.from_on) = {year} and n.citizenship <> 'AZE' and n.from_on <= r.from_on group by 1 having count(*) > 200""")
        assert len(many) >= 8, (year, many)


def test_the_default_size_is_kept(ask):
    ((residents,),) = ask("select count(*) from residence where from_on <= date '2020-07-01' and (to_on is null or to_on > date '2020-07-01')")
    assert residents == pytest.approx(50_000, rel=0.05)
    ((crossings,),) = ask("select count(*) from crossing where crossed_on between date '2020-07-01' and date '2026-06-30'")
    assert crossings == pytest.approx(450_000, rel=0.07)
