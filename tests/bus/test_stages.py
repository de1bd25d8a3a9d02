"""The stage table: which stages a session has, and how they are planned."""

from __future__ import annotations

from typing import Any

from bus import wiring
from bus.stages.plan import ANSWERING, WITH_HUB, SessionShape, StagePlan
from bus.stages.session_plan import plan_stages
from bus.stages.table import HUB, KEEPER, PAGE_KEY, SMALL_MODEL, STAGES, rights_of


def plans(
    sources: dict[str, str] | None = None, *, placed: dict[str, Any] | None = None, **changes: Any
) -> list[StagePlan]:
    shape = {"views": ["json"], "answers": True, "serves_model": True, **changes}
    return plan_stages(
        SessionShape(sources or {"call": "monitor", "mic": "-"}, **shape), **{"cores": {}, **(placed or {})}
    )


def names(**changes: Any) -> list[str]:
    return [plan.name for plan in plans(**changes)]


def test_hub_is_first_and_each_source_has_processes() -> None:
    audio = ["capture:call", "capture:mic", "vad:call", "vad:mic"]
    assert names() == [HUB, *audio, "stt", "view", "connector", "llm", "model-server"]


def test_session_has_only_the_stages_it_needs() -> None:
    audio = ["capture:call", "capture:mic", "vad:call", "vad:mic"]
    assert names(answers=False, views=[]) == [HUB, *audio, "stt"]
    assert "model-server" not in names(serves_model=False)
    assert "practice" in names(practises=True)
    assert "caption-page" not in names()
    assert "caption-page" in names(serves_captions=True)
    assert KEEPER not in names(practises=True)


def test_only_audio_stages_are_essential() -> None:
    planned = plans({"mic": "-"}, views=["overlay"])
    assert {plan.name for plan in planned if plan.essential} == {HUB, "capture:mic", "vad:mic", "stt"}
    answering = {"connector", "llm", "model-server"}
    assert {plan.name for plan in planned if plan.wave == ANSWERING} == answering
    assert {plan.name for plan in planned if plan.wave == WITH_HUB} == {"overlay"}


def test_only_llm_holds_keys_and_only_connector_has_network() -> None:
    assert {plan.name for plan in STAGES if plan.holds_keys} == {"llm"}
    assert {plan.name for plan in STAGES if SMALL_MODEL in plan.shared_tokens} == {"llm", "model-server"}
    assert {plan.name for plan in STAGES if PAGE_KEY in plan.shared_tokens} == {"view", "caption-page"}
    assert {plan.name for plan in STAGES if plan.rights.network} == {"connector"}
    assert {plan.name for plan in STAGES if plan.rights.receives_sockets} == {"llm"}


def test_unknown_stage_has_the_least_rights() -> None:
    assert rights_of("imposter:mic") == rights_of("vad:mic")
    assert not rights_of("imposter").makes_sockets


def test_stdin_goes_to_the_source_that_reads_it() -> None:
    planned = plans({"mic": "-", "call": "monitor"}, views=[])
    assert [plan.name for plan in planned if plan.inherits_stdin] == ["capture:mic"]


def test_cores_by_name_override_cores_by_kind() -> None:
    cores = {"vad": [0], "vad:mic": [1], "stt": [2, 3]}
    planned = plans(placed={"cores": cores})
    pinned = {plan.name: plan.cores for plan in planned if plan.cores}
    assert pinned == {"vad:mic": (1,), "vad:call": (0,), "stt": (2, 3)}


def test_audio_stages_have_the_lowest_niceness() -> None:
    planned = plans({"mic": "-"}, views=["overlay"])
    assert {plan.name: plan.niceness for plan in planned} == {
        HUB: 0,
        "capture:mic": 0,
        "vad:mic": 0,
        "stt": 1,
        "overlay": 1,
        "connector": 1,
        "llm": 1,
        "model-server": 10,
    }


def test_niceness_by_name_overrides_niceness_by_kind() -> None:
    planned = plans(placed={"niceness": {"stt": 0, "vad": 3, "vad:mic": 1}})
    chosen = {plan.name: plan.niceness for plan in planned if plan.module in ("stt", "vad")}
    assert chosen == {"stt": 0, "vad:mic": 1, "vad:call": 3}


def test_wiring_names_only_stages_of_the_table() -> None:
    kinds = {plan.name for plan in STAGES} | {wiring.SESSION, wiring.CONTROL}
    for route in wiring.ROUTES.values():
        assert kinds.issuperset(route.by)
        assert kinds.issuperset(route.to)


def test_every_stage_publishes_that_it_is_ready() -> None:
    ready = next(route for event, route in wiring.ROUTES.items() if event.__name__ == "StageReady")
    assert {plan.name for plan in STAGES} <= set(ready.by)
