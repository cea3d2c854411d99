"""`discoscript import` and `discoscript export` as a user meets them."""

import json
import os
import shutil
from pathlib import Path

import pytest
from importing import FILES, errors

from discoscript.cli import main
from discoscript.errors import Exit

#: Real-looking files, each with the script and the report that an artist gets.
GOLDEN = sorted(path.stem for path in FILES.glob("*.txt"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for path in FILES.glob("*.txt"):
        shutil.copy(path, tmp_path)
    return tmp_path


def ran(capsys, *arguments):
    """Exit code, output and error output of a command."""
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


def test_there_are_files_to_look_at():
    assert len(GOLDEN) >= 3


@pytest.mark.parametrize("name", GOLDEN)
def test_script_and_report(folder, capsys, name):
    code, out, err = ran(capsys, "import", f"{name}.txt", "-o", "-")
    assert code == Exit.OK
    for suffix, found in ((".disco", out), (".report", err)):
        golden = FILES / f"{name}{suffix}"
        if os.environ.get("DISCOSCRIPT_ACCEPT"):
            golden.write_text(found, encoding="utf-8")
        assert found == golden.read_text(encoding="utf-8")
    assert errors(out) == []


def test_nothing_is_replaced_in_silence(folder, capsys):
    assert ran(capsys, "import", "tunnel_v5_2.txt")[0] == Exit.OK
    script = Path("tunnel_v5_2.disco").read_text(encoding="utf-8")
    code, _, err = ran(capsys, "import", "tunnel_v5_2.txt", "--mode", "2d")
    assert code == Exit.USAGE
    assert "tunnel_v5_2.disco is there already" in err and "--force" in err
    assert Path("tunnel_v5_2.disco").read_text(encoding="utf-8") == script
    assert ran(capsys, "import", "tunnel_v5_2.txt", "--mode", "2d", "--force")[0] == Exit.OK
    assert "mode 2d" in Path("tunnel_v5_2.disco").read_text(encoding="utf-8")


def test_the_name_of_a_batch_becomes_the_title(folder, capsys):
    Path("Harbour(0)_settings.txt").write_text('{"text_prompts": {"0": ["x"]}, "n_batches": 3}')
    assert ran(capsys, "import", "Harbour(0)_settings.txt")[0] == Exit.OK
    assert 'scene "Harbour":\n' in Path("Harbour.disco").read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"steps": 250,\n "eta" 1}', "bad.txt:2:8: expected `:` after `eta`"),
        ("a shopping list", "bad.txt:1:1: expected a value, found `a`"),
        ('{"milk": 2}', "no settings file of Disco Diffusion or Deforum"),
    ],
)
def test_what_is_no_settings_file(folder, capsys, text, message):
    Path("bad.txt").write_text(text)
    code, _, err = ran(capsys, "import", "bad.txt")
    assert code == Exit.USAGE and message in err
    assert not Path("bad.disco").exists()


def test_files_that_cannot_be_read(folder, capsys):
    Path("large.txt").write_bytes(b" " * (2**22 + 1))
    for name, message in (("none.txt", "cannot read none.txt"), ("large.txt", "more than 4 MiB")):
        code, _, err = ran(capsys, "import", name)
        assert code == Exit.USAGE and message in err


def test_old_editors_on_windows(folder, capsys):
    Path("old.txt").write_bytes('{"text_prompts": {"0": ["caf\u00e9"]}}'.encode("cp1252"))
    assert 'prompt "caf\u00e9"' in ran(capsys, "import", "old.txt", "-o", "-")[1]


def test_the_program_can_be_named(folder, capsys):
    out = ran(capsys, "import", "tunnel_v5_2.txt", "-o", "-", "--from", "deforum")[1]
    assert "(Deforum)" in out


def test_export_says_what_is_lost_and_where(folder, capsys):
    Path("sea.disco").write_text(SEA)
    code, out, err = ran(capsys, "export", "--disco-diffusion", "sea.disco", "-o", "-")
    assert code == Exit.OK
    settings = json.loads(out)
    assert settings["translation_z"] == "0: (2), 12: (8)"
    sets = {frame: set(lines) for frame, lines in settings["text_prompts"].items()}
    assert sets == {"0": {"the sea"}, "13": {"the sea", "a ship:0.1"}, "22": {"the sea", "a ship"}}
    assert settings["tv_scale"] == 10 and settings["batch_name"] == "sea"
    assert err.splitlines() == [
        "sea.disco",
        "",
        "carried over, but not as it stood:",
        "  model: Disco Diffusion has no model `tiny`; "
        "`512x512_diffusion_uncond_finetune_008100` is written",
        '  sea.disco:5: prompt: the weight of "a ship" glides; sets hold there until the next one',
        "  sea.disco:7: tv_scale: it changes; Disco Diffusion has one value, "
        "that of frame 0 is written",
    ]
    assert ran(capsys, "export", "--disco-diffusion", "sea.disco")[0] == Exit.OK
    assert json.loads(Path("sea_settings.txt").read_text()) == settings
    assert ran(capsys, "export", "--disco-diffusion", "sea.disco")[0] == Exit.USAGE


SEA = """disco 1
scene: frames 24
frame 0:
    prompt "the sea"
    prompt "a ship" 0 -> 1 @ 12..22
camera: translate_z 2 -> 8 @ 0..12
guidance: tv_scale 10 -> 20 @ 0..24
"""


def test_a_script_with_errors_is_not_exported(folder, capsys):
    Path("bad.disco").write_text("disco 1\ncamera: wobble 3\n")
    code, out, err = ran(capsys, "export", "--disco-diffusion", "bad.disco", "-o", "-")
    assert code == Exit.SCRIPT and not out and "D101" in err
