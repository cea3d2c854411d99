"""The page for people who come from Disco Diffusion shows what really happens."""

import re
from pathlib import Path

from commands import ROOT

from discoscript.cli import main

PAGE = (ROOT / "docs" / "from-disco-diffusion.md").read_text(encoding="utf-8")


def block(kind):
    """The page's first block of a kind."""
    found = re.search(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def test_the_example_is_real(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("Harbour(0)_settings.txt").write_text(block("json"), encoding="utf-8")
    assert main(["import", "Harbour(0)_settings.txt"]) == 0
    assert Path("Harbour.disco").read_text(encoding="utf-8") == block("disco")
    assert capsys.readouterr().err == block("text")


def test_the_page_names_commands_that_are_there(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("Harbour.disco").write_text(block("disco"), encoding="utf-8")
    assert main(["export", "--disco-diffusion", "Harbour.disco"]) == 0
    assert Path("Harbour_settings.txt").exists()
    assert main(["check", "Harbour.disco"]) == 0
    assert main(["params", "translation_z"]) == 0
    assert main(["plan", "--draft", "Harbour.disco"]) == 0
