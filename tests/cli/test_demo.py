"""The demo: from nothing to a page to open, and nothing done twice."""

import subprocess
import sys

import pytest


def karvan(*words):
    return subprocess.run([sys.executable, "-m", "karvan", *map(str, words)], capture_output=True, text=True)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "demo"
    return folder, karvan("demo", "-w", folder, "--residents", 400, "--no-serve")


def test_the_demo_ends_with_a_profile_in_every_language(demo):
    folder, run = demo
    assert run.returncode == 0, run.stderr
    for lang in ("az", "en", "ru"):
        page = (folder / "publications" / "profile" / f"profile.{lang}.html").read_text(encoding="utf-8")
        assert f'<html lang="{lang}">' in page and 'class="synthetic"' in page
        assert (folder / "publications" / "profile" / f"profile.{lang}.pdf").read_bytes().startswith(b"%PDF")


def test_the_demo_leaves_a_baseline_study_in_every_language(demo):
    (edition,) = (demo[0] / "publications" / "baseline").iterdir()
    for lang in ("az", "en", "ru"):
        page = (edition / f"study.{lang}.html").read_text(encoding="utf-8")
        assert f'<html lang="{lang}">' in page and 'class="synthetic"' in page
        assert (edition / f"study.{lang}.pdf").read_bytes().startswith(b"%PDF")


def test_the_profile_sets_registration_beside_the_international_estimate_for_common_years_only(demo):
    page = (demo[0] / "publications" / "profile" / "profile.en.html").read_text(encoding="utf-8")
    for figure in ("+1,600", "−37,559", "+1,800", "+9,086"):
        assert figure in page
    assert "EXT-REGNET 2023" not in page, "2023 has no national figure"


def test_a_second_demo_does_nothing_again(demo):
    run = karvan("demo", "-w", demo[0], "--residents", 400, "--no-serve")
    assert run.returncode == 0, run.stderr
    *steps, all_in = run.stdout.splitlines()
    assert {"intake", "link", "lifecourse", "indicators", "disclosure"} <= {step.split()[0] for step in steps}
    assert [step for step in steps if step.split()[1:] != ["unchanged"]] == []
    assert all_in.startswith("in all"), "neither profile nor study is made again"


def test_a_demo_killed_while_its_files_were_made_begins_again(demo, tmp_path):
    folder = tmp_path / "half"
    assert karvan("init", folder, "--pack", "az").returncode == 0
    (folder / "making").touch()
    (folder / "identity" / "extracts" / "az.sbs.crossings").mkdir()
    run = karvan("demo", "-w", folder, "--pack", "az", "--residents", 300, "--no-serve")
    assert run.returncode == 0, run.stderr
    assert not (folder / "making").exists()


def test_the_demo_leaves_a_folder_alone_that_holds_something_else(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    run = karvan("demo", "-w", tmp_path, "--no-serve")
    assert run.returncode == 6
    assert "holds something else" in run.stderr
    assert (tmp_path / "letter.txt").read_text() == "mine"


def test_a_workspace_of_another_version_is_named(demo, tmp_path):
    (tmp_path / "karvan.toml").write_text('format = 99\npacks = ["az"]\n')
    run = karvan("run", "-w", tmp_path)
    assert run.returncode == 6
    assert "format 99" in run.stderr and "Traceback" not in run.stderr
