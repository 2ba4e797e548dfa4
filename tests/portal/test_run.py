"""From files to an explained figure, through the portal alone: the operator presses one button."""

import time

import workspace as made


def test_the_operator_runs_the_line_and_its_figures_appear(tinyland, visit, tmp_path):
    from django.test import override_settings

    from karvan import intake
    from karvan_portal.data.models import Job

    ws = made.with_extracts(tmp_path / "fresh")
    (ws.root / "portal").symlink_to(tinyland.root / "portal")  # the job's process reads the same accounts and jobs
    root = ws.root.resolve()
    with override_settings(WORKSPACE=root, OWN_FOLDER=root / "portal"):
        client = visit("mig")
        assert "Nothing has run yet" in client.get("/data/runs/").text
        assert client.post("/data/runs/start/").status_code == 302
        assert client.post("/data/runs/start/").status_code == 409, "a second run must say that one is going"
        job = Job.objects.latest("pk")
        seen = client.get(f"/data/runs/{job.pk}/progress/", headers={"HX-Request": "true"}).text
        assert 'hx-trigger="every 1s"' in seen and "<progress" in seen
        for _ in range(900):
            job.refresh_from_db()
            if not job.is_open:
                break
            time.sleep(0.1)
        assert (job.state, job.message) == ("done", ""), (tinyland.root / "portal" / f"job-{job.pk}.log").read_text()
        assert "HX-Refresh" in client.get(f"/data/runs/{job.pk}/progress/", headers={"HX-Request": "true"}).headers

        deliveries = client.get("/data/").text
        assert "13 deliveries" in deliveries and "crossings_2024-06.csv" in deliveries
        shown = client.get("/statistics/TMP-01/?by=citizenship").text
        assert "Hillmark" in shown and "120" in shown
        assert "The last run refused this indicator" in client.get("/statistics/ADM-01/").text, "no contract gives work permits"
        walked = client.get("/statistics/explain/TMP-01/2024/?citizenship=XTB")
        assert walked.status_code == 200 and "tiny.bor.crossings" in walked.text and "crossing v1" in walked.text
        held = next(d for d in intake.ledger(ws) if d["state"] == "held")
        answer = client.post(f"/data/deliveries/{held['delivery_id']}/accept/", {"reason": "the border was closed that month", "sure": "yes"}, follow=True)
        assert "Accepted: crossings_2025-01.csv" in answer.text and "mig: the border was closed that month" in answer.text
        client.post("/data/set-aside/tiny.bor.crossings/", {"purpose": "see the June file"})
        assert "31.06.2024" in client.get("/data/set-aside/tiny.bor.crossings/").text


def test_a_run_whose_process_is_gone_is_shown_as_stopped(visit):
    from karvan_portal.data.models import Job

    job = Job.objects.create(started_by="mig", state="running", process=2**22 + 1)
    page = visit("mig").get("/data/runs/").text
    job.refresh_from_db()
    assert job.state == "stopped"
    assert "was stopped" in page and "What was committed before is in force" in page


def test_a_run_that_fails_says_what_to_do(tinyland, visit, tmp_path):
    from django.test import override_settings

    from karvan_portal.data.models import Job

    ws = made.with_extracts(tmp_path / "busy")
    (ws.root / "portal").symlink_to(tinyland.root / "portal")
    root = ws.root.resolve()
    with ws.lock(), override_settings(WORKSPACE=root, OWN_FOLDER=root / "portal"):
        client = visit("mig")
        client.post("/data/runs/start/")
        job = Job.objects.latest("pk")
        for _ in range(300):
            job.refresh_from_db()
            if not job.is_open:
                break
            time.sleep(0.1)
        page = client.get("/data/runs/").text
    assert job.state == "failed"
    assert "Another run holds this workspace" in page and "wait until it ends" in page
