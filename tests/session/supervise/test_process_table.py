from __future__ import annotations

from session.supervise.process_table import ANSWERING, HUB, plan_stages


def names(**changes: object) -> list[str]:
    arguments: dict[str, object] = {
        "views": ["json"],
        "answers": True,
        "serves_model": True,
        "cores": {},
        **changes,
    }
    return [plan.name for plan in plan_stages({"call": "monitor", "mic": "-"}, **arguments)]  # type: ignore[arg-type]


def test_hub_is_first_and_each_source_has_its_processes() -> None:
    assert names() == [
        "hub",
        "capture:call",
        "vad:call",
        "capture:mic",
        "vad:mic",
        "stt",
        "view",
        "connector",
        "llm",
        "model-server",
    ]


def test_nothing_runs_that_is_not_wanted() -> None:
    assert names(answers=False, views=[]) == [
        "hub",
        "capture:call",
        "vad:call",
        "capture:mic",
        "vad:mic",
        "stt",
    ]
    assert "model-server" not in names(serves_model=False)


def test_audio_stages_are_essential_and_only_llm_holds_keys() -> None:
    plans = plan_stages({"mic": "-"}, views=["overlay"], answers=True, serves_model=True, cores={})
    assert {plan.name for plan in plans if plan.essential} == {"hub", "capture:mic", "vad:mic", "stt"}
    assert {plan.name for plan in plans if plan.holds_keys} == {"llm"}
    assert {plan.name for plan in plans if plan.dials} == {"llm", "connector"}
    later = {"overlay", "connector", "llm", "model-server"}
    assert {plan.name for plan in plans if plan.wave == ANSWERING} == later
    assert plans[0] is not None
    assert plans[0].name == HUB.name


def test_standard_input_goes_to_the_one_source_that_reads_it() -> None:
    plans = plan_stages(
        {"mic": "-", "call": "monitor"}, views=[], answers=False, serves_model=False, cores={}
    )
    assert [plan.name for plan in plans if plan.inherits_stdin] == ["capture:mic"]


def test_a_stage_is_pinned_by_name_before_kind() -> None:
    cores = {"vad": [0], "vad:mic": [1], "stt": [2, 3]}
    plans = plan_stages({"mic": "-", "call": "-"}, views=[], answers=False, serves_model=False, cores=cores)
    pinned = {plan.name: plan.cores for plan in plans if plan.cores}
    assert pinned == {"vad:mic": (1,), "vad:call": (0,), "stt": (2, 3)}


def test_niceness_prefers_audio_then_stt_then_the_model() -> None:
    plans = plan_stages({"mic": "-"}, views=["overlay"], answers=True, serves_model=True, cores={})
    assert {plan.name: plan.niceness for plan in plans} == {
        "hub": 0,
        "capture:mic": 0,
        "vad:mic": 0,
        "stt": 1,
        "overlay": 1,
        "connector": 1,
        "llm": 1,
        "model-server": 10,
    }


def test_niceness_can_be_set_by_name_before_kind() -> None:
    plans = plan_stages(
        {"mic": "-", "call": "-"},
        views=[],
        answers=False,
        serves_model=False,
        cores={},
        niceness={"stt": 0, "vad": 3, "vad:mic": 1},
    )
    chosen = {plan.name: plan.niceness for plan in plans if plan.module in ("stt", "vad")}
    assert chosen == {"stt": 0, "vad:mic": 1, "vad:call": 3}
