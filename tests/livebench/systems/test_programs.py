"""Programs of a user: commands, and TOML files that declare more."""

from __future__ import annotations

from pathlib import Path

import pytest

import livebench
from livebench.failures import InputFailure, UsageFailure
from livebench.systems.programs import own_system
from livebench.systems.system import Knob
from livebench.trials import Comparison, recorded_system, trials

EXAMPLE = Path(livebench.__file__).parents[1] / "examples" / "energy_adapter.toml"


def test_a_program_is_found_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.py").touch()
    monkeypatch.chdir(tmp_path)
    assert own_system('mine="python3" -u mine.py --fast').command == (
        "python3",
        "-u",
        str(tmp_path / "mine.py"),
        "--fast",
    )


def test_the_example_declares_a_knob_that_is_swept(tmp_path: Path) -> None:
    system = own_system(str(EXAMPLE))
    assert system.command == ("python", str(EXAMPLE.with_suffix(".py")))
    assert system.knob == Knob("quiet_s", ("0.2", "0.4", "0.6", "1.0"))
    planned = trials(Comparison([system], tmp_path, tmp_path, tmp_path, sweep=True))
    assert [trial.arguments for trial in planned] == [[f"quiet_s={value}"] for value in system.knob.values]
    recorded = recorded_system(Comparison([system], tmp_path, tmp_path, tmp_path), planned[0])
    assert (recorded.versions, recorded.commits_words) == ({"energy": "1.0"}, False)


def test_a_file_declares_what_its_finals_are_and_which_weights_it_reads(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\ncommand = "mine --fast"\nfinals = "words"\nweights = "ggml"\n')
    words = own_system(str(file))
    assert (words.commits_words, words.ends_only, words.reads, words.own_weights) == (
        True,
        False,
        "ggml",
        False,
    )
    file.write_text('name = "mine"\ncommand = "mine"\nfinals = "none"\nweights = "own"\n')
    judge = own_system(str(file))
    assert (judge.commits_words, judge.ends_only, judge.own_weights) == (False, True, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        'name = "mine"',
        'name = "mine"\ncommand = "mine"\nfinal = "words"',
        'name = "mine"\ncommand = "mine"\n[knob]\nname = "wait"\nvalues = []',
    ],
)
def test_a_file_with_other_fields_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(InputFailure, match=r"mine\.toml declares no program"):
        own_system(str(file))


@pytest.mark.parametrize("text", ["mine", "=python mine.py", "mine=", 'cuecard="python mine.py"'])
def test_a_program_has_a_command_and_a_name_of_its_own(text: str) -> None:
    with pytest.raises(UsageFailure):
        own_system(text)
